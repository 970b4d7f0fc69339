#if Gzip
import AssetlogGzip
import Testing

/// What has come out, and how it ended.
struct DecodingResult: Equatable {
    var output: [UInt8] = []
    var error: GzipError.Code?

    init(_ bytes: [UInt8], pieceSize: Int, limits: GzipLimits = GzipLimits()) throws {
        let decoder = try GzipDecoder(limits: limits)
        do {
            try bytes.withUnsafeBytes { all in
                for start in stride(from: 0, to: all.count, by: pieceSize) {
                    let end = min(all.count, start + pieceSize)
                    try decoder.decode(UnsafeRawBufferPointer(rebasing: all[start..<end]), into: &output)
                }
            }
            try decoder.finish()
        } catch let failure as GzipError {
            error = failure.code
            #expect(throws: failure) { try decoder.finish() }
        }
        #expect(decoder.decodedCount == output.count)
    }
}

@Suite struct GzipDecoderTests {
    @Test("Each vector decodes, or fails with its own kind of error", arguments: try GzipVector.all())
    func vector(_ vector: GzipVector) throws {
        let result = try DecodingResult(vector.bytes, pieceSize: .max / 2)
        #expect(result.error == vector.error)
        #expect(result.output == vector.decoded)
    }

    @Test("The pieces that the input comes in change nothing", arguments: try GzipVector.all(), [1, 2, 7, 4096])
    func pieces(_ vector: GzipVector, pieceSize: Int) throws {
        let whole = try DecodingResult(vector.bytes, pieceSize: .max / 2)
        #expect(try DecodingResult(vector.bytes, pieceSize: pieceSize) == whole)
    }

    @Test("Data that is cut anywhere is truncated, except between two members")
    func truncation() throws {
        let first = try GzipVector.compress(GzipVector.text)
        let both = try first + GzipVector.compress(GzipVector.noise(100))
        for count in 0..<both.count where count != first.count {
            #expect(try DecodingResult(Array(both.prefix(count)), pieceSize: 64).error == .truncated, "\(count)")
        }
        #expect(try DecodingResult(first, pieceSize: 64).error == nil)
    }

    @Test(
        "The limit counts decoded bytes, and none more is delivered", arguments: [0, 1, 44, 45, 65_535, 65_536, 65_537])
    func limit(_ maximum: Int) throws {
        let limits = GzipLimits(maximumBytes: maximum)
        let exact = try GzipVector.compress(GzipVector.noise(maximum))
        #expect(try DecodingResult(exact, pieceSize: 1000, limits: limits).error == nil)
        let beyond = try GzipVector.compress(GzipVector.noise(maximum + 1))
        for pieceSize in [1, .max / 2] {
            let result = try DecodingResult(beyond, pieceSize: pieceSize, limits: limits)
            #expect(result.error == .tooLarge)
            #expect(result.output == GzipVector.noise(maximum))
        }
    }

    @Test("The limit counts all members together")
    func limitOverMembers() throws {
        let member = try GzipVector.compress(GzipVector.noise(600))
        let result = try DecodingResult(member + member, pieceSize: 50, limits: GzipLimits(maximumBytes: 1000))
        #expect(result.error == .tooLarge)
        #expect(result.output.count == 1000)
    }

    @Test("A bomb of 1 GiB stops after the first MiB, and comes out in small pieces")
    func bomb() throws {
        let bomb = try Self.bomb(mebibytes: 1024)
        #expect(bomb.count < 2 << 20)
        let decoder = try GzipDecoder(limits: GzipLimits(maximumBytes: .max))
        var largest = 0
        #expect(throws: GzipError.self) {
            try bomb.withUnsafeBytes { try decoder.decode($0) { largest = max(largest, $0.count) } }
        }
        #expect(decoder.decodedCount > 1 << 20 && decoder.decodedCount <= (1 << 20) + 65_536)
        #expect(largest <= 65_536)
    }

    @Test("Without a limit of the ratio the bomb comes out in small pieces up to the limit of bytes")
    func bombUpToLimit() throws {
        let bomb = try Self.bomb(mebibytes: 64)
        let decoder = try GzipDecoder(limits: GzipLimits(maximumBytes: 60 << 20, maximumRatio: 2000))
        var largest = 0
        #expect {
            try bomb.withUnsafeBytes { try decoder.decode($0) { largest = max(largest, $0.count) } }
        } throws: { ($0 as? GzipError)?.code == .tooLarge }
        #expect(decoder.decodedCount == 60 << 20)
        #expect(largest <= 65_536)
    }

    @Test("The ratio is no matter below a MiB, and at a ratio that is allowed")
    func ratio() throws {
        let small = try GzipVector.compress([UInt8](repeating: 0, count: 1 << 20))
        #expect(try DecodingResult(small, pieceSize: 100).error == nil)
        let large = try GzipVector.compress([UInt8](repeating: 0, count: 3 << 20), level: 9)
        #expect(try DecodingResult(large, pieceSize: 100).error == .suspiciousRatio)
        #expect(try DecodingResult(large, pieceSize: 100, limits: GzipLimits(maximumRatio: 1032)).error == nil)
    }

    @Test("Every message is a sentence that says what to do or where to look", arguments: try GzipVector.all())
    func messages(_ vector: GzipVector) throws {
        guard vector.error != nil else { return }
        let decoder = try GzipDecoder()
        do {
            try vector.bytes.withUnsafeBytes { try decoder.decode($0) { _ in } }
            try decoder.finish()
        } catch {
            let message = "\(error)"
            #expect(message.hasPrefix("The ") || message.hasPrefix("Something "))
            #expect(message.hasSuffix(".") || message.hasSuffix("?"))
        }
    }

    /// Zeros, made of one compressed MiB again and again; the end of the member is missing, but nobody gets there.
    private static func bomb(mebibytes: Int) throws -> [UInt8] {
        let compressor = try GzipCompressor(level: 9)
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        var parts: [[UInt8]] = [[], []]
        for index in parts.indices {
            zeros.withUnsafeBytes { compressor.compress($0, into: &parts[index]) }
            compressor.flush(into: &parts[index])
        }
        return parts[0] + Array(repeating: parts[1], count: mebibytes - 1).joined()
    }
}
#endif
