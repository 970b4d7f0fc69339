import AssetlogCore
import Testing

@testable import AssetlogLog

struct ConsumerStateMachineTests {
    private static let log = LogID(high: 1, low: 1)
    private static let settings = ConsumerSettings(pollInterval: .seconds(1), saveInterval: .seconds(1))

    /// A machine that has read its cursor at 10, generation 2, and now reads a page.
    private func reading() -> ConsumerStateMachine {
        var machine = ConsumerStateMachine(name: "c", settings: Self.settings)
        #expect(machine.start() == .takeLease)
        #expect(machine.leaseTaken(true, at: .zero) == .readCursor)
        let cursor = ConsumerCursor(consumer: "c", generation: 2, position: 10)
        #expect(machine.cursorRead(cursor, of: Self.log, at: .zero) == .readPage(after: 10))
        return machine
    }

    @Test("it reads, delivers, and reads on from there; the cursor is saved when it is due and never before delivery")
    func savesAfterDelivery() {
        var machine = reading()
        #expect(machine.pageRead(count: 5, next: 15, at: .zero) == .deliver)
        #expect(machine.cursor.position == 10)
        #expect(machine.delivered(at: .milliseconds(100)) == .readPage(after: 15))
        #expect(machine.pageRead(count: 5, next: 20, at: .milliseconds(200)) == .deliver)
        let cursor = ConsumerCursor(consumer: "c", generation: 2, position: 20, log: Self.log)
        #expect(machine.delivered(at: .seconds(1)) == .save(cursor))
        #expect(machine.saved(true, machine.finishedCursor, at: .seconds(1)) == .readPage(after: 20))
        #expect(!machine.hasUnsavedPosition)
    }

    @Test("at the end of the log it waits, and no longer than until the cursor has to be saved")
    func waits() {
        var machine = reading()
        #expect(machine.pageRead(count: 1, next: 11, at: .zero) == .deliver)
        #expect(machine.delivered(at: .milliseconds(300)) == .readPage(after: 11))
        #expect(
            machine.pageRead(count: 0, next: 11, at: .milliseconds(400)) == .waitForNews(atMost: .milliseconds(600)))
        #expect(machine.status.phase == .following)
        #expect(machine.status.lag == 0)
        #expect(machine.woken(at: .seconds(1)) == .lookAtCursor)
        let seen = ConsumerCursor(consumer: "c", generation: 2, position: 10)
        let cursor = ConsumerCursor(consumer: "c", generation: 2, position: 11, log: Self.log)
        #expect(machine.cursorSeen(seen, head: 11, at: .seconds(1)) == .save(cursor))
    }

    @Test("what is finished beyond the position is saved too, though the position stays")
    func savesWhatIsAhead() {
        var machine = reading()
        _ = machine.pageRead(count: 5, next: 15, at: .zero)
        _ = machine.delivered(at: .zero)
        machine.finished(DeliveryWindow.Progress(sequence: 10, event: nil, finishedCount: 0))
        #expect(!machine.hasUnsavedPosition)
        machine.finished(DeliveryWindow.Progress(sequence: 10, event: nil, finishedCount: 2))
        #expect(machine.hasUnsavedPosition)
        guard case .save(var cursor) = machine.full(at: .seconds(1)) else { return #expect(Bool(false), "nothing is saved") }
        #expect(cursor == ConsumerCursor(consumer: "c", generation: 2, position: 10, log: Self.log))
        cursor.ahead = ConsumedAhead([12...13])
        _ = machine.saved(true, cursor, at: .seconds(1))
        #expect(!machine.hasUnsavedPosition)
        // Read again, the same cursor has nothing to save, and one that lacks what was finished here has.
        machine.rewind(to: DeliveryWindow.Cursor(sequence: 10, event: nil, ahead: cursor.ahead))
        var again = machine
        _ = machine.cursorRead(cursor, of: Self.log, at: .seconds(1))
        #expect(!machine.hasUnsavedPosition)
        cursor.ahead = ConsumedAhead()
        _ = again.cursorRead(cursor, of: Self.log, at: .seconds(1))
        #expect(again.hasUnsavedPosition)
    }

    @Test("a replay is noticed when the cursor is saved, and when it is looked at")
    func noticesReplay() {
        var machine = reading()
        _ = machine.pageRead(count: 1, next: 11, at: .zero)
        _ = machine.delivered(at: .seconds(1))
        #expect(machine.saved(false, machine.finishedCursor, at: .seconds(1)) == .takeLease)

        machine = reading()
        _ = machine.pageRead(count: 0, next: 10, at: .zero)
        #expect(machine.woken(at: .seconds(1)) == .lookAtCursor)
        let replayed = ConsumerCursor(consumer: "c", generation: 3, position: 0)
        #expect(machine.cursorSeen(replayed, head: 10, at: .seconds(1)) == .readCursor)
        #expect(machine.cursorRead(replayed, of: Self.log, at: .seconds(1)) == .readPage(after: 0))
    }

    @Test("failed deliveries count up through the successful reads between them")
    func countsFailures() {
        var machine = reading()
        let cursor = machine.cursor
        for failures in 1...3 {
            #expect(machine.pageRead(count: 1, next: 11, at: .zero) == .deliver)
            #expect(machine.failed("no", isRetriable: true) == .pause(failures: failures))
            #expect(machine.status.phase == .retrying)
            #expect(machine.paused(at: .zero) == .lookAtCursor)
            #expect(machine.cursorSeen(cursor, head: 11, at: .zero) == .readPage(after: 10))
        }
        #expect(machine.status.lastError == "no")
        _ = machine.pageRead(count: 1, next: 11, at: .zero)
        _ = machine.delivered(at: .zero)
        #expect(machine.status.failures == 0)
        #expect(machine.status.lastError == nil)
    }

    @Test("a failed save is repeated without delivering again")
    func repeatsSave() {
        var machine = reading()
        _ = machine.pageRead(count: 1, next: 11, at: .zero)
        let save = machine.delivered(at: .seconds(2))
        #expect(machine.failed("full", isRetriable: true) == .pause(failures: 1))
        #expect(machine.paused(at: .seconds(3)) == save)
    }

    @Test("a permanent failure stops it until a replay or a restart")
    func stops() {
        var machine = reading()
        _ = machine.pageRead(count: 1, next: 11, at: .zero)
        #expect(machine.failed("never", isRetriable: false) == .waitForHelp)
        #expect(machine.status.phase == .stopped)
        #expect(machine.woken(at: .seconds(1)) == .lookAtCursor)
        #expect(machine.cursorSeen(machine.cursor, head: 30, at: .seconds(1)) == .waitForHelp)
        #expect(machine.status.lag == 20)
        #expect(machine.status.lastError == "never")
        var restarted = machine
        #expect(restarted.restarted() == .readCursor)
        #expect(machine.woken(at: .seconds(2)) == .lookAtCursor)
        let replayed = ConsumerCursor(consumer: "c", generation: 3, position: 0)
        #expect(machine.cursorSeen(replayed, head: 30, at: .seconds(2)) == .readCursor)
    }

    @Test("the cursor is saved with its log and the event at its position, and without one where there is none")
    func savesEvent() {
        let (log, event) = (LogID(high: 5, low: 6), EventID(high: 7, low: 8))
        var machine = ConsumerStateMachine(name: "c", settings: Self.settings)
        _ = machine.start()
        _ = machine.leaseTaken(true, at: .zero)
        _ = machine.cursorRead(ConsumerCursor(consumer: "c", position: 3), of: log, at: .zero)
        _ = machine.pageRead(count: 1, next: 4, last: event, at: .zero)
        let saved = ConsumerCursor(consumer: "c", position: 4, log: log, event: event)
        #expect(machine.delivered(at: .seconds(1)) == .save(saved))
        _ = machine.saved(true, saved, at: .seconds(1))
        // Nothing behind it: the event stays. A hole behind it: it is not the one at the position any more.
        _ = machine.pageRead(count: 0, next: 4, at: .seconds(1))
        #expect(machine.cursor == saved)
        _ = machine.pageRead(count: 0, next: 9, at: .seconds(2))
        #expect(machine.cursor == ConsumerCursor(consumer: "c", position: 9, log: log))
    }

    @Test("a log that ends before what was read has gone back, and the cursor is checked again")
    func noticesShorterLog() {
        var machine = reading()
        _ = machine.pageRead(count: 0, next: 10, at: .zero)
        _ = machine.woken(at: .seconds(1))
        #expect(machine.cursorSeen(machine.cursor, head: 9, at: .seconds(1)) == .readCursor)
    }

    @Test("damage in the log stops it where it is, until a replay or a restart")
    func stopsAtDamage() {
        var machine = reading()
        #expect(machine.failed("the event 11 is damaged", isRetriable: false) == .waitForHelp)
        #expect(machine.status.phase == .stopped)
        #expect(machine.cursor.position == 10)
        #expect(machine.woken(at: .seconds(1)) == .lookAtCursor)
        let replayed = ConsumerCursor(consumer: "c", generation: 3, position: 11)
        #expect(machine.cursorSeen(replayed, head: 30, at: .seconds(1)) == .readCursor)
    }

    @Test("pauses double up to the longest, with jitter between half and all of it")
    func pauses() {
        let settings = ConsumerSettings(firstPause: .seconds(1), longestPause: .seconds(30))
        #expect((1...7).map { settings.pause(afterFailures: $0, jitter: 1) } == [1, 2, 4, 8, 16, 30, 30].map { .seconds($0) })
        #expect(settings.pause(afterFailures: 3, jitter: 0) == .seconds(2))
        #expect(settings.pause(afterFailures: .max, jitter: 7) == .seconds(30))
    }

    // MARK: Leases

    /// A machine in one of its situations with the lease.
    enum Situation: CaseIterable {
        case starting, reading, delivering, saving, waiting, looking, pausing, stopped, lookingWhileStopped
    }

    private func machine(in situation: Situation) -> ConsumerStateMachine {
        var machine = ConsumerStateMachine(name: "c", settings: Self.settings)
        _ = machine.start()
        _ = machine.leaseTaken(true, at: .zero)
        if situation == .starting { return machine }
        machine = reading()
        switch situation {
        case .starting, .reading: break
        case .delivering: _ = machine.pageRead(count: 1, next: 11, at: .zero)
        case .saving:
            _ = machine.pageRead(count: 1, next: 11, at: .zero)
            _ = machine.delivered(at: .seconds(1))
        case .waiting: _ = machine.pageRead(count: 0, next: 10, at: .zero)
        case .looking:
            _ = machine.pageRead(count: 0, next: 10, at: .zero)
            _ = machine.woken(at: .seconds(1))
        case .pausing:
            _ = machine.pageRead(count: 1, next: 11, at: .zero)
            _ = machine.failed("no", isRetriable: true)
        case .stopped, .lookingWhileStopped:
            _ = machine.pageRead(count: 1, next: 11, at: .zero)
            _ = machine.failed("never", isRetriable: false)
            if situation == .lookingWhileStopped { _ = machine.woken(at: .seconds(1)) }
        }
        return machine
    }

    @Test("without the lease it stands by, shows where the cursor is, and asks again; that is no failure")
    func standsBy() {
        var machine = ConsumerStateMachine(name: "c", settings: Self.settings)
        #expect(machine.start() == .takeLease)
        #expect(!machine.holdsLease)
        for (position, head) in [(10, 12), (12, 12), (3, 12)] as [(Int64, Int64)] {
            #expect(machine.leaseTaken(false, at: .zero) == .lookAtCursor)
            let seen = ConsumerCursor(consumer: "c", generation: 4, position: position)
            #expect(machine.cursorSeen(seen, head: head, at: .zero) == .standBy(Self.settings.leaseInterval))
            #expect(machine.status.phase == .standingBy)
            #expect(machine.status.phase.rawValue == "standing by")
            #expect(machine.status.position == position)
            #expect(machine.status.generation == 4)
            #expect(machine.status.head == head)
            #expect(machine.status.failures == 0)
            #expect(!machine.holdsLease)
            #expect(!machine.hasUnsavedPosition)
            #expect(machine.woken(at: .zero) == .takeLease)
        }
        #expect(machine.leaseTaken(true, at: .zero) == .readCursor)
        #expect(machine.holdsLease)
        #expect(machine.cursorRead(.init(consumer: "c", generation: 4, position: 3), of: Self.log, at: .zero) == .readPage(after: 3))
        #expect(machine.status.phase == .catchingUp)
    }

    @Test("a cursor that can't be looked at while standing by is no failure either")
    func standsByBlindly() {
        var machine = ConsumerStateMachine(name: "c", settings: Self.settings)
        _ = machine.start()
        _ = machine.leaseTaken(false, at: .zero)
        #expect(machine.failed("away", isRetriable: true) == .standBy(Self.settings.leaseInterval))
        #expect(machine.status.phase == .standingBy)
        #expect(machine.status.failures == 0)
    }

    @Test("when nobody can be asked for the lease it counts failures, and asks again without growing pauses")
    func failsToTakeLease() {
        var machine = ConsumerStateMachine(name: "c", settings: Self.settings)
        _ = machine.start()
        for failures in 1...20 {
            #expect(machine.failed("away", isRetriable: failures % 2 == 0) == .standBy(Self.settings.leaseInterval))
            #expect(machine.status.phase == .retrying)
            #expect(machine.status.failures == failures)
            #expect(machine.status.lastError == "away")
            #expect(machine.woken(at: .zero) == .takeLease)
        }
        _ = machine.leaseTaken(true, at: .zero)
        #expect(machine.status.failures == 0)
        #expect(machine.status.lastError == nil)
    }

    @Test("a lost lease ends whatever it is at, and it starts again with the lease", arguments: Situation.allCases)
    func losesLease(in situation: Situation) {
        var machine = machine(in: situation)
        #expect(machine.holdsLease)
        #expect(machine.leaseLost() == .takeLease)
        #expect(!machine.holdsLease)
        #expect(!machine.hasUnsavedPosition)
        #expect(machine.status.phase == .standingBy)
        #expect(machine.status.failures == 0)
        #expect(machine.status.lastError == nil)
        #expect(machine.leaseTaken(true, at: .seconds(2)) == .readCursor)
        let cursor = ConsumerCursor(consumer: "c", generation: 3, position: 4)
        #expect(machine.cursorRead(cursor, of: Self.log, at: .seconds(2)) == .readPage(after: 4))
    }

    @Test("after a lost lease it continues after what it has delivered, or after what another server has")
    func goesOnAfterLoss() {
        for (generation, position, expected) in [(2, 10, 11), (2, 11, 11), (2, 30, 30), (3, 5, 5)] as [(Int64, Int64, Int64)] {
            var machine = reading()
            _ = machine.pageRead(count: 1, next: 11, at: .zero)
            _ = machine.delivered(at: .milliseconds(1))
            #expect(machine.hasUnsavedPosition)
            _ = machine.leaseLost()
            _ = machine.leaseTaken(true, at: .seconds(9))
            let cursor = ConsumerCursor(consumer: "c", generation: generation, position: position)
            #expect(machine.cursorRead(cursor, of: Self.log, at: .seconds(9)) == .readPage(after: expected))
            #expect(machine.hasUnsavedPosition == (expected > position))
            #expect(machine.status.position == expected)
        }
    }

    @Test("a cursor that was not moved may be another server's: it asks for the lease before it reads again")
    func asksAfterRefusedSave() {
        var machine = machine(in: .saving)
        #expect(machine.saved(false, machine.finishedCursor, at: .seconds(1)) == .takeLease)
        #expect(!machine.hasUnsavedPosition)
        #expect(machine.leaseTaken(false, at: .seconds(1)) == .lookAtCursor)
        #expect(machine.status.phase == .standingBy)
    }
}
