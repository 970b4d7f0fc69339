import AssetlogCore
import AssetlogMemoryStorage
import AssetlogTesting
import Logging
import Synchronization

/// What a storage that can remove events may do wrong.
enum RetentionFault: CaseIterable {
    case removesNothing, removesAnotherEvent, findsWhatWasRemoved, countsRemovedEvents
    case usesSequencesAgain, movesTheHeadBack
    case removesWhatIsThere, keepsSumsOfWhatWasNotDone, takesEveryRemoval
    case movesCursors, worksAfterClose
    case forgetsSums, cutsPayloads, confusesDeployments, ignoresTheLimit
    case keepsReplacedSums, givesReplacedNumbersAgain, ignoresMissingSums, needsEvents, miscountsRemovals
    case forgetsIdentities, takesOtherContents, hidesRemovedSequences
    case forgetsAllIdentitiesAtOnce, neverForgets, forgetsYoungIdentities
    case forgetsSumsOnClose, forgetsIdentitiesOnClose, forgetsCountsOnCrash

    /// The name of the case that must catch it.
    var catcher: String {
        switch self {
        case .removesNothing, .removesAnotherEvent, .findsWhatWasRemoved, .countsRemovedEvents:
            "what was removed is in no read, and everything else is as it was"
        case .usesSequencesAgain, .movesTheHeadBack: "no sequence is given twice, though its event and all after it were removed"
        case .removesWhatIsThere, .keepsSumsOfWhatWasNotDone: "a removal of which one event is not there changes nothing"
        case .takesEveryRemoval: "a removal that is too large, or out of order, is refused"
        case .movesCursors: "a cursor stays at an event that was removed, and goes on"
        case .worksAfterClose: "after the close every call throws"
        case .forgetsSums, .cutsPayloads, .confusesDeployments, .ignoresTheLimit:
            "sums come back byte by byte, in the order in which they were kept"
        case .keepsReplacedSums, .givesReplacedNumbersAgain: "a sum takes the place of older ones, with a greater number"
        case .ignoresMissingSums: "a removal that replaces a sum which is gone changes nothing"
        case .needsEvents: "sums are kept without events, as in a copy of a log"
        case .miscountsRemovals: "what was removed is counted"
        case .forgetsIdentities, .takesOtherContents, .hidesRemovedSequences:
            "a retry of an event that was removed is a duplicate, and another content a conflict"
        case .forgetsAllIdentitiesAtOnce, .neverForgets, .forgetsYoungIdentities:
            "an identity is forgotten by the time of its removal, the oldest first"
        case .forgetsSumsOnClose, .forgetsIdentitiesOnClose: "what was removed stays so after a close"
        case .forgetsCountsOnCrash: "what was removed stays so after a crash"
        }
    }
}

/// What outlives the closes of a faulty storage.
final class RetentionDisk: Sendable {
    struct State {
        /// The sequences that were removed.
        var removed: Set<Int64> = []
        /// Events that were removed, as they were.
        var events: [LoggedEvent] = []
        /// Sums up to this number are lost.
        var lostSums: Int64 = 0
        var hasLostCounts = false
        /// By so much sequences are given again.
        var shift: Int64 = 0
    }

    let storage: any RetainingStorage
    let state = Mutex(State())

    init() async throws {
        let configuration = try PluginConfiguration(
            section: "storage.memory", keys: StoragePlugin.memory.keys, values: [:], directory: "/", dataDirectory: "/")
        let context = PluginContext(name: "memory", logger: Logger(label: "test"))
        let opened = try await StoragePlugin.memory.configure(configuration).open(context)
        guard let storage = opened.retaining else { throw StorageError(.unavailable, "the storage in memory can't remove events") }
        self.storage = storage
    }
}

/// A storage that removes events with one fault, or none.
final class FaultyRetention: ForwardingStorage, RetainingStorage {
    private let disk: RetentionDisk
    private let fault: RetentionFault?
    private let isClosed = Atomic(false)

    var inner: any Storage { disk.storage }
    var retaining: (any RetainingStorage)? { self }

    init(_ disk: RetentionDisk, _ fault: RetentionFault?) {
        self.disk = disk
        self.fault = fault
    }

    func append(_ batch: borrowing EventBatch) throws -> AppendOutcome {
        var outcome = try disk.storage.append(batch)
        disk.state.withLock { state in
            outcome.sequences = outcome.sequences.map { $0.lowerBound - state.shift...$0.upperBound - state.shift }
            guard fault == .takesOtherContents else { return }
            outcome.skippedEvents = outcome.skippedEvents.map { skipped in
                guard case .conflict(let sequence?) = skipped.reason, state.removed.contains(sequence) else { return skipped }
                return SkippedEvent(index: skipped.index, reason: .duplicate(sequence: sequence))
            }
        }
        return outcome
    }

    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
        if let event = try await disk.storage.event(id, deployment: deployment) { return event }
        return fault == .findsWhatWasRemoved ? disk.state.withLock { $0.events.first { $0.id == id } } : nil
    }

    func statistics() async throws -> StorageStatistics {
        var statistics = try await disk.storage.statistics()
        if fault == .countsRemovedEvents { statistics.events = statistics.head }
        if fault == .movesTheHeadBack {
            let last = try await disk.storage.events(EventQuery(order: .descending(before: nil), limit: 1)).events.first
            statistics.head = last?.sequence ?? 0
        }
        return statistics
    }

    func remove(_ removal: EventRemoval) async throws -> Bool {
        try check()
        var removal = removal
        if fault == .takesEveryRemoval, !removal.isValid { return true }
        if fault == .needsEvents, removal.sequences.isEmpty { return false }
        if fault == .removesNothing { removal.sequences = [] }
        let all = try await disk.storage.events(EventQuery(limit: 100_000)).events
        if fault == .removesAnotherEvent, let other = all.last(where: { !removal.sequences.contains($0.sequence) }) {
            removal.sequences = (removal.sequences + [other.sequence]).sorted()
        }
        if fault == .removesWhatIsThere { removal.sequences.removeAll { sequence in !all.contains { $0.sequence == sequence } } }
        if fault == .cutsPayloads { for index in removal.sums.indices { removal.sums[index].payload.removeLast() } }
        try await changeSums(of: &removal)
        let isDone = try await disk.storage.remove(removal)
        guard isDone else {
            if fault == .keepsSumsOfWhatWasNotDone {
                _ = try await disk.storage.remove(EventRemoval(sequences: [], sums: removal.sums, time: removal.time))
            }
            return false
        }
        try await finish(removal, all)
        return true
    }

    private func changeSums(of removal: inout EventRemoval) async throws {
        let known = try await disk.storage.removedEvents(after: 0, limit: 1000).map(\.number)
        switch fault {
        case .keepsReplacedSums: removal.replacedSums = []
        case .ignoresMissingSums: removal.replacedSums = removal.replacedSums.filter { known.contains($0) }
        default: break
        }
    }

    private func finish(_ removal: EventRemoval, _ all: [LoggedEvent]) async throws {
        disk.state.withLock { state in
            state.removed.formUnion(removal.sequences)
            state.events += all.filter { removal.sequences.contains($0.sequence) }
            if fault == .usesSequencesAgain, removal.sequences.last == all.last?.sequence { state.shift = 3 }
        }
        if fault == .forgetsIdentities { try await forgetAll() }
        if fault == .movesCursors {
            for cursor in try await disk.storage.cursors() { _ = try await disk.storage.replay(cursor.consumer, after: 0) }
        }
    }

    private func forgetAll() async throws {
        _ = try await disk.storage.forgetIdentities(removedBefore: Timestamp(microseconds: .max), limit: .max)
    }

    func sequenceOfRemoved(_ id: EventID, deployment: String) async throws -> Int64? {
        try check()
        return fault == .hidesRemovedSequences ? nil : try await disk.storage.sequenceOfRemoved(id, deployment: deployment)
    }

    func forgetIdentities(removedBefore time: Timestamp, limit: Int) async throws -> Int {
        try check()
        if fault == .neverForgets { return 0 }
        let time = fault == .forgetsYoungIdentities ? Timestamp(microseconds: .max) : time
        return try await disk.storage.forgetIdentities(
            removedBefore: time, limit: fault == .forgetsAllIdentitiesAtOnce ? .max : limit)
    }

    func removals() async throws -> RemovalStatistics {
        try check()
        var statistics = try await disk.storage.removals()
        if fault == .miscountsRemovals { statistics.events /= 2 }
        if fault == .givesReplacedNumbersAgain {
            statistics.head = Int64(try await disk.storage.removedEvents(after: 0, limit: 10_000).count)
        }
        if disk.state.withLock({ $0.hasLostCounts }) { statistics.events = 0 }
        return statistics
    }

    func removedEvents(after number: Int64, limit: Int) async throws -> [RemovedEvents] {
        try check()
        if fault == .forgetsSums { return [] }
        let lost = disk.state.withLock { $0.lostSums }
        let sums = try await disk.storage.removedEvents(
            after: max(number, lost), limit: fault == .ignoresTheLimit ? .max : limit)
        return sums
    }

    func removedEvents(of assetKey: AssetKey, in deployment: String) async throws -> [RemovedEvents] {
        try check()
        let all = try await removedEvents(after: 0, limit: 10_000)
        return all.filter {
            $0.assetKey == assetKey && (fault == .confusesDeployments || $0.deployment.utf8.elementsEqual(deployment.utf8))
        }
    }

    func close() async {
        isClosed.store(true, ordering: .relaxed)
        if fault == .forgetsIdentitiesOnClose { try? await forgetAll() }
        if fault == .forgetsSumsOnClose, let head = try? await disk.storage.removals().head {
            disk.state.withLock { $0.lostSums = head }
        }
    }

    private func check() throws {
        if isClosed.load(ordering: .relaxed), fault != .worksAfterClose { throw StorageError(.closed, "closed") }
    }
}

extension StorageSubject {
    /// A subject that can remove events, with one fault or none.
    static func removing(with fault: RetentionFault?) -> StorageSubject {
        StorageSubject {
            let disk = try await RetentionDisk()
            return StorageLocation(
                open: { FaultyRetention(disk, fault) },
                crash: { if fault == .forgetsCountsOnCrash { disk.state.withLock { $0.hasLostCounts = true } } },
                openAnother: { FaultyRetention(disk, fault) })
        }
    }
}
