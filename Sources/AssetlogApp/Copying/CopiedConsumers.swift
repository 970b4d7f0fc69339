import AssetlogCore
import AssetlogLog

/// Lets the consumers continue in the copy of a log where they are in the source.
enum CopiedConsumers {
    /// What a storage keeps of its consumers, next to a server.
    static func read(_ storage: ConfiguredStorage) async throws -> [KeptConsumer] {
        try await withConsumers(of: storage, advice: "; leave out --consumers") { store in
            var consumers: [KeptConsumer] = []
            for cursor in try await store.cursors() {
                consumers.append(
                    KeptConsumer(
                        cursor: cursor, deadLetters: try await store.allDeadLetters(of: cursor.consumer),
                        pause: try await store.exporterPause(of: cursor.consumer).reason))
            }
            return consumers
        }
    }

    /// Makes those consumers that are not there yet; returns the lines that tell it.
    ///
    /// They keep their generation. The log is another one, with an identity of its own, so an exporter does not take its
    /// sequences for those that it has: what follows the cursor is delivered, and nothing else.
    static func create(_ consumers: [CopiedConsumer], in store: any Storage) async throws -> String {
        let log = try await store.logID()
        let known = Set(try await store.cursors().map(\.consumer))
        var lines = ""
        for copied in consumers {
            let name = copied.kept.cursor.consumer
            guard !known.contains(name) else {
                lines += "consumer \(name): already in the destination, left unchanged\n"
                continue
            }
            // The cursor last: a consumer that has one is complete.
            if let pause = copied.kept.pause { try await store.setPause(of: name, pause) }
            try await store.keepDeadLetters(copied.deadLetters(in: log), of: name)
            try await create(copied, in: store, log)
            lines += line(copied)
        }
        return lines
    }

    private static func create(_ copied: CopiedConsumer, in store: any Storage, _ log: LogID) async throws {
        let name = copied.kept.cursor.consumer
        var cursor = try await store.cursor(of: name)
        while cursor.generation < copied.kept.cursor.generation { cursor = try await store.replay(name, after: 0) }
        (cursor.position, cursor.log, cursor.event) = (copied.position, log, copied.event)
        // Its sequences are those of the source.
        cursor.ahead = ConsumedAhead()
        guard try await store.advance(cursor) else {
            throw CommandFailure(.failure, "the cursor of the consumer \(name) can't be set; a server is running it")
        }
    }

    private static func line(_ copied: CopiedConsumer) -> String {
        let start =
            copied.isForeign
            ? "its cursor belongs to another log than the source; starts at the first event"
            : "continues after sequence \(copied.position)"
        let letters = copied.copiedDeadLetters.count
        let lost = copied.kept.deadLetters.count - letters
        let clauses = [
            start, letters > 0 ? "keeps \(letters) dead \(letters == 1 ? "letter" : "letters")" : nil,
            lost > 0 ? "leaves out \(lost) of another log than the source" : nil, copied.kept.pause == nil ? nil : "stays paused",
        ]
        return "consumer \(copied.kept.cursor.consumer): \(clauses.compactMap(\.self).joined(separator: "; "))\n"
    }
}

extension ConsumerStore {
    /// All dead letters of a consumer, by ascending sequence.
    func allDeadLetters(of consumer: String) async throws -> [DeadLetter] {
        var letters: [DeadLetter] = []
        while true {
            let page = try await deadLetters(of: consumer, after: letters.last?.sequence ?? 0, limit: 1000)
            guard !page.isEmpty else { return letters }
            letters += page
        }
    }
}
