package import AssetlogCore

/// What can be asked of a catalog.
///
/// Nothing of it waits for a lock that the following of the log holds for long; calls read on threads of their own and may be
/// cancelled. All throw ``CatalogError``, `CancellationError`, and what the log throws where an answer is read from it.
package protocol CatalogQueries: Sendable {
    /// The last sequence of the log that answers from now on contain; 0 before the first.
    var asOf: Int64 { get }

    /// Waits until answers contain an event.
    ///
    /// - Returns: Whether they do; false: the time was up, or the task was cancelled.
    func waitFor(sequence: Int64, atMost longest: Duration) async -> Bool

    /// How the catalog is doing.
    var status: CatalogStatus { get }

    /// A page of assets, and the counts by state of all that the query selects.
    func assets(_ query: AssetListQuery) async throws -> CatalogAnswer<AssetList>

    /// The parts that follow a prefix in the keys of assets, with the states of those; nil: the first parts of all.
    func folders(below prefix: AssetKey?, in scope: CatalogScope) async throws -> CatalogAnswer<AssetFolders>

    /// The number of events in the present hour and in each of the 48 before, the oldest first, of assets that the scope has.
    func activity(of keys: [AssetKey], in scope: CatalogScope) async throws -> CatalogAnswer<[AssetKey: [Int]]>

    /// The assets with the most events that count, the most first.
    func largestAssets(in scope: CatalogScope, limit: Int) async throws -> CatalogAnswer<[AssetSize]>

    /// All that is known of an asset; the value is nil where the scope has no such asset.
    func asset(_ key: AssetKey, in scope: CatalogScope) async throws -> CatalogAnswer<AssetDetail?>

    /// A page of an asset's partitions, in the order of the bytes of their names.
    func partitions(_ query: PartitionListQuery) async throws -> CatalogAnswer<PartitionList?>

    /// Counts of an asset's partitions, with the ranges of consecutive dates among them.
    func partitionSummary(of key: AssetKey, in scope: CatalogScope) async throws -> CatalogAnswer<PartitionSummary?>

    /// A page of an asset's checks, in the order of the bytes of their names.
    func checks(_ query: AssetCheckQuery) async throws -> CatalogAnswer<CheckList?>

    /// A page of the checks of all assets in the scope, by asset key and name.
    func checks(_ query: CheckListQuery) async throws -> CatalogAnswer<CheckList>

    /// The values of a numeric label of an asset over time.
    func series(_ query: SeriesQuery) async throws -> CatalogAnswer<Series?>

    /// Everything in the scope at a glance. The events of its hours are counted once a second.
    ///
    /// - Parameter sequence: The events up to this one are counted in any case.
    func overview(_ scope: CatalogScope, containing sequence: Int64) async throws -> CatalogAnswer<Overview>
}

/// An answer, and how long it holds.
package struct CatalogAnswer<Value: Sendable>: Sendable {
    /// What was asked for.
    package var value: Value
    /// The answer contains every event up to this sequence of the log.
    package var asOf: Int64
    /// Names the state of the catalog that the answer was made of: as long as it and ``expires`` are equal, so is the answer.
    /// It changes with every event, and when the catalog is made again.
    package var revision: String
    /// When the answer changes by itself, because something ceases to run; nil: never.
    package var expires: Timestamp?

    /// Makes an answer.
    package init(_ value: Value, asOf: Int64, revision: String, expires: Timestamp? = nil) {
        self.value = value
        self.asOf = asOf
        self.revision = revision
        self.expires = expires
    }

    /// The same answer with another value.
    package func map<Other>(_ change: (Value) throws -> Other) rethrows -> CatalogAnswer<Other> {
        CatalogAnswer<Other>(try change(value), asOf: asOf, revision: revision, expires: expires)
    }
}

/// How many events an asset has.
package struct AssetSize: Hashable, Sendable {
    /// The asset.
    package var assetKey: AssetKey
    /// The events that count, those that retention removed among them.
    package var events: Int
}

/// What a caller asks about: one deployment, and those of its assets that the caller may read.
package struct CatalogScope: Hashable, Sendable {
    /// The deployment.
    package var deployment: String
    /// The assets that one of these patterns matches; nil: all. Applied before anything is counted.
    package var assets: [PartPattern]?

    /// Makes a scope.
    package init(deployment: String, assets: [PartPattern]? = nil) {
        self.deployment = deployment
        self.assets = assets
    }

    /// Whether an asset belongs to it, given by its key's canonical JSON text.
    package func covers(canonicalKey key: UnsafeRawBufferPointer) -> Bool {
        assets.map { $0.contains { $0.matches(canonicalKey: key) } } ?? true
    }

    /// Whether an asset belongs to it.
    package func covers(_ key: AssetKey) -> Bool {
        guard assets != nil else { return true }
        var text = key.canonical
        return text.withUTF8 { covers(canonicalKey: UnsafeRawBufferPointer($0)) }
    }
}

/// Why a catalog does not answer.
package struct CatalogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package struct Code: Hashable, Sendable {
        private enum Value: Hashable { case unavailable, invalidToken }
        private let value: Value
        /// The catalog's file can't be read now; it is made again.
        package static let unavailable = Code(value: .unavailable)
        /// A page token is none of this list.
        package static let invalidToken = Code(value: .invalidToken)
    }

    /// The kind of failure.
    package var code: Code
    /// What was wrong and what to do, in a sentence.
    package var message: String

    /// Makes an error.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    package var description: String { message }
}
