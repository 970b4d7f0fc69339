#if SQLite
internal import AssetlogCore

extension BlockingPool {
    /// Runs work with a connection on a thread of the pool, until it ends or the task is cancelled.
    ///
    /// - Parameters:
    ///   - path: The file of the connection, for the error after a close.
    ///   - work: Uses the connection by ``Access/run(_:_:)``, which the cancellation reaches.
    /// - Throws: What `work` throws; `CancellationError` when the task is cancelled before the work begins or while a
    ///   statement runs; `BlockingPoolError` when the operating system refuses a thread and there is none yet.
    func withAccess<Result: Sendable>(
        to path: String, _ work: @escaping @Sendable (Access) throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        let access = Access()
        do {
            return try await withTaskCancellationHandler {
                try await run { try work(access) }
            } onCancel: {
                access.cancel()
            }
        } catch let error as BlockingPoolError where error == .closed {
            throw SQLiteError.closed(path)
        }
    }
}
#endif
