import Testing

@testable import AssetlogLog

@Suite("Waiting for more reports before a commit")
struct CommitGatheringTests {
    /// So many reports are committed while others come, and the commit ends.
    private func commit(_ reports: Int, meanwhile: Int, in gathering: inout CommitGathering) -> CommitGathering.Wait? {
        gathering.added(mayGather: false, waiting: reports)
        gathering.beginCommit(reports: reports)
        for waiting in 1..<meanwhile + 1 { gathering.added(mayGather: false, waiting: waiting) }
        return gathering.finishCommit(waiting: meanwhile)
    }

    @Test(
        "waits for clients that were answered where there are two dozen or more, each of which has one report at a time",
        arguments: [(1, 0, false), (16, 0, false), (12, 11, false), (17, 7, true), (24, 0, true), (64, 0, true)])
    func waitsForMany(committed: Int, meanwhile: Int, waits: Bool) {
        var gathering = CommitGathering()
        let wait = commit(committed, meanwhile: meanwhile, in: &gathering)
        #expect(wait == (waits ? .forAnsweredClients : nil))
        #expect(gathering.isUnderWay == waits)
    }

    @Test("waits for nobody when as many as it expects have come during the commit already")
    func hasEnough() {
        var gathering = CommitGathering()
        let wait = commit(40, meanwhile: 12, in: &gathering)
        #expect(wait == nil)
    }

    @Test("ends when as many have come as it expects, and expects more the next time, and fewer after a time-out")
    func learns() {
        var gathering = CommitGathering()
        func reportsUntilEnd() -> Int {
            for waiting in 1... {
                gathering.added(mayGather: false, waiting: waiting)
                if !gathering.isUnderWay { return waiting }
            }
            return 0
        }
        var ends: [Int] = []
        for _ in 0..<5 {
            _ = commit(64, meanwhile: 0, in: &gathering)
            ends.append(reportsUntilEnd())
        }
        #expect(ends == [12, 15, 18, 22, 27])
        for _ in 0..<100 {
            _ = commit(64, meanwhile: 0, in: &gathering)
            gathering.timeOut()
            #expect(!gathering.isUnderWay)
        }
        _ = commit(64, meanwhile: 0, in: &gathering)
        #expect(reportsUntilEnd() == 12)
    }

    @Test("does not go on waiting when a slice comes")
    func slices() {
        var gathering = CommitGathering()
        _ = commit(64, meanwhile: 0, in: &gathering)
        #expect(gathering.isUnderWay)
        gathering.addedSlice()
        #expect(!gathering.isUnderWay)
    }

    @Test("a report of a client that does not pause ends the wait for those that do, and not that for answered ones")
    func otherReport() {
        var gathering = CommitGathering()
        gathering.added(mayGather: true, waiting: 1)
        gathering.beginCommit(reports: 1)
        let first = gathering.finishCommit(waiting: 0)
        #expect(first == .forPausingClients)
        gathering.added(mayGather: true, waiting: 1)
        #expect(gathering.isUnderWay)
        gathering.added(mayGather: false, waiting: 2)
        #expect(!gathering.isUnderWay)
        let second = commit(64, meanwhile: 0, in: &gathering)
        #expect(second == .forAnsweredClients)
        gathering.added(mayGather: false, waiting: 1)
        #expect(gathering.isUnderWay)
    }
}
