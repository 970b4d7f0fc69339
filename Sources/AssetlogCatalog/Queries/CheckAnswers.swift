package import AssetlogCore

/// The latest result of a check of an asset, over all partitions or on one.
package struct CheckRow: Hashable, Sendable {
    /// The asset.
    package var assetKey: AssetKey
    /// The check's name.
    package var checkName: String
    /// The partition that the latest result is about; nil: the whole asset.
    package var partition: String?
    /// The latest result.
    package var result: CheckResult
    /// Its severity: whether it is ERROR, not WARN. A check that passed has one as well.
    package var isError: Bool
    /// Whether the check is said to block what is downstream; nil: it is not said.
    package var isBlocking: Bool?
    /// When the first of the latest results happened that are all the same.
    package var since: Timestamp
    /// The event of the latest result.
    package var event: EventReference
    /// How often it has passed.
    package var passes: Int
    /// How often it has failed, with either severity.
    package var failures: Int

    /// Makes it.
    package init(
        assetKey: AssetKey, checkName: String, partition: String?, result: CheckResult, isError: Bool, isBlocking: Bool?,
        since: Timestamp, event: EventReference, passes: Int, failures: Int
    ) {
        self.assetKey = assetKey
        self.checkName = checkName
        self.partition = partition
        self.result = result
        self.isError = isError
        self.isBlocking = isBlocking
        self.since = since
        self.event = event
        self.passes = passes
        self.failures = failures
    }
}

/// A page of checks.
package struct CheckList: Hashable, Sendable {
    /// The checks.
    package var checks: [CheckRow]
    /// The token of the next page; nil: there is none.
    package var next: String?

    /// Makes it.
    package init(checks: [CheckRow], next: String?) {
        self.checks = checks
        self.next = next
    }
}
