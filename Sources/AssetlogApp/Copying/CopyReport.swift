import AssetlogCore

/// What a copy has come to.
struct CopyReport {
    /// Over all events, which were compared one by one.
    private(set) var digest = EventDigest()
    /// So many events had been copied before.
    var before: Int64 = 0
    /// So many events the destination itself counts.
    var counted: Int64 = 0
    /// The last sequence of the source that was copied.
    var sourceEnd: Int64 = 0
    /// The first and the last sequence in the source.
    private(set) var source: ClosedRange<Int64>?
    /// The first and the last sequence in the destination.
    private(set) var destination: ClosedRange<Int64>?
    /// What is left of removed events.
    var sums: CopiedSums?
    /// Where consumers stand.
    var consumers: [CopiedConsumer] = []

    /// The sequence in the source of the last pair.
    var sourcePosition: Int64 { source?.upperBound ?? 0 }
    /// The sequence in the destination of the last pair.
    var destinationPosition: Int64 { destination?.upperBound ?? 0 }

    /// Takes an event as it is on both sides.
    mutating func add(_ original: LoggedEvent, _ copied: LoggedEvent) {
        digest.add(copied.event)
        source = (source?.lowerBound ?? original.sequence)...original.sequence
        destination = (destination?.lowerBound ?? copied.sequence)...copied.sequence
        sourceEnd = max(sourceEnd, original.sequence)
        for index in consumers.indices { consumers[index].add(original, copied) }
    }

    /// The lines that tell it.
    var text: String {
        func line(_ side: String, _ count: Int64, _ range: ClosedRange<Int64>?) -> String {
            let sequences = range.map { ", sequences \($0.lowerBound) to \($0.upperBound)" } ?? ""
            return "\(side): \(count) \(count == 1 ? "event" : "events")\(sequences)\n"
        }
        let copied = digest.count - before
        return "copied \(copied) \(copied == 1 ? "event" : "events"); \(before) had been copied before\n"
            + line("source", digest.count, source) + line("destination", counted, destination)
            + "checksum of both: \(digest.text)\n" + (sums?.text ?? "")
    }
}
