import AssetlogCore

/// A dead letter of these tests, and the server that kept it.
struct StoredDeadLetter {
    var letter: DeadLetter
    let keeper: Int
}

/// Why a consumer is paused, and the server that paused it.
struct StoredPause {
    let reason: String
    let keeper: Int
}

extension FaultyStorage {
    func deadLetters(of consumer: String, after sequence: Int64, limit: Int) async throws -> [DeadLetter] {
        try onDisk { content in
            var letters = shown(content, consumer).map(\.letter)
            if fault != .ordersDeadLettersByArrival { letters.sort { $0.sequence < $1.sequence } }
            letters.removeAll { fault == .beginsWithTheSequenceOfADeadLetter ? $0.sequence < sequence : $0.sequence <= sequence }
            return fault == .ignoresTheLimitOfDeadLetters ? letters : Array(letters.prefix(limit))
        }
    }

    func requestedDeadLetters(of consumer: String, limit: Int) async throws -> [DeadLetter] {
        try onDisk { content in
            var letters = shown(content, consumer).map(\.letter).sorted { $0.sequence < $1.sequence }
            if fault != .findsEveryDeadLetterRequested { letters.removeAll { !$0.isReplayRequested } }
            return fault == .ignoresTheLimitOfRequests ? letters : Array(letters.prefix(limit))
        }
    }

    func deadLetterCount(of consumer: String) async throws -> Int {
        try onDisk { content in
            let count = shown(content, consumer).count
            return fault == .miscountsDeadLetters ? min(count, 4) : count
        }
    }

    func keepDeadLetters(_ letters: [DeadLetter], of consumer: String) async throws {
        try onDisk { content in
            for letter in letters {
                var kept = content.deadLetters[consumer] ?? []
                let isKnown = kept.contains { $0.letter.sequence == letter.sequence }
                if isKnown, fault == .keepsTheFirstDeadLetter { continue }
                kept.removeAll { $0.letter.sequence == letter.sequence }
                kept.append(StoredDeadLetter(letter: changed(letter), keeper: holder))
                content.deadLetters[consumer] = kept
            }
        }
    }

    func removeDeadLetters(of consumer: String, _ sequences: [Int64]?) async throws -> Int {
        try onDisk { content in
            let kept = content.deadLetters[consumer] ?? []
            if fault == .removesNoDeadLetters { return 0 }
            let isAll = sequences == nil || fault == .removesAllDeadLetters
            let rest = isAll ? [] : kept.filter { !(sequences ?? []).contains($0.letter.sequence) }
            content.removed[consumer] = kept.filter { letter in !rest.contains { $0.letter.sequence == letter.letter.sequence } }
            content.deadLetters[consumer] = rest
            let asked = fault == .countsRemovalsThatWereAskedFor ? sequences?.count : nil
            return asked ?? kept.count - rest.count
        }
    }

    func setPause(of consumer: String, _ reason: String?) async throws {
        try onDisk { content in
            let consumer = fault == .pausesEveryConsumer ? "all" : consumer
            if reason == nil, fault == .neverEndsPauses { return }
            if fault == .makesCursorsOfPauses, content.cursors[consumer] == nil {
                content.cursors[consumer] = ConsumerCursor(consumer: consumer)
            }
            content.pauses[consumer] = reason.map { StoredPause(reason: $0, keeper: holder) }
        }
    }

    func pause(of consumer: String) async throws -> String? {
        try onDisk { content in
            guard let pause = content.pauses[fault == .pausesEveryConsumer ? "all" : consumer] else { return nil }
            if fault == .hidesPausesOfOthers, pause.keeper != holder { return nil }
            return fault == .forgetsReasonsOfPauses ? "paused" : pause.reason
        }
    }

    private func shown(_ content: Disk.Content, _ consumer: String) -> [StoredDeadLetter] {
        if fault == .mixesDeadLettersOfConsumers { return content.deadLetters.values.flatMap(\.self) }
        let letters = content.deadLetters[consumer] ?? []
        return fault == .hidesDeadLettersOfOthers ? letters.filter { $0.keeper == holder } : letters
    }

    private func changed(_ letter: DeadLetter) -> DeadLetter {
        var letter = letter
        switch fault {
        case .normalizesDeadLetters: letter.message = letter.message == "e\u{301}\u{e9}" ? "\u{e9}\u{e9}" : letter.message
        case .endsTextsAtZero: letter.message = String(letter.message.prefix { $0 != "\u{0}" })
        case .cutsAnswers: letter.answer = String(letter.answer.prefix(1024))
        case .forgetsReplayRequests: letter.isReplayRequested = false
        default: break
        }
        return letter
    }
}
