import AssetlogCore
import AssetlogHTTP
import HTTPTypes
import HummingbirdCore
import NIOCore
import Synchronization
import TestSupport
import Testing

@Suite("A client that leaves before it is answered")
struct LeavingClientTests {
    /// Answers when a gate is opened, unless the client has left.
    private final class SlowAPI: Sendable {
        private struct State {
            var begun = 0
            var left = 0
            var isOpen = false
        }

        private let state = Mutex(State())

        var begun: Int { state.withLock { $0.begun } }
        var left: Int { state.withLock { $0.left } }
        func open() { state.withLock { $0.isOpen = true } }

        var responder: APIResponder {
            { [self] _, writer, _, memory in
                state.withLock { $0.begun += 1 }
                let isThere = await memory.flow.whileOpen { [self] in
                    while !state.withLock({ $0.isOpen }) {
                        // Cancelled, it throws at once.
                        guard (try? await Task.sleep(for: .milliseconds(5))) != nil else { return false }
                    }
                    return true
                }
                guard isThere else { return state.withLock { $0.left += 1 } }
                try await writer.writeHead(HTTPResponse(status: .ok, headerFields: [.contentLength: "0"])).finish(nil)
            }
        }
    }

    @Test("ends the work for it, when it closes its connection or only its process ends")
    func leaves() async throws {
        let api = SlowAPI()
        try await ServerFixture.run(api: api.responder) { server in
            var clients: [RawClient] = []
            for _ in 0..<5 { clients.append(try server.client()) }
            for client in clients { client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n") }
            try await until { api.begun == 5 }
            clients = []
            try await until { api.left == 5 }
            api.open()
            let other = try server.client()
            other.send("GET /other HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(await other.nextResponse()?.status == 200)
        }
    }

    @Test("is not confused with one that only has nothing more to send")
    func halfClosed() async throws {
        let api = SlowAPI()
        try await ServerFixture.run(api: api.responder) { server in
            let client = try server.client()
            client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            client.finishSending()
            // It is asked whether it is there, and need not answer that.
            #expect(await client.nextResponse()?.status == 100)
            try await until { api.begun == 1 }
            #expect(api.left == 0)
            api.open()
            var last = await client.nextResponse()
            while last?.status == 100 { last = await client.nextResponse() }
            #expect(last?.status == 200)
        }
    }

    @Test("is not asked where it would take that for the answer")
    func old() async throws {
        let api = SlowAPI()
        try await ServerFixture.run(api: api.responder) { server in
            let client = try server.client()
            client.send("GET /slow HTTP/1.0\r\nHost: x\r\n\r\n")
            client.finishSending()
            try await until { api.begun == 1 }
            // Longer than it takes to be asked; on a slow machine the test says less, and nothing wrong.
            try await Task.sleep(for: .seconds(3))
            api.open()
            #expect(await client.nextResponse()?.status == 200)
        }
    }
}
