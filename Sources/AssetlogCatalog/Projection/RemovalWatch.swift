#if Catalog
import AssetlogCore

/// Keeps a catalog right about events that were removed from the log.
///
/// A catalog that has counted an event need not do anything when it is removed. One that is made from the log has to add the sums of
/// what was removed before it began. Where it can't tell which of the two holds for an asset, because it was removed from in the
/// meantime, or before the catalog came so far, the asset is folded again.
struct RemovalWatch {
    private let removals: any RemovalReader
    private let memory: CatalogMemory
    private let fold: LayerFold
    private let threads: BlockingPool
    /// The number of the last sum that was looked at.
    private var seen: Int64 = 0
    /// Assets that are to be folded again.
    private var stale: Set<AssetName> = []

    private static let pageCount = 64
    /// With more in memory, the rest is added when that was written to the file.
    private static let mostBytes = 64 << 20

    /// Whether all sums are in the catalog that are to be.
    var isComplete: Bool { mark.isComplete }

    /// - Returns: Nil for a log of which nothing is ever removed.
    init?(log: any LogReader, memory: CatalogMemory, fold: LayerFold, threads: BlockingPool) {
        guard let removals = log.removalReader else { return nil }
        self.removals = removals
        self.memory = memory
        self.fold = fold
        self.threads = threads
    }

    private var mark: RemovalMark {
        get { memory.withLock { $0.top.removals } }
        nonmutating set { memory.withLock { $0.top.removals = newValue } }
    }

    /// Begins, before the first page is read.
    mutating func begin() async throws {
        if memory.withLock({ $0.top.position.sequence == 0 && $0.top.events == 0 }), mark == RemovalMark() {
            mark = RemovalMark(number: try await removals.removals().head, added: 0)
        }
        seen = mark.number
    }

    /// Looks for what was removed since the last time, after a page was read that begins behind a position.
    mutating func look(behind position: Int64) async throws {
        guard try await removals.removals().head > seen else { return }
        let isComplete = mark.isComplete
        while true {
            let sums = try await removals.removedEvents(after: seen, limit: Self.pageCount)
            guard let last = sums.last else { return }
            for sum in sums where !isComplete || sum.sequences.upperBound > position { stale.insert(AssetName(of: sum)) }
            seen = last.number
        }
    }

    /// Marks the assets that are to be folded again, for ``Settling``; `finish` follows when that is done.
    ///
    /// - Parameter isEnd: Whether the catalog contains all of the log, so that the sums can be added.
    mutating func prepare(isEnd: Bool) async throws -> Set<AssetName> {
        if isEnd, !mark.isComplete { try await addSums() }
        guard isEnd || mark.isComplete, !stale.isEmpty else { return [] }
        let names = stale
        stale = []
        try await threads.run { [fold] in try fold.markStale(names) }
        return names
    }

    /// Notes that everything is taken into account that was looked at.
    func finish() {
        let (mark, seen) = (mark, seen)
        guard mark.isComplete, stale.isEmpty, mark.number < seen else { return }
        self.mark = RemovalMark(number: seen, added: seen)
    }

    /// Adds the sums of what had been removed before the catalog began, but for assets that are folded again anyway.
    private mutating func addSums() async throws {
        var mark = mark
        while mark.added < mark.number, memory.bytes < Self.mostBytes {
            // Of an asset whose sum was replaced in the meantime, this finds the new one.
            try await look(behind: 0)
            let sums = try await removals.removedEvents(after: mark.added, limit: Self.pageCount)
            let old = sums.filter { $0.number <= mark.number && !stale.contains(AssetName(of: $0)) }
            stale.formUnion(try await threads.run { [fold] in try fold.add(old) })
            mark.added = sums.count < Self.pageCount ? mark.number : min(sums.last?.number ?? mark.number, mark.number)
            try await look(behind: 0)
            self.mark.added = mark.added
        }
    }
}

extension AssetName {
    /// The asset of a sum.
    init(of sum: RemovedEvents) {
        self.init(sum.assetKey, in: sum.deployment)
    }
}
#endif
