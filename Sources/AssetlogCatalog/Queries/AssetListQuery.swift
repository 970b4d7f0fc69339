package import AssetlogCore

/// Which assets are listed, in which order, and how many.
package struct AssetListQuery: Hashable, Sendable {
    /// The order of a list of assets. Equal ones are ordered by the bytes of their canonical keys.
    package enum Order: Hashable, Sendable {
        /// By the bytes of the canonical keys.
        case key
        /// Those that were materialized last first; those that never were come last.
        case materialization
        /// Those whose last materialization is longest ago first; those that never were materialized come last.
        case oldest
        /// Those in the worst state first.
        case state
    }

    /// The deployment, and the assets that the caller may read.
    package var scope: CatalogScope
    /// Only assets whose key begins with these parts.
    package var prefix: AssetKey?
    /// Only assets that have this text in their key, whose parts are joined by slashes; ASCII letters in either case. Nil: all.
    package var text: String?
    /// Only assets in one of these states; nil: all. The counts of the list leave this filter out.
    package var states: Set<AssetState>?
    /// Only assets whose latest tags have this one.
    package var tag: AssetTag?
    /// Only assets whose latest event happened at this time or later.
    package var updatedFrom: Timestamp?
    /// Only assets whose latest event happened before this time.
    package var updatedBefore: Timestamp?
    /// The order.
    package var order: Order
    /// At most so many assets, at least 1.
    package var limit: Int
    /// The token of the page before; nil: the first page.
    package var after: String?

    /// Makes a query; without more than a scope it asks for the first assets by key.
    package init(
        scope: CatalogScope, prefix: AssetKey? = nil, text: String? = nil, states: Set<AssetState>? = nil, tag: AssetTag? = nil,
        updatedFrom: Timestamp? = nil, updatedBefore: Timestamp? = nil, order: Order = .key, limit: Int = 100, after: String? = nil
    ) {
        self.scope = scope
        self.prefix = prefix
        self.text = text
        self.states = states
        self.tag = tag
        self.updatedFrom = updatedFrom
        self.updatedBefore = updatedBefore
        self.order = order
        self.limit = limit
        self.after = after
    }
}

/// A tag that assets are filtered by.
package struct AssetTag: Hashable, Sendable {
    /// The tag's name.
    package var name: String
    /// Its value; nil: any.
    package var value: String?

    /// Makes a tag.
    package init(name: String, value: String? = nil) {
        self.name = name
        self.value = value
    }
}

/// Which partitions of an asset are listed.
package struct PartitionListQuery: Hashable, Sendable {
    /// The deployment, and the assets that the caller may read.
    package var scope: CatalogScope
    /// The asset.
    package var assetKey: AssetKey
    /// Only partitions in one of these states; nil: all.
    package var states: Set<AssetState>?
    /// Only this partition; nil: all.
    package var partition: String?
    /// Whether the last partition by the bytes of its name comes first.
    package var isDescending: Bool
    /// At most so many partitions, at least 1.
    package var limit: Int
    /// The token of the page before; nil: the first page.
    package var after: String?

    /// Makes a query.
    package init(
        scope: CatalogScope, assetKey: AssetKey, states: Set<AssetState>? = nil, partition: String? = nil,
        isDescending: Bool = false, limit: Int = 100, after: String? = nil
    ) {
        self.scope = scope
        self.assetKey = assetKey
        self.states = states
        self.partition = partition
        self.isDescending = isDescending
        self.limit = limit
        self.after = after
    }
}

/// Which checks of an asset are listed.
package struct AssetCheckQuery: Hashable, Sendable {
    /// The deployment, and the assets that the caller may read.
    package var scope: CatalogScope
    /// The asset.
    package var assetKey: AssetKey
    /// Whether there is a row for each partition that a check was run on; else one for each name, of all partitions together.
    package var byPartition: Bool
    /// Only checks of this name; nil: all.
    package var checkName: String?
    /// Only results on this partition, with ``byPartition``; nil: on any, and on the whole asset.
    package var partition: String?
    /// At most so many rows, at least 1.
    package var limit: Int
    /// The token of the page before; nil: the first page.
    package var after: String?

    /// Makes a query.
    package init(
        scope: CatalogScope, assetKey: AssetKey, byPartition: Bool = false, checkName: String? = nil, partition: String? = nil,
        limit: Int = 100, after: String? = nil
    ) {
        self.scope = scope
        self.assetKey = assetKey
        self.byPartition = byPartition
        self.checkName = checkName
        self.partition = partition
        self.limit = limit
        self.after = after
    }
}

/// Which checks of all assets are listed.
package struct CheckListQuery: Hashable, Sendable {
    /// The deployment, and the assets that the caller may read.
    package var scope: CatalogScope
    /// Only checks whose latest result, over all partitions, is one of these; nil: all.
    package var results: Set<CheckResult>?
    /// At most so many checks, at least 1.
    package var limit: Int
    /// The token of the page before; nil: the first page.
    package var after: String?

    /// Makes a query.
    package init(scope: CatalogScope, results: Set<CheckResult>? = nil, limit: Int = 100, after: String? = nil) {
        self.scope = scope
        self.results = results
        self.limit = limit
        self.after = after
    }
}

/// Which values of a numeric metadata label are wanted.
package struct SeriesQuery: Hashable, Sendable {
    /// The deployment, and the assets that the caller may read.
    package var scope: CatalogScope
    /// The asset.
    package var assetKey: AssetKey
    /// The label.
    package var label: String
    /// Only values of events that happened at this time or later.
    package var from: Timestamp?
    /// Only values of events that happened before this time.
    package var to: Timestamp?
    /// At most so many points, and otherwise so many buckets; at least 1.
    package var points: Int

    /// Makes a query.
    package init(
        scope: CatalogScope, assetKey: AssetKey, label: String, from: Timestamp? = nil, to: Timestamp? = nil, points: Int = 500
    ) {
        self.scope = scope
        self.assetKey = assetKey
        self.label = label
        self.from = from
        self.to = to
        self.points = points
    }
}
