import AssetlogCore
import AssetlogGzip
import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import AssetlogAPI

@Suite("Compressing answers", .enabled(if: ContentEncoder.isAvailable, "this build has no gzip"))
struct AnswerCompressionTests {
    private func server(events: Int) async throws -> Server {
        let server = try await Server()
        try server.record((0..<events).map { Event.sample(partition: "p\($0)") })
        return server
    }

    private func decoded(_ answer: Answer) throws -> [UInt8] {
        var output: [UInt8] = []
        let decoder = try #require(try ContentDecoder(contentEncoding: "gzip", limits: GzipLimits(maximumBytes: 64 << 20)))
        try answer.body.withUnsafeBytes { try decoder.decode($0, into: &output) }
        try decoder.finish()
        return output
    }

    @Test(
        "is done for every large answer, whose client asks for that",
        arguments: ["/api/v1/events?limit=1000", "/api/v1/openapi.json", "/", "/metrics"])
    func large(_ path: String) async throws {
        let server = try await server(events: 500)
        let plain = try await server.get(path)
        let compressed = try await server.get(path, headers: [.acceptEncoding: "br, gzip"])
        #expect(plain.headers[.contentEncoding] == nil)
        #expect(compressed.headers[.contentEncoding] == "gzip")
        #expect(compressed.headers[.contentType] == plain.headers[.contentType])
        #expect(compressed.headers[.contentLength] == "\(compressed.body.count)")
        #expect(compressed.body.count * 3 < plain.body.count)
        for answer in [plain, compressed] {
            #expect(answer.headers[.vary] == (path == "/metrics" ? "Accept, Accept-Encoding" : "Accept-Encoding"))
        }
        // Numbers and times differ from scrape to scrape.
        if path.hasPrefix("/api") { #expect(try decoded(compressed) == plain.body) } else { #expect(!(try decoded(compressed).isEmpty)) }
    }

    @Test("tells HEAD what GET would send")
    func head() async throws {
        let server = try await server(events: 500)
        for header in ["gzip", "identity"] {
            let get = try await server.get("/api/v1/events?limit=1000", headers: [.acceptEncoding: header])
            let head = try await server.ask(.head, "/api/v1/events?limit=1000", headers: [.acceptEncoding: header])
            #expect(head.body.isEmpty)
            for field in [HTTPField.Name.contentLength, .contentEncoding, .contentType, .vary] {
                #expect(head.headers[field] == get.headers[field], "\(field)")
            }
        }
    }

    @Test(
        "is not done for small answers, nor where nobody asks",
        arguments: [("/livez", "gzip"), ("/server_info", "gzip"), ("/api/v1/events?limit=1", "gzip"), ("/nowhere", "gzip"),
            ("/api/v1/openapi.json", ""), ("/api/v1/openapi.json", "gzip;q=0"), ("/api/v1/openapi.json", "br, deflate"),
            ("/api/v1/openapi.json", "identity, gzip;q=0.5")])
    func small(_ path: String, _ header: String) async throws {
        let answer = try await server(events: 3).get(path, headers: [.acceptEncoding: header])
        #expect(answer.headers[.contentEncoding] == nil)
        #expect(answer.headers[.vary] == "Accept-Encoding")
        #expect(answer.headers[.contentLength] == "\(answer.body.count)")
    }

    /// An answer with a body of so many bytes, which is counted.
    private func response(_ bytes: [UInt8], _ memory: AnswerMemory) throws -> Response {
        Response(type: "application/json", bytes: bytes, holding: try memory.take(bytes.count))
    }

    @Test("holds the memory of what is sent, not of what was compressed")
    func memory() async throws {
        let memory = AnswerMemory(limit: 10 << 20)
        let compression = AnswerCompression(memory: memory)
        let bytes = [UInt8](repeating: 0x61, count: 4 << 20)
        var held: [Response] = []
        // Uncompressed, two of them fill it.
        for _ in 0..<50 { held.append(await compression.encode(try response(bytes, memory), accepted: "gzip")) }
        #expect(held.allSatisfy { ($0.body.contentLength ?? .max) < 64 << 10 && $0.headers[.contentEncoding] == "gzip" })
        #expect(!memory.isFull)
    }

    @Test("sends an answer as it is when it does not become smaller, or there is no room for both forms")
    func fallbacks() async throws {
        let memory = AnswerMemory(limit: 5 << 20)
        let compression = AnswerCompression(memory: memory)
        var random = SystemRandomNumberGenerator()
        let noise = (0..<(1 << 20)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let incompressible = await compression.encode(try response(noise, memory), accepted: "gzip")
        #expect((incompressible.headers[.contentEncoding], incompressible.body.contentLength) == (nil, noise.count))
        // Half of it compresses to half of its size, for which there is no room.
        let half = Array(repeating: noise + [UInt8](repeating: 0, count: 1 << 20), count: 2).flatMap { $0 }
        let large = await compression.encode(try response(half, memory), accepted: "gzip")
        #expect((large.headers[.contentEncoding], large.body.contentLength) == (nil, half.count))
        #expect(large.headers[.contentLength] == "\(half.count)")
    }
}
