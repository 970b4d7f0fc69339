import AssetlogCore

/// Lets the consumers go on in the copy of a log where they are in the original.
enum CopiedConsumers {
    /// The cursors of a storage, beside a server.
    static func read(_ storage: ConfiguredStorage) async throws -> [ConsumerCursor] {
        try await withConsumers(of: storage, advice: "; leave out --consumers") { try await $0.cursors() }
    }

    /// Makes those cursors that are not there yet; returns the lines that tell it.
    ///
    /// They keep their generation, so that a destination of an exporter does not take the rest for a replay.
    static func place(_ cursors: [CopiedCursor], in store: any ConsumerStore) async throws -> String {
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
            cursor.position = copied.place
            guard try await store.advance(cursor) else {
                throw CommandFailure(.failure, "the cursor of the consumer \(name) can't be set; a server is running it")
            }
            lines += "consumer \(name): continues after sequence \(copied.place)\n"
        }
        return lines
    }
}
