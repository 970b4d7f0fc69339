import AssetlogCore

// What the consumers and the tail read of a log.
extension LogReader {
    /// The greatest sequence in the log; 0 when it is empty. The last event may be damaged.
    func head() async throws -> Int64 {
        do {
            let last = try await events(EventQuery(order: .descending(before: nil), limit: 1))
            return last.events.first?.sequence ?? 0
        } catch let error as StorageError where error.code == .damaged && error.sequence != nil {
            return error.sequence ?? 0
        }
    }

    /// Reads the next page of all deployments; one that would hold a damaged event ends before it.
    ///
    /// - Throws: What the storage throws; for a damaged event when no event stands before it.
    func page(after position: Int64, limit: Int, maximumBytes: Int) async throws -> EventPage {
        var limit = limit
        while true {
            do {
                return try await events(EventQuery(order: .ascending(after: position), limit: limit, maximumBytes: maximumBytes))
            } catch let error as StorageError where error.code == .damaged && limit > 1 && error.sequence != position + 1 {
                // Where sequences have holes, fewer events than these stand before it.
                let before = error.sequence.map { $0 - position - 1 } ?? 1
                limit = before > 0 && before < Int64(limit) ? Int(before) : limit / 2
            }
        }
    }
}
