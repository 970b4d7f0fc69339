package import AssetlogCore

/// An event that is the latest of its kind, by where it is in the log and in time.
package struct EventReference: Hashable, Sendable {
    /// Its identity.
    package var id: EventID
    /// Its sequence and its timestamp.
    package var timeKey: EventTimeKey

    /// Makes a reference.
    package init(id: EventID, timeKey: EventTimeKey) {
        self.id = id
        self.timeKey = timeKey
    }

    /// Its number in the log.
    package var sequence: Int64 { timeKey.sequence }
    /// When it happened.
    package var timestamp: Timestamp { timeKey.timestamp }
}

/// An event that is an asset's latest of its kind.
package struct LatestEvent: Hashable, Sendable {
    /// Which event it is.
    package var event: EventReference
    /// The partition that it names; nil: none.
    package var partition: String?
    /// The data version that it reports; nil: none.
    package var dataVersion: String?
    /// The name of the token that reported it; nil: none was asked for.
    package var reportedBy: String?
    /// Of a failure, its reason as it is on the wire; nil: none, or the event is no failure.
    package var failureReason: String?
    /// Of a failure, the beginning of its message; nil: none, or the event is no failure.
    package var failureMessage: String?

    /// Makes it.
    package init(
        event: EventReference, partition: String? = nil, dataVersion: String? = nil, reportedBy: String? = nil,
        failureReason: String? = nil, failureMessage: String? = nil
    ) {
        self.event = event
        self.partition = partition
        self.dataVersion = dataVersion
        self.reportedBy = reportedBy
        self.failureReason = failureReason
        self.failureMessage = failureMessage
    }
}

/// An asset in short, as lists have it.
package struct AssetSummary: Hashable, Sendable {
    /// The asset.
    package var assetKey: AssetKey
    /// Its state.
    package var state: AssetState
    /// Since when what the state says has been so.
    package var since: Timestamp
    /// When its latest event happened.
    package var lastSeen: Timestamp
    /// The latest materialization; nil: there was none.
    package var materialization: LatestEvent?
    /// The number of its partitions, by state.
    package var partitions: StateCounts
    /// The number of its checks, by the latest result over all partitions.
    package var checks: CheckCounts
    /// The latest tags: a canonical JSON object of texts.
    package var tags: [UInt8]

    /// Makes it.
    package init(
        assetKey: AssetKey, state: AssetState, since: Timestamp, lastSeen: Timestamp, materialization: LatestEvent?,
        partitions: StateCounts, checks: CheckCounts, tags: [UInt8]
    ) {
        self.assetKey = assetKey
        self.state = state
        self.since = since
        self.lastSeen = lastSeen
        self.materialization = materialization
        self.partitions = partitions
        self.checks = checks
        self.tags = tags
    }
}

/// A page of assets.
package struct AssetList: Hashable, Sendable {
    /// The assets.
    package var assets: [AssetSummary]
    /// The token of the next page; nil: there is none.
    package var next: String?
    /// The number of assets by state, of all that pass the filters other than that of states.
    package var counts: StateCounts

    /// Makes it.
    package init(assets: [AssetSummary], next: String?, counts: StateCounts) {
        self.assets = assets
        self.next = next
        self.counts = counts
    }
}

/// All that is known of an asset.
package struct AssetDetail: Hashable, Sendable {
    /// The asset in short.
    package var summary: AssetSummary
    /// When its earliest event happened.
    package var firstSeen: Timestamp
    /// The number of events of each kind; kinds without an event are left out.
    package var counts: [EventKind: Int]
    /// The latest observation; nil: there was none.
    package var observation: LatestEvent?
    /// The latest failure; nil: there was none.
    package var failure: LatestEvent?
    /// The latest start; nil: there was none.
    package var started: LatestEvent?
    /// The latest skip; nil: there was none.
    package var skipped: LatestEvent?
    /// The data version, and since when it has been the same; nil: none was reported.
    package var dataVersion: DataVersion?
    /// The latest description; nil: none was reported.
    package var description: String?
    /// The labels of numeric metadata, in the order of their bytes; at most ``CatalogLimits/labels``.
    package var labels: [String]
    /// The assets that it was made from, by the latest event that names any, in the event's order.
    package var upstream: [AssetKey]
    /// The assets that were made from it, in the order of the bytes of their keys; at most ``CatalogLimits/downstream``.
    package var downstream: [AssetKey]

    /// A data version.
    package struct DataVersion: Hashable, Sendable {
        /// The version.
        package var value: String
        /// When the first of the events happened that have reported it since another one.
        package var since: Timestamp

        /// Makes it.
        package init(value: String, since: Timestamp) {
            self.value = value
            self.since = since
        }
    }

    /// Makes it of what every asset has.
    package init(summary: AssetSummary, firstSeen: Timestamp) {
        self.summary = summary
        self.firstSeen = firstSeen
        counts = [:]
        labels = []
        upstream = []
        downstream = []
    }
}
