#if SQLite
internal import AssetlogCore
internal import Synchronization

/// The workers of a pool that are free, and those who wait for one, in their order.
final class WaitingLine: Sendable {
    typealias Answer = Result<ConnectionWorker, any Error>

    private struct State {
        var free: [ConnectionWorker]
        var waiting: [(number: UInt64, answer: @Sendable (Answer) -> Void)] = []
        var numbers: UInt64 = 0
        var isClosed = false
    }

    private let state: Mutex<State>
    private let closed: SQLiteError

    init(_ workers: [ConnectionWorker], file: String) {
        state = Mutex(State(free: workers))
        closed = .closed(file)
    }

    /// Waits for a worker without blocking a thread; a task that is cancelled leaves the line.
    func take() async throws -> ConnectionWorker {
        let number = nextNumber()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                join(number, unlessCancelled: true) { continuation.resume(with: $0) }
            }
        } onCancel: {
            leave(number)
        }
    }

    /// Waits for a worker and blocks the calling thread.
    func takeBlocking() throws -> ConnectionWorker {
        let answer = BlockingAnswer()
        join(nextNumber(), unlessCancelled: false, answer.set)
        return try answer.wait().get()
    }

    /// Gives a worker back, to the one that has waited longest.
    func give(_ worker: ConnectionWorker) {
        let next = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.free.append(worker)
                return nil as (@Sendable (Answer) -> Void)?
            }
            return state.waiting.removeFirst().answer
        }
        next?(.success(worker))
    }

    /// From now on nobody gets a worker.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting.map(\.answer)
        }
        for answer in waiting { answer(.failure(closed)) }
    }

    private func nextNumber() -> UInt64 {
        state.withLock { state in
            state.numbers += 1
            return state.numbers
        }
    }

    private func join(_ number: UInt64, unlessCancelled: Bool, _ answer: @escaping @Sendable (Answer) -> Void) {
        let ready = state.withLock { state -> Answer? in
            // Looked at under the lock: a cancellation that comes later finds it in the line.
            if unlessCancelled, Task.isCancelled { return .failure(CancellationError()) }
            if state.isClosed { return .failure(closed) }
            // The one that was used last has its pages in memory.
            if let worker = state.free.popLast() { return .success(worker) }
            state.waiting.append((number, answer))
            return nil
        }
        if let ready { answer(ready) }
    }

    private func leave(_ number: UInt64) {
        let answer = state.withLock { state in
            state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0).answer }
        }
        answer?(.failure(CancellationError()))
    }
}

/// An answer that one thread waits for.
private final class BlockingAnswer: @unchecked Sendable {
    // Sendable: `value` is read and written under `monitor`.
    private let monitor = Monitor()
    private var value: WaitingLine.Answer?

    @Sendable func set(_ answer: WaitingLine.Answer) {
        monitor.lock()
        value = answer
        monitor.signal()
        monitor.unlock()
    }

    func wait() -> WaitingLine.Answer {
        monitor.lock()
        defer { monitor.unlock() }
        while true {
            if let value { return value }
            monitor.wait()
        }
    }
}
#endif
