#if SQLite
internal import Dispatch
internal import Synchronization

/// Wakes one waiting task; signals that come while it works become one.
final class Signal: Sendable {
    private let continuation = Mutex<AsyncStream<Void>.Continuation?>(nil)

    /// The signals from now on, with a first one at once. Only the newest caller gets them.
    func stream() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        continuation.yield()
        self.continuation.withLock { $0 = continuation }
        return stream
    }

    func send() {
        continuation.withLock { _ = $0?.yield() }
    }
}

/// Does blocking work on a thread that is none of Swift's tasks'.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        // A queue of its own gets a thread at once; the shared one has no more of them at first than there are processors.
        DispatchQueue(label: "assetlog.sqlite").async { continuation.resume(with: Swift.Result(catching: body)) }
    }
}

/// Does blocking work that can't fail on a thread that is none of Swift's tasks'.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        DispatchQueue(label: "assetlog.sqlite").async { continuation.resume(returning: body()) }
    }
}
#endif
