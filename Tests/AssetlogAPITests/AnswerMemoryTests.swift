import AssetlogAccess
import AssetlogCore
import AssetlogLog
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTPTypes
import Testing

@testable import AssetlogAPI
@testable import AssetlogWeb

@Suite("The memory of large answers")
struct AnswerMemoryTests {
    @Test("is given back when the answer is gone, and small answers need none")
    func shares() throws {
        let share = MemoryBudget(limit: 8 << 20).share(limit: 1 << 20)
        let small = AnswerMemory(share)
        try small.take(AnswerMemory.freeBytes)
        #expect(!small.isHeld)
        let first = AnswerMemory(share)
        try first.take(600 << 10)
        #expect(first.isHeld)
        let second = AnswerMemory(share)
        #expect(throws: RequestError.self) { try second.take(600 << 10) }
        first.release()
        try second.take(600 << 10)
        #expect(share.usedBytes == 600 << 10)
    }

    @Test("counts what the buffer of an answer takes", arguments: [0, 1, 2, 3, 4096, 4097, 33_000, 65_536, 65_537, 5 << 20])
    func buffers(bytes: Int) {
        let counted = AnswerMemory.bufferBytes(bytes)
        let taken = ByteBuffer(bytes: [UInt8](repeating: 0, count: bytes)).storageCapacity
        // A large one is mapped for itself: what is not written of it takes nothing.
        #expect(bytes <= AnswerFlow.chunkBytes ? counted >= min(taken, 2 * bytes) : counted == bytes)
    }

    @Test("has room for one large answer, however small its share is")
    func alone() throws {
        let share = MemoryBudget(limit: 64 << 20).share(limit: 1 << 10)
        let memory = AnswerMemory(share)
        try memory.take(2 << 20)
        #expect(memory.isFull)
        memory.release()
        #expect(!memory.isFull)
    }

    @Test("keeps further large pages from being made, while small ones continue")
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
        let share = MemoryBudget(limit: 8 << 20).share(limit: 600 << 10)
        let routes = EventRoutes(storage: server.log.storage, reads: EventReads(), voids: server.voids)
        func page(_ query: String, _ memory: AnswerMemory) async throws -> Response {
            try await routes.page(query, of: "default", for: RequestIdentity(), in: memory)
        }
        let held = AnswerMemory(share)
        #expect(try await page("limit=1000", held).body.contentLength ?? 0 > 200_000)
        await #expect(throws: RequestError.self) { _ = try await page("limit=1000", AnswerMemory(share)) }
        #expect(try await page("limit=2", AnswerMemory(share)).status == .ok)
        held.release()
        #expect(try await page("limit=16", AnswerMemory(share)).status == .ok)
    }

    @Test("is held until the socket has taken the answer")
    func pacing() async throws {
        let flow = AnswerFlow()
        let body = ResponseBody(byteBuffer: ByteBuffer(repeating: 0x78, count: 300_000)).paced(by: flow)
        let (outbound, sink) = NIOAsyncChannelOutboundWriter<HTTPResponsePart>.makeTestingWriter()
        let writing = Task {
            try await ResponseWriter(outbound: outbound).write(
                response: HTTPResponse(status: .ok), body: body)
            outbound.finish()
        }
        var parts = sink.makeAsyncIterator()
        var received = 0
        while let part = await parts.next() {
            guard case .body(let chunk) = part else { continue }
            received += chunk.readableBytes
            #expect(flow.unsentBytes <= 2 * AnswerFlow.chunkBytes)
            flow.sent(chunk.readableBytes)
        }
        try await writing.value
        #expect(received == 300_000)
        #expect(flow.unsentBytes == 0)
    }
}
