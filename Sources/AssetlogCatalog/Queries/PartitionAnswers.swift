/// A partition of an asset.
package struct PartitionRow: Hashable, Sendable {
    /// Its name; the empty text is one.
    package var partition: String
    /// Its state.
    package var state: AssetState
    /// The latest materialization; nil: there was none.
    package var materialization: EventReference?
    /// The latest observation; nil: there was none.
    package var observation: EventReference?
    /// The latest failure; nil: there was none.
    package var failure: EventReference?
    /// The latest start; nil: there was none.
    package var started: EventReference?
    /// The latest skip; nil: there was none.
    package var skipped: EventReference?
    /// The number of its events, results of checks included.
    package var count: Int

    /// Makes it.
    package init(
        partition: String, state: AssetState, materialization: EventReference? = nil, observation: EventReference? = nil,
        failure: EventReference? = nil, started: EventReference? = nil, skipped: EventReference? = nil, count: Int
    ) {
        self.partition = partition
        self.state = state
        self.materialization = materialization
        self.observation = observation
        self.failure = failure
        self.started = started
        self.skipped = skipped
        self.count = count
    }
}

/// A page of partitions.
package struct PartitionList: Hashable, Sendable {
    /// The partitions.
    package var partitions: [PartitionRow]
    /// The token of the next page; nil: there is none.
    package var next: String?

    /// Makes it.
    package init(partitions: [PartitionRow], next: String?) {
        self.partitions = partitions
        self.next = next
    }
}

/// The partitions of an asset, counted.
package struct PartitionSummary: Hashable, Sendable {
    /// The number of partitions, by state.
    package var counts: StateCounts
    /// Partitions of one state whose names are consecutive dates (days, hours, months and so on), in their order; a partition
    /// that is no date is a range of its own. At most ``CatalogLimits/ranges``.
    package var ranges: [Range]
    /// The dates between the first and the last that no partition is named by; at most ``CatalogLimits/ranges``.
    package var missing: [Gap]
    /// Whether there are more ranges or gaps than are listed.
    package var isCut: Bool

    /// Consecutive partitions of one state.
    package struct Range: Hashable, Sendable {
        /// The first partition.
        package var from: String
        /// The last partition.
        package var to: String
        /// The state of all of them.
        package var state: AssetState
        /// Their number.
        package var count: Int

        /// Makes it.
        package init(from: String, to: String, state: AssetState, count: Int) {
            self.from = from
            self.to = to
            self.state = state
            self.count = count
        }
    }

    /// Consecutive dates without a partition.
    package struct Gap: Hashable, Sendable {
        /// The first date, written as the partitions are.
        package var from: String
        /// The last date.
        package var to: String

        /// Makes it.
        package init(from: String, to: String) {
            self.from = from
            self.to = to
        }
    }

    /// Makes it.
    package init(counts: StateCounts, ranges: [Range] = [], missing: [Gap] = [], isCut: Bool = false) {
        self.counts = counts
        self.ranges = ranges
        self.missing = missing
        self.isCut = isCut
    }
}
