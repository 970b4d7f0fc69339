#if SQLite
internal import Synchronization

/// One use of a connection by a task: what its cancellation reaches, and nothing else.
final class Access: Sendable {
    private enum State {
        case waiting
        case running(Interruption)
        case ended
        case cancelled
    }

    private let state = Mutex(State.waiting)

    /// The task was cancelled: work that has not begun does not begin, and a running statement is interrupted.
    func cancel() {
        state.withLock { state in
            switch state {
            case .waiting: state = .cancelled
            // Under the lock, so that it never reaches the next one who uses the connection.
            case .running(let interruption): interruption.request()
            case .ended, .cancelled: break
            }
        }
    }

    /// Runs the work.
    ///
    /// - Throws: `CancellationError` when the task was cancelled before, or the cancellation interrupted a statement.
    func run<Result>(_ connection: Connection, _ body: (Connection) throws -> Result) throws -> Result {
        try begin(connection.interruptible())
        do {
            defer { end() }
            return try body(connection)
        } catch let error as SQLiteError where error.code.primary == .interrupted {
            throw CancellationError()
        }
    }

    private func begin(_ interruption: Interruption) throws {
        try state.withLock { state in
            if case .cancelled = state { throw CancellationError() }
            state = .running(interruption)
        }
    }

    private func end() {
        state.withLock { state in
            if case .running(let interruption) = state { interruption.clear() }
            state = .ended
        }
    }
}
#endif
