package import AssetlogCore

/// Gives an exporter that the log has never seen its cursor, where its configuration says that it begins.
struct StartPosition: Sendable {
    let name: String
    let start: ExportStart
    let log: any LogReader
    let store: any ConsumerStore

    /// Makes the cursor, unless there is one. A crash on the way leaves none.
    func prepare() async throws {
        guard start != .beginning, try await !store.cursors().contains(where: { $0.consumer == name }) else { return }
        _ = try await store.replay(name, after: try await position())
    }

    private func position() async throws -> Int64 {
        switch start {
        case .beginning: return 0
        case .end: return try await log.statistics().head
        case .sequence(let sequence): return max(0, sequence - 1)
        case .time(let time): return try await log.position(before: time)
        }
    }
}

extension LogReader {
    /// The sequence before the first event that was received at a time or later, in about as many reads as the sequence has bits.
    ///
    /// Where several servers share a log, times of receipt can go back by moments; the answer is then near that event.
    package func position(before time: Timestamp) async throws -> Int64 {
        var (low, high) = (Int64(0), try await statistics().head)
        while low < high {
            let middle = low + (high - low) / 2
            let page = try await events(EventQuery(order: .ascending(after: middle), limit: 1))
            guard let event = page.events.first, event.sequence <= high, event.receivedAt < time else {
                high = middle
                continue
            }
            low = event.sequence
        }
        return low
    }
}
