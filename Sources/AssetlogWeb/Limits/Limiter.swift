package import AssetlogAccess
import Synchronization

/// Who takes a slot: a token, wherever it is used, or else an address.
package enum LimitedCaller: Hashable, Sendable {
    case token(String)
    case address(ClientAddress)
    case unknown

    package init(_ identity: RequestIdentity) {
        if let name = identity.caller.name {
            self = .token(name)
        } else {
            self = identity.address.map { .address($0.limitKey) } ?? .unknown
        }
    }
}

/// Lets only a few do something at once, and no caller more than its share of them.
///
/// One caller has at most half of the slots (and one at least), so that others find some free however much it asks for. Those
/// who wait get a slot in the order in which they came, but for those whose caller has its share. State lives in a `Mutex`.
package final class Limiter: Sendable {
    private struct Waiter {
        var id: Int
        var caller: LimitedCaller
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var used = 0
        var usedBy: [LimitedCaller: Int] = [:]
        var waiters: [Waiter] = []
        var nextID = 0
    }

    private let state = Mutex(State())
    private let count: Int
    private let share: Int
    private let patience: Duration
    private let refusal: RequestError

    /// - Parameters:
    ///   - count: How many may do it at once.
    ///   - patience: How long one waits for its turn.
    ///   - refusal: The answer to the one whose turn does not come in time.
    package init(count: Int, patience: Duration = .seconds(2), refusal: RequestError = AnswerMemory.noRoom) {
        self.count = count
        share = max(1, count / 2)
        self.patience = patience
        self.refusal = refusal
    }

    /// How many have a slot.
    package var used: Int { state.withLock { $0.used } }

    /// How many wait for one.
    package var waiting: Int { state.withLock { $0.waiters.count } }

    /// Does the work when it is the caller's turn.
    ///
    /// - Throws: ``RequestError`` with the status 503 when its turn does not come in time, `CancellationError` when its task is
    ///   cancelled in the meantime, and what the work throws.
    package func withSlot<Result: Sendable>(for caller: LimitedCaller, _ work: () async throws -> Result) async throws -> Result {
        guard await enter(caller) else {
            try Task.checkCancellation()
            throw refusal
        }
        defer { leave(caller) }
        return try await work()
    }

    /// Takes a slot if one is free now; a caller that got one gives it back with ``leave(_:)``.
    package func enterIfFree(_ caller: LimitedCaller) -> Bool {
        state.withLock { take(&$0, caller) }
    }

    private func take(_ state: inout State, _ caller: LimitedCaller) -> Bool {
        guard state.used < count, state.usedBy[caller, default: 0] < share else { return false }
        state.used += 1
        state.usedBy[caller, default: 0] += 1
        return true
    }

    private func enter(_ caller: LimitedCaller) async -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    if take(&state, caller) { return true }
                    state.waiters.append(Waiter(id: id, caller: caller, continuation: continuation))
                    return nil
                }
                if let answer { return continuation.resume(returning: answer) }
                Task { [patience] in
                    try? await Task.sleep(for: patience)
                    self.giveUp(id)
                }
            }
        } onCancel: {
            giveUp(id)
        }
    }

    private func giveUp(_ id: Int) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: false)
    }

    /// Gives a slot back.
    package func leave(_ caller: LimitedCaller) {
        let next = state.withLock { state -> Waiter? in
            state.used -= 1
            let left = state.usedBy[caller, default: 1] - 1
            state.usedBy[caller] = left > 0 ? left : nil
            guard let index = state.waiters.firstIndex(where: { state.usedBy[$0.caller, default: 0] < share }) else { return nil }
            let waiter = state.waiters.remove(at: index)
            _ = take(&state, waiter.caller)
            return waiter
        }
        next?.continuation.resume(returning: true)
    }
}
