import AssetlogCore
import AssetlogGzip
import Testing

@testable import AssetlogBody

@Suite("A body that is kept as a whole")
struct GatheredBodyTests {
    private static let text = Array(String(repeating: #"{"metadata":{"rows":17}}"#, count: 40).utf8)

    private func gather(
        _ bytes: [UInt8], codings: [String] = [], announced: Int? = nil, pieceSize: Int = 1 << 20,
        limits: RequestBodyLimits = .report(bytes: 1_000, compressionRatio: 200), room: Int = 1 << 20
    ) throws -> [UInt8] {
        let memory = MemoryBudget(limit: room).share(limit: room)
        let body = try GatheredBody(codings: codings, announcedBytes: announced, limits: limits, memory: memory)
        for start in stride(from: 0, to: bytes.count, by: pieceSize) {
            try Array(bytes[start..<min(start + pieceSize, bytes.count)]).withUnsafeBytes(body.append)
        }
        try body.finish()
        return body.bytes
    }

    private func refusal(_ read: () throws -> [UInt8]) -> RequestBodyError? {
        do {
            let bytes = try read()
            Issue.record("\(bytes.count) bytes were taken")
            return nil
        } catch {
            return error as? RequestBodyError
        }
    }

    @Test("is what was sent, in whatever chunks it comes", arguments: [1, 7, 1 << 20])
    func plain(pieceSize: Int) throws {
        #expect(try gather(Self.text, pieceSize: pieceSize) == Self.text)
        #expect(try gather(Self.text, codings: ["identity", ""], pieceSize: pieceSize) == Self.text)
        #expect(try gather([]) == [])
    }

    @Test("may have as many bytes as the limit says, and not one more", arguments: [1, 1 << 20])
    func limit(pieceSize: Int) throws {
        let full = [UInt8](repeating: 0x20, count: 1_000)
        #expect(try gather(full, pieceSize: pieceSize) == full)
        let error = refusal { try gather(full + [0x20], pieceSize: pieceSize) }
        #expect((error?.status, error?.reason) == (413, .tooLarge))
        #expect(error?.message.contains("1000 bytes after decompression (server.limits.body_bytes)") == true)
    }

    @Test("is refused before it comes, when its head announces too much")
    func announced() throws {
        let memory = MemoryBudget(limit: 1 << 20).share(limit: 1 << 20)
        #expect(throws: RequestBodyError.self) {
            try GatheredBody(
                codings: [], announcedBytes: 1_001, limits: .report(bytes: 1_000, compressionRatio: 200), memory: memory)
        }
        #expect(try gather(Self.text, announced: 1_000) == Self.text)
    }

    @Test("is refused with 415 and what is possible, in a coding that is not known")
    func coding() throws {
        let error = refusal { try gather(Self.text, codings: ["identity", "br"]) }
        #expect((error?.status, error?.reason) == (415, .unsupportedCoding))
        #expect(error?.fields.map(\.name) == ["Accept-Encoding"])
        #expect(error?.fields.first?.value == ContentCoding.supported)
    }

    @Test("is counted while it is there, and refused when there is no room")
    func memory() throws {
        let share = MemoryBudget(limit: 1 << 20).share(limit: 1 << 20)
        var body: GatheredBody? = try GatheredBody(
            codings: [], announcedBytes: nil, limits: .report(bytes: 1_000, compressionRatio: 200), memory: share)
        try Self.text.withUnsafeBytes { try body?.append($0) }
        #expect(share.usedBytes >= Self.text.count)
        body = nil
        #expect(share.usedBytes == 0)
        let error = refusal { try gather(Self.text, room: 100) }
        #expect((error?.status, error?.reason) == (503, .noMemory))
    }

    #if Gzip
    private func compress(_ bytes: [UInt8]) throws -> [UInt8] {
        let compressor = try GzipCompressor()
        var output: [UInt8] = []
        bytes.withUnsafeBytes { compressor.compress($0, into: &output) }
        compressor.finish(into: &output)
        return output
    }

    @Test("is decoded, in whatever chunks it comes", arguments: [1, 7, 1 << 20])
    func compressed(pieceSize: Int) throws {
        let once = try compress(Self.text)
        #expect(try gather(once, codings: ["gzip"], pieceSize: pieceSize) == Self.text)
        #expect(try gather(compress(once), codings: ["gzip", "gzip"], pieceSize: pieceSize) == Self.text)
        // An empty body has no coding.
        #expect(try gather([], codings: ["gzip"]) == [])
    }

    @Test("is refused with the same status in whatever chunks it comes", arguments: [1, 7, 1 << 20])
    func refusals(pieceSize: Int) throws {
        let once = try compress(Self.text)
        let blanks = try compress([UInt8](repeating: 0x20, count: 3 << 20))
        let large = RequestBodyLimits.report(bytes: 8 << 20, compressionRatio: 200)
        let cases: [(String, [UInt8], RequestBodyLimits, Int, RequestBodyError.Reason)] = [
            ("cut off", Array(once.dropLast()), large, 400, .malformed),
            ("not compressed", Self.text, large, 400, .malformed),
            ("followed by something", once + [1], large, 400, .malformed),
            ("too large", try compress(Self.text + Self.text), .report(bytes: 1_000, compressionRatio: 200), 413, .tooLarge),
            ("a bomb", blanks, large, 413, .suspiciousRatio),
        ]
        for (name, bytes, limits, status, reason) in cases {
            let error = refusal { try gather(bytes, codings: ["gzip"], pieceSize: pieceSize, limits: limits, room: 32 << 20) }
            #expect(error?.status == status && error?.reason == reason, "\(name): \(String(describing: error))")
        }
    }

    @Test("leaves its ratio to the caller, where the caller knows better")
    func ratio() throws {
        var limits = RequestBodyLimits.report(bytes: 8 << 20, compressionRatio: 200)
        limits.limitsRatio = false
        var decoder = try RequestBodyDecoder(codings: ["gzip"], announcedBytes: nil, limits: limits)
        let bytes = try compress([UInt8](repeating: 0x20, count: 3 << 20))
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while try decoder.step(&rest, { #expect($0.count <= 64 << 10) }) {}
        }
        try decoder.finish()
        #expect((decoder.receivedBytes, decoder.decodedBytes) == (bytes.count, 3 << 20))
        #expect(decoder.exceedsRatio(without: 0))
        #expect(!decoder.exceedsRatio(without: 2 << 20))
    }
    #endif
}
