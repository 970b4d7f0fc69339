import AssetlogAccess
import AssetlogCore
import AssetlogLog
import HTTPTypes
import HummingbirdCore
import Synchronization
import Testing

@testable import AssetlogAPI

@Suite("The memory of large answers")
struct AnswerMemoryTests {
    @Test("is given back when the answer is gone, and small answers need none")
    func shares() throws {
        let memory = AnswerMemory(limit: 1 << 20, largest: 400 << 10)
        #expect(try memory.take(AnswerMemory.freeBytes) == nil)
        var share = try memory.take(600 << 10)
        #expect(share != nil)
        #expect(throws: APIError.self) { _ = try memory.take(600 << 10) }
        #expect(!memory.isFull)
        share = nil
        share = try memory.take(2 << 20)
        #expect(memory.isFull, "one large answer always has room")
        share = nil
        #expect(!memory.isFull)
    }

    @Test("keeps further large pages from being made, while small ones go on")
    func pages() async throws {
        let server = try await Server()
        let details = Array(#"{"description":"\#(String(repeating: "x", count: 10_000))"}"#.utf8)
        for _ in 0..<20 {
            try server.record([
                Event(
                    id: EventID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)), kind: .materialization,
                    assetKey: AssetKey(["a"]), timestamp: .now(), receivedAt: .now(), details: details)
            ])
        }
        let memory = AnswerMemory(limit: 300 << 10, largest: 100 << 10)
        let routes = EventRoutes(storage: server.log.storage, memory: memory)
        let held = try await routes.page("limit=1000", of: "default", for: .unrestricted)
        #expect(held.body.contentLength ?? 0 > 200_000)
        await #expect(throws: APIError.self) { _ = try await routes.page("limit=1000", of: "default", for: .unrestricted) }
        #expect(try await routes.page("limit=2", of: "default", for: .unrestricted).status == .ok)
    }

    @Test("lets a few large pages be read at once, and the others in their turn")
    func slots() async throws {
        let slots = ReadSlots(count: 2, patience: .seconds(60))
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await slots.withSlot {
                        tally.enter()
                        try await Task.sleep(for: .milliseconds(5))
                        tally.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(tally.most == 2)
    }

    @Test("refuses a large page whose turn does not come")
    func patience() async throws {
        let slots = ReadSlots(count: 1, patience: .milliseconds(20))
        try await slots.withSlot {
            _ = await #expect(throws: APIError.self) { try await slots.withSlot {} }
        }
        try await slots.withSlot {}
    }
}

/// Counts how many are inside at once.
private final class Tally: Sendable {
    private let numbers = Mutex((now: 0, most: 0))

    var most: Int { numbers.withLock { $0.most } }

    func enter() { numbers.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { numbers.withLock { $0.now -= 1 } }
}
