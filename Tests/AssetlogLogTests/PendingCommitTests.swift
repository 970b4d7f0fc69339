import AssetlogCore
import Testing

@testable import AssetlogLog

@Suite("The memory of a commit")
struct PendingCommitTests {
    /// What is kept after a commit of a slice of so many bytes.
    private static func kept(after bytes: Int) -> Int {
        var slice = EventBatch()
        slice.append(
            Event(
                id: EventID(high: 1, low: 1), kind: .materialization, assetKey: AssetKey(["a"]), timestamp: .now(), receivedAt: .now(),
                details: [UInt8](repeating: 0x78, count: bytes)))
        var commit = PendingCommit()
        commit.add(SliceWaiter(slice))
        commit.complete(.success(AppendOutcome(sequences: 1...1)))
        let isEmpty = commit.batch.isEmpty
        #expect(isEmpty)
        return commit.batch.capacityBytes
    }

    @Test("is kept for the next one, so that it allocates nothing", arguments: [1 << 20, 4 << 20, 7 << 20])
    func ordinary(bytes: Int) {
        #expect(Self.kept(after: bytes) >= bytes)
    }

    @Test("is given back after a huge one", arguments: [9 << 20, 16 << 20, 64 << 20])
    func huge(bytes: Int) {
        #expect(Self.kept(after: bytes) < 1 << 20)
    }
}
