import Testing

@testable import AssetlogCore

@Suite("The memory budget")
struct MemoryBudgetTests {
    @Test("bounds each share, and all of them together")
    func bounds() {
        let budget = MemoryBudget(limit: 80 << 20)
        let (left, right) = (budget.share(limit: 60 << 20), budget.share(limit: 60 << 20))
        let (first, second) = (MemoryHold(of: left), MemoryHold(of: right))
        #expect(first.change(to: 50 << 20))
        #expect(!second.change(to: 50 << 20), "the total is less")
        #expect(second.change(to: 15 << 20))
        #expect(budget.usedBytes == 65 << 20)
        #expect(first.change(to: 0))
        #expect(budget.usedBytes == 15 << 20)
    }

    @Test("keeps room for small holders that large ones can't take")
    func reserve() {
        let share = MemoryBudget(limit: 64 << 20).share(limit: 64 << 20)
        let large = MemoryHold(of: share)
        #expect(large.change(to: 56 << 20))
        let further = MemoryHold(of: share)
        #expect(!further.change(to: 1 << 20))
        let small = (0..<100).map { _ in MemoryHold(of: share) }
        #expect(small.allSatisfy { $0.change(to: 64 << 10) })
        #expect(!small[0].change(to: 65 << 10), "it is not small any more")
        #expect(small[0].bytes == 64 << 10, "a refused change changes nothing")
    }

    @Test("serves a lone holder whatever its share's limit is, but never beyond the total")
    func alone() {
        let budget = MemoryBudget(limit: 32 << 20)
        let share = budget.share(limit: 1 << 10)
        let hold = MemoryHold(of: share)
        #expect(hold.change(to: 1 << 20))
        #expect(hold.change(to: 8 << 20))
        #expect(!hold.change(to: 40 << 20))
        #expect(!MemoryHold(of: share).change(to: 1))
    }

    @Test("gets back what a holder has taken when the holder is gone, on whatever path")
    func release() {
        let budget = MemoryBudget(limit: 1 << 20)
        let share = budget.share(limit: 1 << 20)
        do {
            let hold = MemoryHold(of: share)
            #expect(hold.change(to: 1000))
            hold.change(anywayTo: 2 << 20)
            #expect(budget.usedBytes == 2 << 20)
            #expect(!MemoryHold(of: share).change(to: 1))
        }
        #expect(budget.usedBytes == 0)
        #expect(share.usedBytes == 0)
    }

    @Test("is never exceeded and never leaks, a caller that takes and releases at once")
    func concurrency() async {
        let budget = MemoryBudget(limit: 1 << 20)
        let share = budget.share(limit: 1 << 20)
        await withTaskGroup(of: Void.self) { group in
            for seed in 0..<8 {
                group.addTask {
                    var number = UInt64(seed + 1)
                    let hold = MemoryHold(of: share)
                    for _ in 0..<20_000 {
                        number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                        _ = hold.change(to: Int(number >> 44))
                    }
                }
            }
        }
        #expect(budget.usedBytes == 0)
    }
}

@Suite("The pace of an answer")
struct AnswerFlowTests {
    @Test("lets the writer wait until the socket has taken enough")
    func waits() async {
        let flow = AnswerFlow()
        flow.hand(over: 100)
        await flow.wait(untilUnsent: 100)
        let waiting = Task { await flow.wait(untilUnsent: 0) }
        flow.sent(60)
        #expect(flow.unsentBytes == 40)
        flow.sent(40)
        await waiting.value
    }

    @Test("lets nobody wait for a connection that has ended")
    func closed() async {
        let flow = AnswerFlow()
        flow.hand(over: 100)
        let waiting = Task { await flow.wait(untilUnsent: 0) }
        flow.close()
        await waiting.value
        flow.hand(over: 100)
        await flow.wait(untilUnsent: 0)
        #expect(flow.unsentBytes == 0)
    }
}
