import AssetlogCore

/// Lets the consumers continue in the copy of a log where they are in the source.
enum CopiedConsumers {
    /// The cursors of a storage, next to a server.
    static func read(_ storage: ConfiguredStorage) async throws -> [ConsumerCursor] {
        try await withConsumers(of: storage, advice: "; leave out --consumers") { try await $0.cursors() }
    }

    /// Makes those cursors that are not there yet; returns the lines that tell it.
    ///
    /// They keep their generation. The log is another one, with an identity of its own, so an exporter does not take its
    /// sequences for those that it has: what follows the cursor is delivered, and nothing else.
    static func place(_ cursors: [CopiedCursor], in store: any Storage) async throws -> String {
        let log = try await store.logID()
        let known = Set(try await store.cursors().map(\.consumer))
        var lines = ""
        for copied in cursors {
            let name = copied.cursor.consumer
            guard !known.contains(name) else {
                lines += "consumer \(name): already in the destination, left unchanged\n"
                continue
            }
            var cursor = try await store.cursor(of: name)
            while cursor.generation < copied.cursor.generation { cursor = try await store.replay(name, after: 0) }
            (cursor.position, cursor.log, cursor.event) = (copied.place, log, copied.event)
            guard try await store.advance(cursor) else {
                throw CommandFailure(.failure, "the cursor of the consumer \(name) can't be set; a server is running it")
            }
            lines +=
                copied.isForeign
                ? "consumer \(name): its cursor belongs to another log than the source; starts at the first event\n"
                : "consumer \(name): continues after sequence \(copied.place)\n"
        }
        return lines
    }
}
