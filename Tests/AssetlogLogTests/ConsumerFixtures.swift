import AssetlogCore
import AssetlogLog
import Logging
import Synchronization

/// A consumer that remembers what it got and fails when it is told to.
final class RecordingConsumer: LogConsumer {
    struct State {
        var batches: [ConsumerBatch] = []
        var failures: [any Error] = []
        var isStuck = false
        var begun = 0
        var wasCancelled = false
    }

    let state = Mutex(State())

    func consume(_ batch: ConsumerBatch) async throws {
        state.withLock { $0.begun += 1 }
        while state.withLock({ $0.isStuck }) {
            if Task.isCancelled { state.withLock { $0.wasCancelled = true } }
            await Self.nap()
        }
        try state.withLock { state in
            if !state.failures.isEmpty { throw state.failures.removeFirst() }
            state.batches.append(batch)
        }
    }

    // Sleep that no cancellation shortens, as a system call that hangs.
    private static func nap() async {
        await Task { try? await Task.sleep(for: .milliseconds(5)) }.value
    }

    var sequences: [Int64] { state.withLock { $0.batches.flatMap { $0.events.map(\.sequence) } } }
    var begun: Int { state.withLock { $0.begun } }
    var hasBegun: Bool { begun > 0 }
    var wasCancelled: Bool { state.withLock { $0.wasCancelled } }
    func fail(with errors: [any Error]) { state.withLock { $0.failures = errors } }
    func setStuck(_ isStuck: Bool) { state.withLock { $0.isStuck = isStuck } }
}

struct Trouble: Error {}

/// A clock whose sleeps take no time, and are remembered.
final class JumpingClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let state = Mutex((now: Duration.zero, sleeps: [Duration]()))
    var now: Instant { Instant(offset: state.withLock { $0.now }) }
    var minimumResolution: Duration { .nanoseconds(1) }
    var sleeps: [Duration] { state.withLock { $0.sleeps } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        state.withLock { state in
            state.sleeps.append(deadline.offset - state.now)
            state.now = max(state.now, deadline.offset)
        }
        try await Task.sleep(for: .milliseconds(1))
    }
}

/// Waits until a condition holds; false after three minutes.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(180)
    while ContinuousClock.now < end {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return false
}
