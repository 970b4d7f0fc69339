public import AssetlogCore

/// What a job waits for before it uses an asset. Pure: it is asked again with each answer of the server.
public struct WaitCondition: Sendable {
    /// How it stands.
    public enum Verdict: Hashable, Sendable {
        /// It is so.
        case met
        /// It can't become so without another attempt: a sentence that says why.
        case failed(String)
        /// Not yet: a sentence that says what is missing.
        case pending(String)
    }

    /// What was found out about the asset, or about one of its partitions.
    public struct Facts: Sendable {
        /// When it was last materialized; nil: never.
        public var materialized: Timestamp?
        /// When it last failed; nil: never.
        public var failed: Timestamp?
        /// What was said about that failure.
        public var message: String?
        /// The latest results of its checks.
        public var checks: [AssetCheck] = []

        /// Makes facts about what the server does not know.
        public init() {}
    }

    /// The asset.
    public var asset: AssetKey
    /// The partition; nil: the asset as a whole.
    public var partition: String?
    /// What happened before does not count; nil: everything counts.
    public var since: Timestamp?
    /// Whether every check must have passed, too.
    public var includesChecks: Bool

    /// Makes a condition; without more it is met by any materialization.
    public init(_ asset: AssetKey, partition: String? = nil, since: Timestamp? = nil, includesChecks: Bool = false) {
        (self.asset, self.partition, self.since, self.includesChecks) = (asset, partition, since, includesChecks)
    }

    /// Judges what was found out.
    ///
    /// A failure, or a failed check, that lies before ``since`` is waited through.
    public func verdict(_ facts: Facts) -> Verdict {
        if let failed = facts.failed, isInside(failed), failed > facts.materialized ?? .distantPast {
            return .failed("its latest attempt failed at \(failed)\(facts.message.map { ": \($0)" } ?? "")")
        }
        guard let materialized = facts.materialized else { return .pending("it was not materialized yet") }
        guard isInside(materialized) else { return .pending("it was materialized last at \(materialized)") }
        return includesChecks ? verdict(facts.checks) : .met
    }

    private func verdict(_ checks: [AssetCheck]) -> Verdict {
        if let failed = checks.first(where: { $0.isError && isInside($0.timestamp) }) {
            return .failed("the check \(failed.checkName) failed at \(failed.timestamp)")
        }
        guard let old = checks.first(where: { !isInside($0.timestamp) }) else { return .met }
        return .pending("the check \(old.checkName) was run last at \(old.timestamp)")
    }

    private func isInside(_ time: Timestamp) -> Bool { since.map { time >= $0 } ?? true }
}

extension Timestamp {
    fileprivate static let distantPast = Timestamp(microseconds: .min)
}
