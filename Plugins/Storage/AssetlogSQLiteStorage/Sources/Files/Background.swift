#if SQLite
internal import AssetlogCore
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

    /// Waits until it is sent from now on, but no longer than so long, nor after the task was cancelled.
    func wait(atMost duration: Duration) async {
        // Without the first one, which is there at once.
        let signals = stream().dropFirst()
        await withTaskGroup { group in
            group.addTask { try? await Task.sleep(for: duration) }
            group.addTask { for await _ in signals { break } }
            await group.next()
            group.cancelAll()
        }
    }
}

/// Opening, closing and looking at files; reads and appends have threads of their own.
private let threads = BlockingPool("sqlite", threads: 4)

/// Does blocking work on a thread that is none of Swift's tasks'.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    do {
        return try await threads.run(body)
    } catch let error as BlockingPoolError {
        throw StorageError(.unavailable, "\(error)")
    }
}

/// Does blocking work that can't fail, and must be done, on a thread that is none of Swift's tasks'.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    // In a task of its own, which is not cancelled.
    switch await Task(operation: { try await threads.run(body) }).result {
    case .success(let result): result
    // There is no thread for it, and files that stay open would be worse than a task that waits.
    case .failure: body()
    }
}
#endif
