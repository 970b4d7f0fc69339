package import AssetlogCore

/// Everything in a scope at a glance.
package struct Overview: Hashable, Sendable {
    /// The number of assets, by state.
    package var states: StateCounts
    /// The events of the present hour and the 48 before, the oldest hour first; hours without an event have no counts.
    package var hours: [Hour]
    /// The checks whose latest result is failed with ERROR, those that failed last first; at most ``CatalogLimits/overviewRows``.
    package var failingChecks: [CheckRow]
    /// The assets whose state is failed, those that failed last first; at most ``CatalogLimits/overviewRows``.
    package var latestFailures: [Failure]

    /// The events of one hour of UTC.
    package struct Hour: Hashable, Sendable {
        /// Its beginning.
        package var start: Timestamp
        /// The number of events of each kind; kinds without an event are left out.
        package var counts: [EventKind: Int]

        /// Makes it.
        package init(start: Timestamp, counts: [EventKind: Int]) {
            self.start = start
            self.counts = counts
        }
    }

    /// A failure of an asset.
    package struct Failure: Hashable, Sendable {
        /// The asset.
        package var assetKey: AssetKey
        /// Its latest failure.
        package var event: LatestEvent

        /// Makes it.
        package init(assetKey: AssetKey, event: LatestEvent) {
            self.assetKey = assetKey
            self.event = event
        }
    }

    /// Makes it.
    package init(states: StateCounts, hours: [Hour], failingChecks: [CheckRow], latestFailures: [Failure]) {
        self.states = states
        self.hours = hours
        self.failingChecks = failingChecks
        self.latestFailures = latestFailures
    }
}

/// How much the catalog keeps and answers at once, whatever is reported.
package enum CatalogLimits {
    /// The most labels of numeric metadata of an asset; later ones are not kept.
    package static let labels = 256
    /// The most check names of an asset; later ones are not kept. The partitions that a check is run on are not limited.
    package static let checks = 1000
    /// The most bytes of an asset's latest tags, or of its latest description; tags that are longer are left out, a
    /// description is cut.
    package static let textBytes = 16 << 10
    /// The most bytes of a failure's message that are kept.
    package static let messageBytes = 1024
    /// The most assets that are listed as made from an asset.
    package static let downstream = 1000
    /// The most ranges, and the most gaps, of a summary of partitions.
    package static let ranges = 1000
    /// The most parts that follow a prefix in the keys of assets.
    package static let folders = 1000
    /// The most failing checks, and the most failures, of an overview.
    package static let overviewRows = 20
}
