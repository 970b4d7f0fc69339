import Synchronization

/// Lets only a few large pages be read at once, so that small reads never wait behind hundreds of them, and none of what
/// waits holds memory. State lives in a `Mutex`.
final class ReadSlots: Sendable {
    private struct Waiter {
        var id: Int
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var free: Int
        var waiters: [Waiter] = []
        var nextID = 0
    }

    private let state: Mutex<State>
    private let patience: Duration
    private let refusal: APIError

    /// - Parameters:
    ///   - count: How many may read at once.
    ///   - patience: How long one waits for its turn.
    ///   - refusal: The answer to the one whose turn does not come in time.
    init(count: Int, patience: Duration = .seconds(2), refusal: APIError = AnswerMemory.noRoom) {
        self.refusal = refusal
        state = Mutex(State(free: count))
        self.patience = patience
    }

    /// Does the work when it is its turn.
    ///
    /// - Throws: ``APIError`` with the status 503 when its turn does not come in time, and what the work throws.
    func withSlot<Result: Sendable>(_ work: () async throws -> Result) async throws -> Result {
        guard await enter() else { throw refusal }
        defer { leave() }
        return try await work()
    }

    private func enter() async -> Bool {
        await withCheckedContinuation { continuation in
            let id = state.withLock { state -> Int? in
                if state.free > 0 {
                    state.free -= 1
                    return nil
                }
                state.nextID += 1
                state.waiters.append(Waiter(id: state.nextID, continuation: continuation))
                return state.nextID
            }
            guard let id else { return continuation.resume(returning: true) }
            Task { [patience] in
                try? await Task.sleep(for: patience)
                self.giveUp(id)
            }
        }
    }

    private func giveUp(_ id: Int) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: false)
    }

    private func leave() {
        let next = state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiters.removeFirst()
        }
        next?.continuation.resume(returning: true)
    }
}
