import AssetlogCore
import AssetlogTesting
import Synchronization

/// What a storage of these tests does wrong.
enum StorageFault: CaseIterable {
    case dropsAnEvent
    case reordersABatch
    case doublesAnEvent
    case changesDetails
    case normalizesTexts
    case confusesEmptyAndAbsent
    case forgetsOnClose
    case forgetsOnCrash
    case keepsATornWrite
    case appliesHalfABatch
    case repeatsSequencesAfterClose
    case showsAppendsLate
    case liesAboutContinuation
    case forgetsWhatItSkipped
    case endsWithItsLastEvent
    case continuesInAnotherOrder
    case startsPagesTwice
    case ignoresDeployment
    case ignoresAsset
    case ignoresKind
    case takesOneKind
    case findsReportedKindsOnly
    case forgetsVoids
    case ignoresPrefix
    case comparesPrefixesAsText
    case leavesOutThePrefixItself
    case ignoresPatterns
    case ignoresPartition
    case comparesPartitionsAsSwift
    case ignoresCheckName
    case looksForCheckNamesAnywhere
    case ignoresPassed
    case ignoresFrom
    case includesTo
    case descendsLikeAscends
    case ignoresBytes
    case ignoresLimit
    case takesTheNewestForTheLatest
    case ordersTiesByArrival
    case skipsTiesOnTheNextPage
    case repeatsTheMoment
    case missesLateEventsInBackground
    case pagesByTimeEndAnywhere
    case losesWhatItSkips
    case staysWhereItSkips
    case endsWhereItSkips
    case skipsWithoutEnd
    case findsInAnyDeployment
    case miscounts
    case ignoresGenerations
    case keepsTheGenerationOnReplay
    case movesAllCursors
    case forgetsCursors
    case worksAfterClose
    case ignoresCancellation
    case recordsRepetitions
    case countsDuplicates
    case takesConflictsForDuplicates
    case comparesServerTimes
    case ignoresClientTimestamps
    case comparesApproximateTimestamps
    case looksOnlyIntoTheLog
    case ignoresDeploymentsOfIdentities
    case forgetsServerIdentities
    case ignoresGroups
    case insertsWholeGroupsInPart
    case letsDuplicatesSpoilGroups
    case forgetsIdentitiesInBackground
    case forgetsIdentitiesOnClose
    case forgetsIdentitiesOnCrash
    case remembersFailedIdentities
    case refusesLeases
    case leasesToAll
    case ignoresRenewals
    case leasesForEver
    case endsLeasesEarly
    case keepsLeasesThatAreGivenBack
    case takesLeasesBackFromAll
    case letsAllMoveCursors
    case asksForALeaseToReplay
    case endsLeasesByReplays
    case leasesToTheClosed
    case hidesAppendsOfOthers
    case showsSequencesOutOfOrder
    case looksOnlyIntoItsOwnAppends
    case namesItselfAnewAtEachCall
    case hasTheNameOfEveryLog
    case namesItselfAnewOnClose
    case keepsItsNameThoughItForgets
    case namesItselfAnewOnCrash
    case namesItselfForEachServer
    case forgetsTheEventOfACursor
    case keepsTheEventOnReplay
    case ordersDeadLettersByArrival
    case normalizesDeadLetters
    case endsTextsAtZero
    case cutsAnswers
    case forgetsReplayRequests
    case keepsTheFirstDeadLetter
    case beginsWithTheSequenceOfADeadLetter
    case ignoresTheLimitOfDeadLetters
    case findsEveryDeadLetterRequested
    case ignoresTheLimitOfRequests
    case miscountsDeadLetters
    case removesAllDeadLetters
    case removesNoDeadLetters
    case countsRemovalsThatWereAskedFor
    case mixesDeadLettersOfConsumers
    case pausesEveryConsumer
    case makesCursorsOfPauses
    case dropsDeadLettersOnReplay
    case endsPausesOnReplay
    case forgetsReasonsOfPauses
    case neverEndsPauses
    case forgetsDeadLettersOnClose
    case forgetsPausesOnClose
    case forgetsDeadLettersOnCrash
    case forgetsRemovalsOnCrash
    case forgetsPausesOnCrash
    case hidesDeadLettersOfOthers
    case hidesPausesOfOthers
}

extension StorageFault {
    /// The name of the case that must catch it.
    var catcher: String {
        switch self {
        case .dropsAnEvent, .reordersABatch, .doublesAnEvent: "events stand in the order of their appends"
        case .changesDetails, .normalizesTexts: "an event comes back as it was appended, in every byte"
        case .confusesEmptyAndAbsent: "the empty partition is not the absent one"
        case .forgetsOnClose: "acknowledged events outlive a close"
        case .forgetsOnCrash: "acknowledged events outlive a crash"
        case .keepsATornWrite: "a torn write at the log's end takes nothing that was acknowledged, and adds nothing"
        case .appliesHalfABatch: "of a batch that fails nothing is in the log, and the next one is"
        case .repeatsSequencesAfterClose: "sequences go on after a close, and none is given twice"
        case .showsAppendsLate: "what append returned is visible to the next read"
        case .liesAboutContinuation, .endsWithItsLastEvent, .continuesInAnotherOrder, .startsPagesTwice, .descendsLikeAscends,
            .ignoresLimit:
            "pages of every size hold each event once, in both orders"
        case .takesTheNewestForTheLatest, .ordersTiesByArrival:
            "the latest event has the greatest timestamp, and of equal ones the greatest sequence"
        case .skipsTiesOnTheNextPage:
            "pages by time of every size hold each event once, late ones and ties too"
        case .repeatsTheMoment: "reading by time goes on from any moment, at an event or beside it"
        case .missesLateEventsInBackground, .pagesByTimeEndAnywhere:
            "late events, ties and future times are found by time, before, during and after background work"
        case .forgetsWhatItSkipped: "a page continues after what was looked at last, so that a filter is not read twice"
        case .ignoresDeployment: Self.filter("deployment")
        case .ignoresAsset: Self.filter("asset")
        case .ignoresKind: Self.filter("kind")
        case .takesOneKind: Self.filter("several kinds")
        case .findsReportedKindsOnly: "voids and wipes come back in every byte, and are found by their kinds"
        case .forgetsVoids: "an event is voided once, under the identity that follows from its own"
        case .ignoresPrefix, .comparesPrefixesAsText, .leavesOutThePrefixItself:
            Self.filter("the beginning of the asset key, in whole parts")
        case .ignoresPatterns: Self.filter("patterns of asset keys")
        case .ignoresPartition, .comparesPartitionsAsSwift: Self.filter("partition")
        case .ignoresCheckName, .looksForCheckNamesAnywhere: Self.filter("the name of a check")
        case .ignoresPassed: Self.filter("the result of a check")
        case .losesWhatItSkips, .staysWhereItSkips, .endsWhereItSkips, .skipsWithoutEnd:
            "a page that skips many events ends, and the next one goes on behind them"
        case .ignoresFrom: Self.filter("the time from which")
        case .includesTo: Self.filter("the time before which")
        case .ignoresBytes: "a page ends after the event that reaches its bytes, and the next one goes on"
        case .findsInAnyDeployment: "an event is found by its identity, in its own deployment only"
        case .miscounts: "statistics count every event"
        case .ignoresGenerations: "a consumer of an older generation can't move the cursor"
        case .keepsTheGenerationOnReplay, .keepsTheEventOnReplay: "a replay sets a cursor back, in a new generation"
        case .movesAllCursors, .forgetsTheEventOfACursor:
            "a cursor moves with its log and its event, and no other one with it"
        case .forgetsCursors: "a cursor outlives a close where it stood"
        case .worksAfterClose: "after the close append throws"
        case .ignoresCancellation: "background work ends soon when it is cancelled"
        case .recordsRepetitions: "an event that was recorded is a duplicate when it comes again, however often"
        case .countsDuplicates: "a batch of nothing but duplicates gives no sequence and leaves no hole"
        case .takesConflictsForDuplicates:
            "the same identity with another content is a conflict, and nothing is changed"
        case .comparesServerTimes: "times of the server and the reporter are no content"
        case .ignoresClientTimestamps: "a timestamp of the client is content"
        case .comparesApproximateTimestamps: "an approximate timestamp is no content"
        case .looksOnlyIntoTheLog: "duplicates and conflicts inside one batch are found"
        case .ignoresDeploymentsOfIdentities: "one identity in two deployments is two events"
        case .forgetsServerIdentities: "an identity that the server made is found when a client sends it"
        case .ignoresGroups: "of a group with a conflict nothing is inserted, and all else of the batch is"
        case .insertsWholeGroupsInPart: "a group that is inserted as a whole is never inserted in part"
        case .letsDuplicatesSpoilGroups: "duplicates do not spoil a group"
        case .forgetsIdentitiesInBackground: "identities are found before, during and after background work"
        case .forgetsIdentitiesOnClose: "identities outlive a close"
        case .forgetsIdentitiesOnCrash: "identities outlive a crash between the commit and its answer"
        case .remembersFailedIdentities: "of a batch that fails no identity is remembered"
        case .refusesLeases: "the only server gets every lease, and may renew it and give it back"
        case .leasesToAll: "one of two servers gets the lease on a consumer"
        case .ignoresRenewals: "a renewal makes a lease last longer"
        case .leasesForEver, .endsLeasesEarly:
            "a lease that is not renewed goes to another server at its end, and not before"
        case .keepsLeasesThatAreGivenBack, .takesLeasesBackFromAll:
            "a lease that is given back goes to another server at once, and only its holder can give it back"
        case .letsAllMoveCursors: "only the holder of a lease moves the cursor"
        case .asksForALeaseToReplay, .endsLeasesByReplays: "a replay needs no lease, and ends none"
        case .leasesToTheClosed: "a server that has closed holds a lease no longer than to its end"
        case .hidesAppendsOfOthers: "what one server appends another one reads soon, in order"
        case .showsSequencesOutOfOrder:
            "readers that follow two servers while both append skip none, and see one order"
        case .looksOnlyIntoItsOwnAppends: "an identity that two servers append at once is recorded once"
        case .namesItselfAnewAtEachCall: "a log has one identity at every call"
        case .hasTheNameOfEveryLog: "two logs have two identities"
        case .namesItselfAnewOnClose, .keepsItsNameThoughItForgets:
            "the identity of a log outlives a close, and is another one where nothing does"
        case .namesItselfAnewOnCrash: "the identity of a log outlives a crash"
        case .namesItselfForEachServer: "two servers on one log agree on its identity"
        case .ordersDeadLettersByArrival, .normalizesDeadLetters, .endsTextsAtZero, .cutsAnswers, .forgetsReplayRequests:
            "dead letters come back by ascending sequence, in every byte"
        case .keepsTheFirstDeadLetter: "a dead letter takes the place of one with the same sequence"
        case .beginsWithTheSequenceOfADeadLetter, .ignoresTheLimitOfDeadLetters:
            "dead letters are read after a sequence, and up to a limit"
        case .findsEveryDeadLetterRequested, .ignoresTheLimitOfRequests: "dead letters whose replay was requested are found"
        case .miscountsDeadLetters, .removesAllDeadLetters, .removesNoDeadLetters, .countsRemovalsThatWereAskedFor:
            "dead letters are counted, and removed by their sequences or all at once"
        case .mixesDeadLettersOfConsumers, .pausesEveryConsumer: "dead letters and pauses are those of one consumer"
        case .makesCursorsOfPauses, .dropsDeadLettersOnReplay, .endsPausesOnReplay:
            "neither a dead letter nor a pause makes a cursor, and a replay leaves both"
        case .forgetsReasonsOfPauses, .neverEndsPauses: "a consumer is paused for a reason, and goes on without one"
        case .forgetsDeadLettersOnClose, .forgetsPausesOnClose: "dead letters and pauses outlive a close"
        case .forgetsDeadLettersOnCrash, .forgetsRemovalsOnCrash, .forgetsPausesOnCrash:
            "dead letters, their removal and pauses outlive a crash"
        case .hidesDeadLettersOfOthers, .hidesPausesOfOthers:
            "what one server keeps of dead letters and pauses another one sees"
        }
    }

    private static func filter(_ name: String) -> String {
        "a filter by \(name) gives what a list would give, before and after background work"
    }
}

/// The data of a storage of these tests, which outlives it as a disk does.
final class Disk: Sendable {
    struct Lease {
        var holder: Int
        var end: ContinuousClock.Instant
    }

    struct Content {
        var log = LogID.random()
        var events: [LoggedEvent] = []
        var identities: [EventIdentity: LoggedEvent] = [:]
        var cursors: [String: ConsumerCursor] = [:]
        var deadLetters: [String: [StoredDeadLetter]] = [:]
        var removed: [String: [StoredDeadLetter]] = [:]
        var pauses: [String: StoredPause] = [:]
        var indexed = 0
        var leases: [String: Lease] = [:]
        var holders = 0
        var reserved: Int64 = 0
        var isPoisoned = false
        var isTorn = false
    }

    let content = Mutex(Content())
}

/// A correct storage over a ``Disk``, but for one fault.
final class FaultyStorage: Storage {
    private let disk: Disk
    let fault: StorageFault?
    /// Tells the servers on one disk apart.
    let holder: Int
    let own = Mutex<Set<EventIdentity>>([])
    private let isClosed = Atomic<Bool>(false)
    private let visible: Mutex<Int>

    init(_ disk: Disk, _ fault: StorageFault?) {
        self.disk = disk
        self.fault = fault
        holder = disk.content.withLock { content in
            content.holders += 1
            return content.holders
        }
        visible = Mutex(disk.content.withLock { $0.events.count })
    }

    func append(_ batch: borrowing EventBatch) throws -> AppendOutcome {
        if fault == .showsSequencesOutOfOrder { return try appendInTwoSteps(batch) }
        return try onDisk { content in
            let plan = plan(batch, content)
            let all = batch.events
            var events = plan.insertions.flatMap { all[$0] }
            let isRefused = content.isPoisoned && events.contains { $0.deployment == StorageLocation.poisonedDeployment }
            if isRefused, fault == .remembersFailedIdentities { note(all.dropLast(), from: 1, of: batch, in: &content) }
            guard !isRefused || fault == .appliesHalfABatch else { throw StorageError(.unavailable, "poisoned") }
            var last = content.events.last?.sequence ?? 0
            let outcome = plan.outcome(after: last)
            if outcome.sequences == nil, fault == .countsDuplicates { return AppendOutcome(sequences: last + 1...last + 1) }
            note(events, from: last + 1, of: batch, in: &content)
            if isRefused { events = Array(events.prefix(events.count / 2)) }
            switch fault {
            case .dropsAnEvent: if events.count > 3 { events.remove(at: 1) }
            case .reordersABatch: events.reverse()
            case .doublesAnEvent: if events.count > 3 { events[2] = events[1] }
            case .changesDetails: events = events.map { changed($0) { $0.details = Array("{}".utf8) } }
            case .normalizesTexts:
                events = events.map {
                    changed($0) { $0.partition = $0.partition == "e\u{301}" ? "\u{e9}" : $0.partition }
                }
            case .confusesEmptyAndAbsent:
                events = events.map { changed($0) { if $0.partition == "" { $0.partition = nil } } }
            default: break
            }
            visible.withLock { $0 = content.events.count }
            own.withLock { $0.formUnion(events.map { EventIdentity($0.id, in: $0.deployment) }) }
            for event in events {
                last += 1
                content.events.append(LoggedEvent(sequence: last, event: event))
            }
            if isRefused { throw StorageError(.unavailable, "poisoned") }
            return outcome
        }
    }

    func events(_ query: EventQuery) async throws -> EventPage {
        try onDisk { content in
            var events = content.events
            if fault == .hidesAppendsOfOthers {
                let own = own.withLock { $0 }
                events = events.filter { own.contains(EventIdentity($0.id, in: $0.deployment)) }
            }
            if fault == .showsAppendsLate { events = Array(events.prefix(visible.withLock { $0 })) }
            var page = EventPage()
            switch query.order {
            case .ascending(let after):
                events.removeAll { fault == .startsPagesTwice ? $0.sequence < after : $0.sequence <= after }
            case .descending(let before):
                events.removeAll { $0.sequence >= before ?? .max }
                if fault != .descendsLikeAscends { events.reverse() }
            case .latest(let before):
                events = latest(events, before: before, indexed: content.indexed)
            }
            var bytes = 0
            for event in events {
                let start = page.continuation
                page.continuation = query.order.after(event.timeKey)
                guard passes(event.event, query) else {
                    page.skipped += 1
                    guard page.skipped >= query.maximumSkipped, fault != .skipsWithoutEnd else { continue }
                    if fault == .staysWhereItSkips { page.continuation = start ?? query.order }
                    if fault == .losesWhatItSkips { page.moveOn(by: 2) }
                    if fault == .endsWhereItSkips { page.continuation = nil }
                    break
                }
                page.events.append(event)
                bytes += event.event.byteCount
                if page.events.count >= query.limit, fault != .ignoresLimit { break }
                if bytes >= query.maximumBytes, fault != .ignoresBytes { break }
            }
            if fault == .pagesByTimeEndAnywhere { page.moveInTime() }
            if fault == .liesAboutContinuation { page.moveOn(by: 1) }
            if fault == .forgetsWhatItSkipped { page.continuation = page.events.last.map { query.order.after($0.timeKey) } }
            if fault == .endsWithItsLastEvent, page.events.count < query.limit, bytes < query.maximumBytes { page.continuation = nil }
            if fault == .continuesInAnotherOrder, case .descending? = page.continuation { page.continuation = .ascending(after: 0) }
            return page
        }
    }

    /// Whether an event passes the filter of a query, but for the fault.
    private func passes(_ event: Event, _ query: EventQuery) -> Bool {
        var filter = query.filter
        switch fault {
        case .ignoresDeployment: filter.deployment = nil
        case .ignoresAsset: filter.assetKey = nil
        case .ignoresKind: filter.kinds = nil
        case .takesOneKind: filter.kinds = filter.kinds.map { Set($0.sorted { $0.rawValue < $1.rawValue }.prefix(1)) }
        case .findsReportedKindsOnly: filter.kinds = filter.kinds.map { $0.intersection(EventKind.reportable) }
        case .ignoresPrefix, .comparesPrefixesAsText, .leavesOutThePrefixItself: filter.prefix = nil
        case .ignoresPatterns: filter.assets = nil
        case .ignoresPartition, .comparesPartitionsAsSwift: filter.partition = nil
        case .ignoresCheckName, .looksForCheckNamesAnywhere: filter.checkName = nil
        case .ignoresPassed: filter.passed = nil
        case .ignoresFrom: filter.from = nil
        case .includesTo: if event.timestamp == filter.to { filter.to = nil }
        default: break
        }
        return filter.matches(event) && passesOtherwise(event, query.filter)
    }

    // What is compared, and in the wrong way.
    private func passesOtherwise(_ event: Event, _ filter: EventFilter) -> Bool {
        switch fault {
        case .comparesPrefixesAsText:
            filter.prefix.map { event.assetKey.canonical.hasPrefix($0.canonical.dropLast(2)) } ?? true
        case .leavesOutThePrefixItself:
            filter.prefix.map { event.assetKey.isBelow($0) && event.assetKey != $0 } ?? true
        case .comparesPartitionsAsSwift: filter.partition == nil || event.partition == filter.partition
        case .looksForCheckNamesAnywhere:
            filter.checkName.map { String(decoding: event.details, as: UTF8.self).contains("\"\($0)\"") } ?? true
        default: true
        }
    }

    func event(_ id: EventID, deployment: String) async throws -> LoggedEvent? {
        try onDisk { content in
            content.events.first {
                $0.id == id && ($0.kind != .void || fault != .forgetsVoids)
                    && ($0.deployment == deployment || fault == .findsInAnyDeployment)
            }
        }
    }

    func logID() async throws -> LogID {
        try onDisk { content in
            switch fault {
            case .namesItselfAnewAtEachCall: LogID.random()
            case .hasTheNameOfEveryLog: LogID(high: 1, low: 1)
            case .namesItselfForEachServer: LogID(high: content.log.high, low: UInt64(holder))
            default: content.log
            }
        }
    }

    func statistics() async throws -> StorageStatistics {
        try onDisk { content in
            let count = Int64(content.events.count)
            return StorageStatistics(
                events: fault == .miscounts ? count / 10 * 10 : count, head: content.events.last?.sequence ?? 0)
        }
    }

    func cursors() async throws -> [ConsumerCursor] {
        try onDisk { content in content.cursors.values.sorted { $0.consumer < $1.consumer } }
    }

    func cursor(of consumer: String) async throws -> ConsumerCursor {
        try onDisk { content in
            let cursor = content.cursors[consumer] ?? ConsumerCursor(consumer: consumer)
            content.cursors[consumer] = cursor
            return cursor
        }
    }

    func advance(_ cursor: ConsumerCursor) async throws -> Bool {
        try onDisk { content in
            let generation = content.cursors[cursor.consumer]?.generation
            guard generation == cursor.generation || fault == .ignoresGenerations else { return false }
            guard mayMoveCursor(of: cursor.consumer, content) else { return false }
            content.cursors[cursor.consumer] = cursor
            if fault == .forgetsTheEventOfACursor { content.cursors[cursor.consumer]?.event = nil }
            if fault == .movesAllCursors {
                for name in content.cursors.keys { content.cursors[name]?.position = cursor.position }
            }
            return true
        }
    }

    func replay(_ consumer: String, after position: Int64) async throws -> ConsumerCursor {
        try onDisk { content in
            if fault == .asksForALeaseToReplay, !mayMoveCursor(of: consumer, content) {
                return content.cursors[consumer] ?? ConsumerCursor(consumer: consumer)
            }
            if fault == .endsLeasesByReplays { content.leases[consumer] = Disk.Lease(holder: holder, end: .now + .seconds(60)) }
            let generation =
                (content.cursors[consumer]?.generation ?? 0) + (fault == .keepsTheGenerationOnReplay ? 0 : 1)
            var cursor = ConsumerCursor(consumer: consumer, generation: generation, position: position)
            if fault == .dropsDeadLettersOnReplay { content.deadLetters[consumer] = nil }
            if fault == .endsPausesOnReplay { content.pauses[consumer] = nil }
            if fault == .keepsTheEventOnReplay { cursor.event = content.cursors[consumer]?.event }
            content.cursors[consumer] = cursor
            return cursor
        }
    }

    func run() async throws {
        if fault == .forgetsIdentitiesInBackground { try onDisk { $0.identities = [:] } }
        try onDisk { $0.indexed = $0.events.count }
        repeat { try? await Task.sleep(for: .milliseconds(20)) } while !Task.isCancelled
        guard fault == .ignoresCancellation else { return }
        // Longer than the suite waits.
        await withCheckedContinuation { continuation in
            Task.detached {
                try? await Task.sleep(for: .seconds(30))
                continuation.resume()
            }
        }
    }

    func close() async {
        isClosed.store(true, ordering: .relaxed)
        disk.content.withLock { content in
            if fault == .leasesToTheClosed {
                for (name, lease) in content.leases where lease.holder == holder {
                    content.leases[name]?.end += .seconds(3600)
                }
            }
            if fault == .forgetsOnClose { content.events = content.events.dropLast(3) }
            if fault == .forgetsIdentitiesOnClose { content.identities = [:] }
            if fault == .forgetsCursors { content.cursors = [:] }
            if fault == .forgetsDeadLettersOnClose { content.deadLetters = [:] }
            if fault == .forgetsPausesOnClose { content.pauses = [:] }
            if fault == .namesItselfAnewOnClose { content.log = .random() }
            if fault == .repeatsSequencesAfterClose, let last = content.events.last {
                content.events[content.events.count - 1].sequence = last.sequence - 1
            }
        }
    }

    private func changed(_ event: Event, _ change: (inout Event) -> Void) -> Event {
        var event = event
        change(&event)
        return event
    }

    func onDisk<Result>(_ body: (inout Disk.Content) throws -> Result) throws -> Result {
        if isClosed.load(ordering: .relaxed), fault != .worksAfterClose { throw StorageError(.closed, "closed") }
        return try disk.content.withLock { try body(&$0) }
    }
}

extension StorageSubject {
    /// A subject whose storage has one fault, or none.
    static func faulty(_ fault: StorageFault?) -> StorageSubject {
        StorageSubject {
            let disk = Disk()
            return StorageLocation(
                open: {
                    disk.content.withLock { content in
                        if fault == .keepsATornWrite, content.isTorn, var last = content.events.last {
                            last.sequence += 1
                            content.events.append(last)
                        }
                        content.isTorn = false
                    }
                    return FaultyStorage(disk, fault)
                },
                forgets: fault == .keepsItsNameThoughItForgets ? "it is a test" : nil,
                crash: {
                    disk.content.withLock { content in
                        if fault == .forgetsIdentitiesOnCrash { content.identities = [:] }
                        if fault == .namesItselfAnewOnCrash { content.log = .random() }
                        if fault == .forgetsOnCrash { content.events = content.events.dropLast() }
                        if fault == .forgetsDeadLettersOnCrash { content.deadLetters = [:] }
                        if fault == .forgetsRemovalsOnCrash { content.deadLetters.merge(content.removed) { $0 + $1 } }
                        if fault == .forgetsPausesOnCrash { content.pauses = [:] }
                    }
                },
                tearTail: { disk.content.withLock { $0.isTorn = true } },
                poison: { disk.content.withLock { $0.isPoisoned = true } },
                openAnother: { FaultyStorage(disk, fault) })
        }
    }
}

extension EventPage {
    /// Lets the page continue too far by so many sequences.
    fileprivate mutating func moveOn(by count: Int64) {
        switch continuation {
        case .ascending(let after): continuation = .ascending(after: after + count)
        case .descending(let before?): continuation = .descending(before: before + count)
        case .latest(var before?):
            before.sequence += count
            continuation = .latest(before: before)
        default: break
        }
    }

    /// Lets the page continue beside an event.
    fileprivate mutating func moveInTime() {
        guard case .latest(var before?) = continuation else { return }
        before.timestamp.microseconds += 1
        continuation = .latest(before: before)
    }
}
