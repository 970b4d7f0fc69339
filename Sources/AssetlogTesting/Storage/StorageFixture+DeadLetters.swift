import AssetlogCore

extension StorageFixture {
    /// Makes dead letters of these sequences, which need not be in the log, with uncommon texts and the largest answer.
    func letters(_ sequences: [Int64]) async throws -> [DeadLetter] {
        let log = try await storage.logID()
        let texts = DeadLetter.uncommonTexts
        return sequences.enumerated().map { index, sequence in
            DeadLetter(
                sequence: sequence, log: log, event: events.next().id, attempts: Int(sequence) * 3,
                failedAt: Timestamp(microseconds: 1_760_000_000_123_456 + sequence), message: texts[index % texts.count],
                answer: index == 0
                    ? String(repeating: "ü", count: DeliveryFailure.maximumAnswerBytes / 2) : texts[(index + 1) % texts.count],
                isReplayRequested: index % 2 == 1)
        }
    }

    /// Checks the dead letters of a consumer, byte by byte.
    func expectLetters(
        _ expected: [DeadLetter], of consumer: String = "audit", on server: (any Storage)? = nil, _ when: String
    ) async throws {
        let found = try await (server ?? storage).deadLetters(of: consumer, after: 0, limit: 1000)
        let expected = expected.sorted { $0.sequence < $1.sequence }
        try expect(
            found.map(\.sequence) == expected.map(\.sequence),
            "\(when) the dead letters of \(consumer) are \(found.map(\.sequence)), expected \(expected.map(\.sequence)).")
        for (found, expected) in zip(found, expected) where !found.isSame(as: expected) {
            throw ConformanceFailure("\(when) a dead letter of \(consumer) is \(found.summary), expected \(expected.summary).")
        }
    }

    /// Checks the sequences of the dead letters whose replay was requested.
    func expectRequested(_ expected: [Int64], limit: Int, _ when: String) async throws {
        let found = try await storage.requestedDeadLetters(of: "audit", limit: limit).map(\.sequence)
        try expect(found == expected, "\(when) the dead letters to be replayed are \(found), expected \(expected).")
    }

    /// Checks how many dead letters a consumer has.
    func expectCount(_ expected: Int, of consumer: String = "audit", _ when: String) async throws {
        let count = try await storage.deadLetterCount(of: consumer)
        try expect(count == expected, "\(when) \(count) dead letters of \(consumer) are counted, expected \(expected).")
    }

    /// Checks why a consumer is paused, byte by byte.
    func expectPause(_ expected: String?, of consumer: String = "audit", _ when: String) async throws {
        let found = try await storage.pause(of: consumer)
        try expect(
            found.map { Array($0.utf8) } == expected.map { Array($0.utf8) },
            "\(when) \(consumer) is paused for \(found?.debugDescription ?? "nothing"), expected"
                + " \(expected?.debugDescription ?? "nothing").")
    }
}

extension DeadLetter {
    /// Texts that a destination may answer with, and that a storage may stumble over.
    static let uncommonTexts = [
        "The destination answered 400.", "e\u{301}\u{e9}", "a\u{0}b", "'; -- \"\\\n\r\t", "\u{10ffff}\u{feff}\u{202e}",
    ]

    /// Whether two are the same in every byte. (Swift's texts are equal when they only look alike.)
    func isSame(as other: DeadLetter) -> Bool {
        self == other && message.utf8.elementsEqual(other.message.utf8) && answer.utf8.elementsEqual(other.answer.utf8)
    }

    fileprivate var summary: String {
        "\(sequence) of \(log), the event \(event), \(attempts) attempts, at \(failedAt), \(message.debugDescription), an answer of"
            + " \(answer.utf8.count) bytes (\(answer.prefix(40).debugDescription)), \(isReplayRequested ? "" : "not ")to be replayed"
    }
}
