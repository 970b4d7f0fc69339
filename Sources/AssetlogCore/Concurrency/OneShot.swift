import Synchronization

/// A value that is set once, by whoever is first, and that tasks wait for. State lives in a `Mutex`.
package final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case unset(waiters: [CheckedContinuation<Value, Never>])
        case set(Value)
    }

    private let state = Mutex(State.unset(waiters: []))

    /// Makes one without a value.
    package init() {}

    /// Whether there is a value.
    package var isSet: Bool {
        state.withLock { state in
            if case .set = state { true } else { false }
        }
    }

    /// Sets the value and lets all continue that wait for it; does nothing when there is one already.
    ///
    /// - Returns: Whether this call has set it.
    @discardableResult
    package func set(_ value: Value) -> Bool {
        let waiters: [CheckedContinuation<Value, Never>]? = state.withLock { state in
            guard case .unset(let waiters) = state else { return nil }
            state = .set(value)
            return waiters
        }
        for waiter in waiters ?? [] { waiter.resume(returning: value) }
        return waiters != nil
    }

    /// Returns when there is a value. A task that is cancelled keeps waiting: who cancels it sets what it is to get.
    package func value() async -> Value {
        await withCheckedContinuation { continuation in
            let value: Value? = state.withLock { state in
                switch state {
                case .set(let value): return value
                case .unset(let waiters):
                    state = .unset(waiters: waiters + [continuation])
                    return nil
                }
            }
            if let value { continuation.resume(returning: value) }
        }
    }

    /// Waits for a bounded time, and sets a value of its own then.
    ///
    /// - Parameters:
    ///   - longest: The time to wait.
    ///   - value: The value, for all who wait, when there is none by then.
    package func value(within longest: Duration, otherwise value: Value) async -> Value {
        let timer = Task {
            try await Task.sleep(for: longest)
            set(value)
        }
        defer { timer.cancel() }
        return await self.value()
    }
}
