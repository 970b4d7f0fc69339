import AssetlogCore

/// What events have changed since a layer below it was complete, asset by asset.
///
/// A layer that is folded into is used under the lock of its ``CatalogMemory``. After that it never changes, so that it is written
/// to the file while the next one is folded into.
final class MemoryLayer: @unchecked Sendable {
    // Sendable: see above.

    var entries: [AssetName: AssetEntry] = [:]
    /// The assets that may name others as upstream than what lies below has of them.
    var changedUpstreams: Set<AssetName> = []
    /// The number of partitions of the asset that has most of them.
    var mostPartitions = 0
    /// The number of events.
    var events = 0
    /// About how many bytes of memory it takes.
    var bytes = 0
    /// The last event that it contains.
    var position = LogPosition()
    /// Up to where it contains sums of removed events.
    var removals = RemovalMark()
    /// When the first of its events was folded; nil: it has none.
    var started: ContinuousClock.Instant?

    /// Whether there is nothing to write: no event, and no asset that was folded again.
    var isEmpty: Bool { events == 0 && entries.isEmpty }
}

/// An event as a position to continue from.
struct LogPosition: Hashable, Sendable {
    /// Its sequence; 0: before the first.
    var sequence: Int64 = 0
    /// Its identity; nil: not known.
    var event: EventID?
}

/// Assets that were used lately, as the file has them. Half of it goes at a time, and what was not used since stays away.
struct RecordCache: Sendable {
    struct Known: Sendable {
        var id: Int64
        var record: AssetRecord
    }

    /// Its texts have at most so many bytes.
    private static let mostBytes = 16 << 20

    private let capacity: Int
    private var recent: [AssetName: Known] = [:]
    private var recentBytes = 0
    private var older: [AssetName: Known] = [:]

    /// - Parameter capacity: It keeps between half of so many assets and so many.
    init(capacity: Int = 8192) {
        self.capacity = capacity
    }

    mutating func take(_ name: AssetName) -> Known? {
        guard let known = recent.removeValue(forKey: name) else { return older.removeValue(forKey: name) }
        recentBytes -= known.record.textBytes
        return known
    }

    mutating func put(_ name: AssetName, _ known: Known) {
        older.removeValue(forKey: name)
        recent[name] = known
        recentBytes += known.record.textBytes
        guard recent.count > capacity / 2 || recentBytes > Self.mostBytes / 2 else { return }
        older = recent
        (recent, recentBytes) = ([:], 0)
    }
}
