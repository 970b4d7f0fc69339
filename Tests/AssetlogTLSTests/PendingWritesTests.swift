#if TLS
@testable import AssetlogTLS
import NIOCore
import NIOEmbedded
import Testing

@Suite struct PendingWritesTests {
    /// The sizes of the pieces that leave together.
    private func pieces(_ sizes: [Int]) -> [Int] {
        var pending = PendingWrites()
        for (index, size) in sizes.enumerated() {
            pending.append(ByteBuffer(repeating: UInt8(truncatingIfNeeded: index), count: size), nil)
        }
        pending.markFlushed()
        var batch = pending.takeFlushed()
        var result: [ByteBuffer] = []
        while let next = batch.next() { result.append(next) }
        let expected = sizes.enumerated().flatMap {
            Array(repeating: UInt8(truncatingIfNeeded: $0.offset), count: $0.element)
        }
        #expect(result.flatMap { Array($0.readableBytesView) } == expected)
        return result.map(\.readableBytes)
    }

    @Test(
        "Small writes share a record, large ones stay as they are",
        arguments: [
            ([100], [100]), ([100, 20, 0, 30], [150]), ([100_000], [100_000]), ([100, 100_000, 5], [100, 100_000, 5]),
            ([4_096, 4_096, 4_096, 4_096, 1], [16_384, 1]), ([5_000, 10], [5_000, 10]), ([0], [0]),
        ] as [([Int], [Int])])
    func joining(_ sizes: [Int], _ expected: [Int]) { #expect(pieces(sizes) == expected) }

    @Test("What was not flushed stays behind")
    func unflushed() {
        var pending = PendingWrites()
        pending.append(ByteBuffer(string: "a"), nil)
        pending.markFlushed()
        pending.append(ByteBuffer(string: "b"), nil)
        var batch = pending.takeFlushed()
        #expect(batch.next() == ByteBuffer(string: "a"))
        #expect(batch.next() == nil)
        #expect(!pending.hasFlushed)
        pending.markFlushed()
        var rest = pending.takeFlushed()
        #expect(rest.next() == ByteBuffer(string: "b"))
    }

    @Test("One promise stands for all of a batch", arguments: [0, 1, 2, 5])
    func promises(_ count: Int) throws {
        let loop = EmbeddedEventLoop()
        let promises = (0..<count).map { _ in loop.makePromise(of: Void.self) }
        var pending = PendingWrites()
        for promise in promises {
            pending.append(ByteBuffer(string: "a"), promise)
            pending.append(ByteBuffer(string: "b"), nil)
        }
        pending.markFlushed()
        let all = pending.takeFlushed().promise(on: loop)
        #expect((all == nil) == (count == 0))
        all?.succeed()
        for promise in promises { try promise.futureResult.wait() }
    }
}
#endif
