import AssetlogCore

/// What a storage keeps of a consumer.
struct KeptConsumer {
    var cursor: ConsumerCursor
    var deadLetters: [DeadLetter] = []
    /// Why it is paused; nil: it is not.
    var pause: String?
}

/// A consumer in the source of a copy, and its position in the destination.
struct CopiedConsumer {
    /// In the source.
    let kept: KeptConsumer
    /// Whether its cursor is of another log than the source, and so of none.
    let isForeign: Bool
    /// The last sequence in the destination that it has read.
    private(set) var position: Int64 = 0
    /// The event at this sequence.
    private(set) var event: EventID?
    /// Its dead letters with their sequences in the destination.
    private(set) var copiedDeadLetters: [DeadLetter] = []
    private let deadLetters: [Int64: DeadLetter]

    init(_ kept: KeptConsumer, in source: LogID) {
        self.kept = kept
        isForeign = kept.cursor.log.map { $0 != source } ?? false
        let letters = kept.deadLetters.filter { $0.log == source }.map { ($0.sequence, $0) }
        deadLetters = Dictionary(letters, uniquingKeysWith: { $1 })
    }

    /// Takes an event as it is on both sides.
    mutating func add(_ original: LoggedEvent, _ copied: LoggedEvent) {
        if !isForeign, original.sequence <= kept.cursor.position { (position, event) = (copied.sequence, copied.id) }
        guard var letter = deadLetters[original.sequence], letter.event == original.id else { return }
        letter.sequence = copied.sequence
        copiedDeadLetters.append(letter)
    }

    /// Its dead letters as those of the destination.
    func deadLetters(in log: LogID) -> [DeadLetter] {
        copiedDeadLetters.map { letter in
            var letter = letter
            letter.log = log
            return letter
        }
    }
}
