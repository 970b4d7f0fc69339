import AssetlogAPI
import AssetlogAccess
import AssetlogCore
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTPTypes
import Testing

@Suite("The responder")
struct ResponderTests {
    @Test("writes head, body and end of an answer, and no body to HEAD", arguments: ["GET", "HEAD"])
    func writes(_ method: String) async throws {
        let server = try await Server()
        let (outbound, sink) = NIOAsyncChannelOutboundWriter<HTTPResponsePart>.makeTestingWriter()
        let head = HTTPRequest(
            method: try #require(HTTPRequest.Method(rawValue: method)), scheme: "http", authority: "localhost",
            path: "/livez")
        try await server.service.respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer())), ResponseWriter(outbound: outbound),
            RequestIdentity(), RequestMemory())
        outbound.finish()
        var parts: [HTTPResponsePart] = []
        for try await part in sink { parts.append(part) }
        guard case .head(let answer) = parts.first, case .end = parts.last else {
            Issue.record("\(parts)")
            return
        }
        #expect(answer.status == .ok)
        #expect(answer.headerFields[.contentLength] == "3")
        #expect(parts.dropFirst().dropLast() == (method == "GET" ? [.body(ByteBuffer(string: "ok\n"))] : []))
    }
}
