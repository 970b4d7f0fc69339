import Synchronization

/// Says to blocking work on another thread whether the task that waits for it was cancelled, as when a client has left.
///
/// A storage that reads on a thread of its own asks ``check()`` between steps.
public final class ReadCancellation: Sendable {
    private let isSet = Atomic<Bool>(false)

    /// Makes one that is not cancelled.
    public init() {}

    /// Says that the waiting task was cancelled.
    public func cancel() { isSet.store(true, ordering: .relaxed) }

    /// - Throws: `CancellationError` after ``cancel()``.
    public func check() throws {
        if isSet.load(ordering: .relaxed) { throw CancellationError() }
    }

    /// Runs work that asks the cancellation it gets, for as long as this task waits for it.
    public static func following<Result: Sendable>(
        _ work: (ReadCancellation) async throws -> Result
    ) async throws -> Result {
        let cancellation = ReadCancellation()
        return try await withTaskCancellationHandler {
            try await work(cancellation)
        } onCancel: {
            cancellation.cancel()
        }
    }
}
