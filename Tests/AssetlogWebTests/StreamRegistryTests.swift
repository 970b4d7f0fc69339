import AssetlogCore
import HTTPTypes
import Synchronization
import Testing

@testable import AssetlogWeb

@Suite("The streams of a server")
struct StreamRegistryTests {
    private static func registry(
        _ streams: Int = 4, each: Int = 2, memory: Int = 1 << 30
    ) -> (StreamRegistry, MemoryBudget.Share) {
        var limits = ServerLimits()
        (limits.streams, limits.streamsPerCaller) = (streams, each)
        let share = MemoryBudget(limit: memory).share(limit: memory)
        return (StreamRegistry(limits: limits, memory: share), share)
    }

    private static func status(_ registry: StreamRegistry, _ caller: String, _ kept: inout [OpenStream]) -> Int {
        do throws(RequestError) {
            kept.append(try registry.open(for: .token(caller)) { true })
            return 200
        } catch {
            #expect(error.headers[.retryAfter] != nil)
            return error.status.code
        }
    }

    @Test("are bounded for each caller (429) and all together (503), and closed ones count no more")
    func bounds() {
        let (registry, memory) = Self.registry(4, each: 2)
        var kept: [OpenStream] = []
        #expect(["a", "a", "a", "b", "c", "d"].map { Self.status(registry, $0, &kept) } == [200, 200, 429, 200, 200, 503])
        #expect(registry.count == 4 && memory.usedBytes == 4 * OpenStream.reservedBytes)
        kept[0].close(.slow)
        kept[0].close(.slow)
        #expect(registry.count == 3)
        #expect(["a", "a"].map { Self.status(registry, $0, &kept) } == [200, 429])
        kept = []
        #expect(registry.count == 0 && memory.usedBytes == 0)
    }

    @Test("of one caller are not bounded where the limit is 0")
    func noBound() {
        let (registry, _) = Self.registry(9, each: 0)
        var kept: [OpenStream] = []
        #expect((0..<10).map { _ in Self.status(registry, "a", &kept) } == Array(repeating: 200, count: 9) + [503])
    }

    @Test("are not opened without memory for them")
    func memory() {
        let (registry, _) = Self.registry(9, each: 9, memory: 3 * OpenStream.reservedBytes)
        var kept: [OpenStream] = []
        #expect((0..<4).map { _ in Self.status(registry, "a", &kept) } == [200, 200, 200, 503])
        #expect(registry.count == 3)
    }

    @Test("end when the server drains, and no more are opened")
    func draining() async {
        let (registry, _) = Self.registry()
        var kept: [OpenStream] = []
        _ = Self.status(registry, "a", &kept)
        registry.drain()
        #expect(kept[0].ending == .stopping)
        await kept[0].bell.wait()
        #expect(Self.status(registry, "b", &kept) == 503)
    }

    @Test("end when their caller is no longer allowed to read; others go on")
    func permission() async throws {
        let (registry, _) = Self.registry()
        let permission = PermissionBox()
        let stream = try registry.open(for: .token("a")) { permission.isAllowed }
        let other = try registry.open(for: .token("b")) { true }
        let task = Task { await registry.run() }
        permission.end()
        await stream.bell.wait()
        #expect(stream.ending == .token && other.ending == nil)
        task.cancel()
        await task.value
    }

    private final class PermissionBox: Sendable {
        private let flag = Atomic(true)
        var isAllowed: Bool { flag.load(ordering: .relaxed) }
        func end() { flag.store(false, ordering: .relaxed) }
    }
}
