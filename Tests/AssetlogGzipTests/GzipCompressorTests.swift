#if Gzip
import AssetlogGzip
import Testing

@Suite struct GzipCompressorTests {
    static let samples: [[UInt8]] = [
        [], [7], GzipVector.text, GzipVector.noise(300_000), [UInt8](repeating: 32, count: 1 << 20),
    ]

    @Test("What is compressed comes back", arguments: samples.indices, [1, 6, 9])
    func roundTrip(sample: Int, level: Int) throws {
        let bytes = Self.samples[sample]
        let result = try DecodingResult(
            GzipVector.compress(bytes, level: level), pieceSize: 1000, limits: GzipLimits(maximumRatio: 2000))
        #expect(result.error == nil && result.output == bytes)
    }

    @Test("gzip(1) reads what is compressed", arguments: samples.indices)
    func readByGzip(sample: Int) throws {
        let bytes = Self.samples[sample]
        let (status, output) = try run(["gzip", "-dc"], input: GzipVector.compress(bytes))
        #expect(status == 0 && output == bytes)
    }

    @Test("What gzip(1) compresses is decoded", arguments: samples.indices, ["-1", "-9"])
    func writtenByGzip(sample: Int, level: String) throws {
        let bytes = Self.samples[sample]
        let (status, compressed) = try run(["gzip", "-c", level], input: bytes)
        let result = try DecodingResult(compressed, pieceSize: 1000, limits: GzipLimits(maximumRatio: 2000))
        #expect(status == 0 && result.error == nil && result.output == bytes)
    }

    @Test("gzip(1) takes zero padding and several members as the decoder does", arguments: try GzipVector.all())
    func agreesWithGzip(_ vector: GzipVector) throws {
        // It only warns (2) of trailing garbage, which the decoder refuses; and it takes the half magic for garbage, too.
        guard vector.name != "half of a second magic", vector.name != "nothing" else { return }
        let (status, output) = try run(["gzip", "-dc"], input: vector.bytes)
        let expected: Int32 = vector.error == nil ? 0 : vector.error == .trailingGarbage ? 2 : 1
        #expect(status == expected)
        if expected == 0 { #expect(output == vector.decoded) }
    }

    @Test("After a flush everything so far can be read; after finish comes another member")
    func flushAndFinish() throws {
        let compressor = try GzipCompressor()
        var output: [UInt8] = []
        GzipVector.text.withUnsafeBytes { compressor.compress($0, into: &output) }
        compressor.flush(into: &output)
        let flushed = try DecodingResult(output, pieceSize: 10)
        #expect(flushed.output == GzipVector.text && flushed.error == .truncated)

        compressor.finish(into: &output)
        GzipVector.text.withUnsafeBytes { compressor.compress($0, into: &output) }
        compressor.finish(into: &output)
        let whole = try DecodingResult(output, pieceSize: 10)
        #expect(whole.output == GzipVector.text + GzipVector.text && whole.error == nil)
    }
}
#endif
