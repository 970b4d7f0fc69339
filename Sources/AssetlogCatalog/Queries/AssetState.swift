/// The state of an asset or of a partition of it, in one word.
///
/// Several can hold at once; the first of them in the order of the cases is shown.
package enum AssetState: UInt8, CaseIterable, Hashable, Sendable {
    /// A materialization failed after the last one that succeeded.
    case failed
    /// The latest result of some check is failed, with the severity ERROR.
    case checkFailed
    /// A materialization has started after the last one ended, less than the running timeout ago.
    case running
    /// The latest result of some check is failed, with the severity WARN only.
    case warned
    /// It was never materialized: only observed, checked, started, failed or skipped.
    case missing
    /// It was materialized, and nothing of the above holds.
    case ok

    /// The word on the wire: `failed`, `check_failed` and so on.
    package var name: String {
        switch self {
        case .failed: "failed"
        case .checkFailed: "check_failed"
        case .running: "running"
        case .warned: "warned"
        case .missing: "missing"
        case .ok: "ok"
        }
    }

    /// Finds the state of a word on the wire.
    package init?(name: some StringProtocol) {
        guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = state
    }
}

/// How many assets or partitions are in each state.
package struct StateCounts: Hashable, Sendable {
    private var counts = [Int](repeating: 0, count: AssetState.allCases.count)

    /// Makes counts of 0.
    package init() {}

    /// The number of those in a state.
    package subscript(state: AssetState) -> Int {
        get { counts[Int(state.rawValue)] }
        set { counts[Int(state.rawValue)] = newValue }
    }

    /// The number of all.
    package var total: Int { counts.reduce(0, +) }
}

/// The result of a check.
package enum CheckResult: UInt8, CaseIterable, Hashable, Sendable {
    /// It failed, with the severity ERROR.
    case failed
    /// It failed, with the severity WARN.
    case warned
    /// It passed.
    case passed

    /// The word on the wire: `failed`, `warned` or `passed`.
    package var name: String {
        switch self {
        case .failed: "failed"
        case .warned: "warned"
        case .passed: "passed"
        }
    }

    /// Finds the result of a word on the wire.
    package init?(name: some StringProtocol) {
        guard let result = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = result
    }
}

/// How many checks have each result.
package struct CheckCounts: Hashable, Sendable {
    /// Those that failed with the severity ERROR.
    package var failed = 0
    /// Those that failed with the severity WARN.
    package var warned = 0
    /// Those that passed.
    package var passed = 0

    /// Makes counts of 0.
    package init() {}

    /// The number of all.
    package var total: Int { failed + warned + passed }

    /// The number of those with a result.
    package subscript(result: CheckResult) -> Int {
        get {
            switch result {
            case .failed: failed
            case .warned: warned
            case .passed: passed
            }
        }
        set {
            switch result {
            case .failed: failed = newValue
            case .warned: warned = newValue
            case .passed: passed = newValue
            }
        }
    }
}
