package import AssetlogCore
import Synchronization

/// A stream that is open, as the registry sees it: whether it may go on, and when it wants to be woken. State lives in a `Mutex`.
package final class OpenStream: Sendable {
    /// What a stream holds from its beginning: about what its socket may not have taken.
    static let reservedBytes = StreamState.room

    private struct State {
        var ending: StreamEnding?
        var deadline: Duration
        var hasClosed = false
    }

    /// Rings when there may be something to do.
    package let bell = WakeUp()
    let memory: MemoryHold
    private let isAllowed: @Sendable () -> Bool
    private let closed: @Sendable (StreamEnding?) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - memory: What it holds.
    ///   - deadline: When it wants to be woken.
    ///   - isAllowed: Whether it may go on.
    ///   - closed: Called once when it is closed; with nil when it never began.
    init(
        _ memory: MemoryHold, deadline: Duration, isAllowed: @escaping @Sendable () -> Bool,
        closed: @escaping @Sendable (StreamEnding?) -> Void
    ) {
        (self.memory, self.isAllowed, self.closed) = (memory, isAllowed, closed)
        state = Mutex(State(deadline: deadline))
    }

    // The client of an answer that was never written has left.
    deinit { close(.left) }

    /// Says why it has ended. A second call does nothing.
    func close(_ ending: StreamEnding) { close(because: ending) }

    /// Gives back what it holds: its request was refused after it was opened, and it counts as no stream.
    package func discard() { close(because: nil) }

    private func close(because ending: StreamEnding?) {
        let isFirst = state.withLock { state in
            defer { state.hasClosed = true }
            return !state.hasClosed
        }
        if isFirst { closed(ending) }
    }

    /// Why it is to end; nil: it goes on.
    var ending: StreamEnding? { state.withLock { $0.ending } }

    /// Lets it end.
    func end(_ ending: StreamEnding) {
        state.withLock { if $0.ending == nil { $0.ending = ending } }
        bell.ring()
    }

    /// Says when it wants to be woken again.
    func setDeadline(_ deadline: Duration) {
        state.withLock { $0.deadline = deadline }
    }

    /// Ends it when its caller is no longer allowed to read it, and wakes it when its deadline has passed.
    func check(at now: Duration) {
        if !isAllowed() { return end(.token) }
        if state.withLock({ $0.deadline <= now }) { bell.ring() }
    }
}
