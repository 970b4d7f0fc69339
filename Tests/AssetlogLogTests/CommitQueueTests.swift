import AssetlogCore
import Testing

@testable import AssetlogLog

@Suite("The queue of commits")
struct CommitQueueTests {
    private final class Listener: CommitListener {
        func completed(_ result: consuming CommitResult) {}
    }

    private let listener = Listener()

    private func event(_ name: String) -> Event {
        var generator = EventIDGenerator()
        return Event(
            id: generator.next(at: .now()), kind: .observation, assetKey: AssetKey([name]), timestamp: .now(), receivedAt: .now())
    }

    private func add(_ name: String, mayGather: Bool = false, to queue: inout CommitQueue) -> EnqueueResult {
        event(name).withColumns { columns in
            queue.add(copy columns, completionToken: 0, mayGather: mayGather, for: listener)
        }
    }

    private func slice(_ names: String...) -> SliceWaiter { SliceWaiter(EventBatch(names.map(event))) }

    @Test("counts what waits and what is under way against its bound, until the commit has ended")
    func isBounded() {
        var queue = CommitQueue(limits: .init(queuedEvents: 2))
        let hasStarted = queue.start()
        #expect(hasStarted)
        let hasStartedAgain = queue.start()
        #expect(!hasStartedAgain)
        let first = add("a", to: &queue)
        #expect(first == .queued)
        var commit = PendingCommit()
        let isTaken = queue.takeCommit(into: &commit)
        #expect(isTaken)
        let second = add("b", to: &queue)
        #expect(second == .queued)
        #expect(queue.depth.events == 2)
        let third = add("c", to: &queue)
        #expect(third == .full)
        commit.complete(.success(AppendOutcome(sequences: 1...1)))
        _ = queue.finishCommit()
        let thirdAgain = add("c", to: &queue)
        #expect(thirdAgain == .queued)
        #expect(queue.depth.events == 2)
    }

    @Test("takes an event that is larger than its bound when it holds nothing")
    func takesLargeEvent() {
        var queue = CommitQueue(limits: .init(queuedBytes: 1))
        let large = add("large", to: &queue)
        #expect(large == .queued)
        let next = add("second", to: &queue)
        #expect(next == .full)
    }

    @Test("keeps slices that wait for room, and admits them in their order when a commit has ended")
    func admitsSlices() {
        var queue = CommitQueue(limits: .init(sliceEvents: 2))
        _ = queue.start()
        for names in [["a", "b"], ["c", "d"], ["e", "f"]] {
            let result = queue.add(SliceWaiter(EventBatch(names.map(event))), waitingForRoom: true)
            #expect(result == .queued)
        }
        #expect(queue.depth.events == 2)
        #expect(queue.waitingSliceCount == 2)
        var commit = PendingCommit()
        let isTaken = queue.takeCommit(into: &commit)
        #expect(isTaken)
        #expect(queue.waitingSliceCount == 1)
        #expect(queue.depth.events == 4)
    }

    @Test("drops slices whose caller was cancelled while they waited")
    func dropsWithdrawn() {
        var queue = CommitQueue(limits: .init(sliceEvents: 1))
        _ = queue.start()
        let (first, second, third) = (slice("a"), slice("b"), slice("c"))
        for slice in [first, second, third] { _ = queue.add(slice, waitingForRoom: true) }
        second.withdraw()
        var commit = PendingCommit()
        let isTaken = queue.takeCommit(into: &commit)
        #expect(isTaken)
        #expect(queue.waitingSliceCount == 0)
        #expect(queue.depth.events == 2)
    }

    @Test("waits for events while it runs, and for nothing once it drains")
    func drains() {
        var queue = CommitQueue(limits: .init())
        _ = queue.start()
        #expect(queue.mustWait == true)
        _ = add("a", to: &queue)
        #expect(queue.mustWait == false)
        let wasIdle = queue.drain()
        #expect(!wasIdle)
        let report = add("b", to: &queue)
        #expect(report == .closed)
        let late = queue.add(slice("c"), waitingForRoom: true)
        #expect(late == .closed)
        var commit = PendingCommit()
        let isTaken = queue.takeCommit(into: &commit)
        #expect(isTaken)
        commit.complete(.success(AppendOutcome(sequences: 1...1)))
        _ = queue.finishCommit()
        #expect(queue.mustWait == false)
        let isTakenAgain = queue.takeCommit(into: &commit)
        #expect(!isTakenAgain)
    }

    @Test("says once that it was drained before it was started")
    func drainsIdle() {
        var queue = CommitQueue(limits: .init())
        let wasIdle = queue.drain()
        #expect(wasIdle)
        let wasIdleAgain = queue.drain()
        #expect(!wasIdleAgain)
        let hasStarted = queue.start()
        #expect(!hasStarted)
    }

    // MARK: Gathering

    /// What happens to a queue, in its order.
    enum Step: Sendable {
        /// A report of a client that pauses between its reports, and of one that does not.
        case patient, eager
        case slice, commit, drain
    }

    @Test(
        "lets the writer wait for others only where nobody sends fewer reports for it",
        arguments: [
            ([.commit], false), ([.patient], false), ([.patient, .commit], true), ([.eager, .commit], false),
            ([.patient, .eager, .commit], false), ([.slice, .commit], false), ([.patient, .commit, .patient], true),
            ([.patient, .commit, .patient, .eager], false), ([.patient, .commit, .slice], false),
            ([.patient, .commit, .patient, .commit], true), ([.patient, .commit, .eager, .commit, .patient], false),
            ([.patient, .commit, .drain], false),
        ] as [([Step], Bool)])
    func gathers(steps: [Step], isGathering: Bool) {
        var queue = CommitQueue(limits: .init())
        _ = queue.start()
        for step in steps { take(step, &queue) }
        #expect(queue.isGathering == isGathering)
    }

    private func take(_ step: Step, _ queue: inout CommitQueue) {
        switch step {
        case .patient: _ = add("patient", mayGather: true, to: &queue)
        case .eager: _ = add("eager", to: &queue)
        case .slice: _ = queue.add(slice("a", "b"), waitingForRoom: true)
        case .drain: _ = queue.drain()
        case .commit:
            var commit = PendingCommit()
            if queue.takeCommit(into: &commit) {
                commit.complete(.success(AppendOutcome(sequences: 1...Int64(commit.batch.count))))
            }
            _ = queue.finishCommit()
        }
    }

    @Test("lets a report that comes during a commit decide whether the next one waits")
    func decidesDuringCommit() {
        for (mayGather, isGathering) in [(true, true), (false, false)] {
            var queue = CommitQueue(limits: .init())
            _ = queue.start()
            _ = add("a", mayGather: true, to: &queue)
            var commit = PendingCommit()
            _ = queue.takeCommit(into: &commit)
            _ = add("b", mayGather: mayGather, to: &queue)
            let gathers = queue.finishCommit()
            #expect((gathers != nil) == isGathering)
        }
    }

    @Test("does not gather while a slice is in the next commit, though it came when there was no room for it")
    func hasSlices() {
        var queue = CommitQueue(limits: .init(sliceEvents: 2))
        _ = queue.start()
        for count in 0..<64 { _ = add("\(count)", to: &queue) }
        for _ in 0..<2 { _ = queue.add(slice("a", "b"), waitingForRoom: true) }
        #expect(queue.waitingSliceCount == 1)
        for _ in 0..<2 {
            var commit = PendingCommit()
            _ = queue.takeCommit(into: &commit)
            commit.complete(.success(AppendOutcome(sequences: 1...Int64(commit.batch.count))))
            let wait = queue.finishCommit()
            #expect(wait == nil)
        }
    }

    @Test(
        "gathers no more when it has enough for a commit, or half of what it may hold",
        arguments: [(65_536, 64), (100, 50), (2, 1)])
    func gathersSomeOnly(queuedEvents: Int, enough: Int) {
        var queue = CommitQueue(limits: .init(queuedEvents: queuedEvents))
        _ = queue.start()
        for step in [.patient, .commit] as [Step] { take(step, &queue) }
        for count in 1...enough {
            #expect(queue.isGathering == true)
            let result = add("\(count)", mayGather: true, to: &queue)
            #expect(result == .queued)
        }
        #expect(queue.isGathering == false)
    }
}
