import AssetlogCore
import AssetlogGzip
import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import AssetlogAPI
@testable import AssetlogWeb

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
        arguments: ["/api/v1/events?limit=1000", "/api/v1/openapi.json", "/metrics"])
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
        arguments: [
            ("/livez", "gzip"), ("/server_info", "gzip"), ("/api/v1/events?limit=1", "gzip"), ("/nowhere", "gzip"),
            ("/api/v1/openapi.json", ""), ("/api/v1/openapi.json", "gzip;q=0"), ("/api/v1/openapi.json", "br, deflate"),
            ("/api/v1/openapi.json", "identity, gzip;q=0.5"),
        ])
    func small(_ path: String, _ header: String) async throws {
        let answer = try await server(events: 3).get(path, headers: [.acceptEncoding: header])
        #expect(answer.headers[.contentEncoding] == nil)
        #expect(answer.headers[.vary] == "Accept-Encoding")
        #expect(answer.headers[.contentLength] == "\(answer.body.count)")
    }

    /// An answer with a body of these bytes, and the memory that it holds of a share.
    private func response(_ bytes: [UInt8], _ share: MemoryBudget.Share) throws -> (response: Response, held: AnswerMemory) {
        let held = AnswerMemory(share)
        try held.take(bytes.count)
        return (Response(type: "application/json", bytes: bytes), held)
    }

    @Test("holds the memory of what is sent, not of what was compressed")
    func memory() async throws {
        let share = MemoryBudget(limit: 64 << 20).share(limit: 10 << 20)
        let compression = AnswerCompression()
        let bytes = [UInt8](repeating: 0x61, count: 4 << 20)
        var answers: [(Response, AnswerMemory)] = []
        // As they are, two of them would fill it.
        for _ in 0..<50 {
            let (response, held) = try self.response(bytes, share)
            let encoded = await compression.encode(response, accepted: "gzip", for: .unknown, held)
            #expect(encoded.headers[.contentEncoding] == "gzip")
            #expect(try #require(encoded.body.contentLength) < 64 << 10)
            answers.append((encoded, held))
        }
        #expect(share.usedBytes == answers.reduce(0) { $0 + AnswerMemory.bufferBytes($1.0.body.contentLength ?? 0) })
    }

    @Test("sends an answer as it is when it does not become smaller")
    func incompressible() async throws {
        let share = MemoryBudget(limit: 64 << 20).share(limit: 10 << 20)
        var random = SystemRandomNumberGenerator()
        let noise = (0..<(1 << 20)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let (response, held) = try response(noise, share)
        let answer = await AnswerCompression().encode(response, accepted: "gzip", for: .unknown, held)
        #expect((answer.headers[.contentEncoding], answer.body.contentLength) == (nil, noise.count))
        #expect(answer.headers[.contentLength] == "\(noise.count)")
        #expect(share.usedBytes == noise.count)
    }

    @Test("compresses a few large answers at once; the others are sent as they are, and none is wrong")
    func slots() async throws {
        let compression = AnswerCompression()
        let share = MemoryBudget(limit: 1 << 30).share(limit: 1 << 30)
        let bytes = Array(repeating: Array("0123456789abcdef".utf8), count: 256 << 10).flatMap { $0 }
        let lengths = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<40 {
                group.addTask {
                    let (response, held) = try self.response(bytes, share)
                    let answer = await compression.encode(
                        response, accepted: "gzip", for: .token("\(number % 3)"), held)
                    #expect((answer.headers[.contentEncoding] == "gzip") == (answer.body.contentLength != bytes.count))
                    return answer.body.contentLength ?? 0
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(lengths.count == 40)
        #expect(lengths.contains { $0 < bytes.count })
        // Every slot was given back.
        let (response, held) = try self.response(bytes, share)
        #expect(await compression.encode(response, accepted: "gzip", for: .unknown, held).headers[.contentEncoding] == "gzip")
    }
}
