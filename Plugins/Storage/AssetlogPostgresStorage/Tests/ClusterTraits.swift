#if Postgres
import Synchronization
import Testing

extension Trait where Self == ConditionTrait {
    /// Skips tests where there is no PostgreSQL.
    static var needsCluster: Self { .enabled(if: Cluster.absence == nil, "there is no PostgreSQL on this machine") }
}

extension Trait where Self == FewAtOnce {
    /// Runs a few tests at once, of all suites that have this.
    static var fewAtOnce: Self { FewAtOnce() }
}

/// Each test has connections and a schema of its own. A hundred of them at once are more than a small machine with other work can
/// serve within any time limit.
struct FewAtOnce: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
        await Self.turns.enter()
        defer { Self.turns.leave() }
        try await function()
    }

    private static let turns = Turns(8)
}

/// Lets so many in at once; the others wait in the order in which they came. State lives in a `Mutex`.
private final class Turns: Sendable {
    private let state: Mutex<(free: Int, waiting: [CheckedContinuation<Void, Never>])>

    init(_ count: Int) {
        state = Mutex((count, []))
    }

    func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
#endif
