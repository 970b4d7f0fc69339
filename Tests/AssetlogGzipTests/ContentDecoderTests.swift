#if Gzip
import AssetlogGzip
import Testing

@Suite struct ContentDecoderTests {
    @Test(
        "gzip is read in any case and under both names",
        arguments: [
            ("gzip", 1), ("GZip", 1), ("x-gzip", 1), (" X-GZIP\t", 1), ("gzip, identity", 1), ("gzip,x-gzip", 2),
        ])
    func gzip(_ header: String, _ layers: Int) throws {
        #expect(try ContentCoding.parse(header) == Array(repeating: .gzip, count: layers))
    }

    @Test("More than two layers are refused")
    func layers() throws {
        #expect { try ContentCoding.parse("gzip, gzip, gzip") } throws: {
            ($0 as? ContentCodingError)?.code == .tooMany
        }
        #expect(ContentCoding.supported == "gzip, deflate, identity")
    }

    @Test("A body is decoded through its layers; an error of the inner layer is reported", arguments: [1, 5, 100_000])
    func decoder(pieceSize: Int) throws {
        let once = try GzipVector.compress(GzipVector.text)
        let cases: [(String, [UInt8], GzipError.Code?)] = [
            ("gzip", once, nil), ("gzip, gzip", try GzipVector.compress(once), nil),
            ("gzip, gzip", try GzipVector.compress(Array(once.dropLast())), .truncated),
            ("gzip, gzip", try GzipVector.compress(GzipVector.text), .corrupt), ("gzip, gzip", once, .corrupt),
            ("gzip", Array(once.dropLast()), .truncated),
        ]
        for (header, bytes, code) in cases {
            let decoder = try #require(try ContentDecoder(contentEncoding: header))
            var output: [UInt8] = []
            do {
                try bytes.withUnsafeBytes { all in
                    for start in stride(from: 0, to: all.count, by: pieceSize) {
                        let piece = all[start..<min(all.count, start + pieceSize)]
                        try decoder.decode(UnsafeRawBufferPointer(rebasing: piece), into: &output)
                    }
                }
                try decoder.finish()
                #expect(code == nil && output == GzipVector.text)
            } catch let error as GzipError {
                #expect(error.code == code)
            }
        }
        #expect(try ContentDecoder(contentEncoding: "identity") == nil)
    }

    /// What comes out of a body, or why not.
    private func decode(_ bytes: [UInt8], _ coding: String, pieces size: Int, limits: GzipLimits = .init()) throws -> DecodingOutcome {
        let decoder = try #require(try ContentDecoder(contentEncoding: coding, limits: limits))
        var outcome = DecodingOutcome()
        do {
            for start in stride(from: 0, to: bytes.count, by: size) {
                try bytes[start..<min(bytes.count, start + size)].withUnsafeBytes { try decoder.decode($0, into: &outcome.output) }
            }
            try decoder.finish()
        } catch let error as GzipError {
            outcome.error = error.code
            #expect(error.message.contains("deflate data"))
        }
        return outcome
    }

    @Test("deflate is read in zlib's format and without its wrapping, as Python's zlib writes it", arguments: [1, 3, 100_000])
    func deflate(pieceSize: Int) throws {
        let long = Array(repeating: GzipVector.text, count: 5000).flatMap { $0 } + GzipVector.noise(100_000)
        for input in [[], [7], GzipVector.text, long] {
            for bits in [15, 9, -15, -9] {
                let script = """
                    import sys, zlib
                    compressor = zlib.compressobj(9, zlib.DEFLATED, \(bits))
                    sys.stdout.buffer.write(compressor.compress(sys.stdin.buffer.read()) + compressor.flush())
                    """
                let bytes = try run(["python3", "-c", script], input: input).output
                #expect(!bytes.isEmpty)
                let whole = try decode(bytes, "Deflate", pieces: pieceSize)
                #expect(whole == DecodingOutcome(output: input), "\(bits), \(input.count) bytes")
                #expect(try decode(Array(bytes.dropLast()), "deflate", pieces: pieceSize).error == .truncated)
                #expect(try decode(bytes + [1], "deflate", pieces: pieceSize).error == .trailingGarbage)
                // What gzip allows, several members, deflate does not.
                #expect(try decode(bytes + [0x1f, 0x8b], "deflate", pieces: pieceSize).error == .trailingGarbage)
            }
        }
        #expect(try decode([], "deflate", pieces: 1).error == .truncated)
        #expect(try decode([0x78], "deflate", pieces: 1).error == .truncated)
        #expect(try decode(Array(#"{"a": 1}"#.utf8), "deflate", pieces: pieceSize).error == .corrupt)
        // A preset dictionary, which nobody has agreed on.
        #expect(try decode([0x78, 0xbb, 1, 2, 3, 4, 5], "deflate", pieces: pieceSize).error == .corrupt)
    }

    @Test("deflate has the limits of gzip")
    func deflateLimits() throws {
        let zeros = try run(
            ["python3", "-c", "import sys, zlib; sys.stdout.buffer.write(zlib.compress(bytes(8 << 20), 9))"], input: []
        ).output
        #expect(try decode(zeros, "deflate", pieces: 64).error == .suspiciousRatio)
        let limited = try decode(zeros, "deflate", pieces: 64, limits: GzipLimits(maximumBytes: 1000, maximumRatio: 2000))
        #expect((limited.error, limited.output.count) == (.tooLarge, 1000))
    }

    @Test("A step delivers at most 64 KiB, however much the input holds, through two layers too")
    func steps() throws {
        let zeros = [UInt8](repeating: 0, count: 40 << 20)
        let once = try GzipVector.compress(zeros, level: 9)
        for (coding, bytes) in [("gzip", once), ("gzip, gzip", try GzipVector.compress(once))] {
            let decoder = try #require(
                try ContentDecoder(contentEncoding: coding, limits: GzipLimits(maximumBytes: 1 << 30), limitsRatio: false))
            var (total, largest, steps) = (0, 0, 0)
            try bytes.withUnsafeBytes { all in
                var rest = all[...]
                var goesOn = true
                while goesOn {
                    var count = 0
                    goesOn = try decoder.decodeStep(&rest) { count += $0.count }
                    (total, largest, steps) = (total + count, max(largest, count), steps + 1)
                }
                #expect(rest.isEmpty)
            }
            try decoder.finish()
            #expect(total == zeros.count)
            #expect(largest <= 65_536)
            #expect(steps >= zeros.count / 65_536)
        }
    }

    @Test("Where the caller checks the ratio, that of an outer layer is limited all the same")
    func outerRatio() throws {
        // Empty members decode to nothing, however many there are.
        let empty = Array(repeating: try GzipVector.compress([]), count: 200_000).flatMap { $0 }
        let bomb = try GzipVector.compress(empty, level: 9)
        let decoder = try #require(try ContentDecoder(contentEncoding: "gzip, gzip", limitsRatio: false))
        #expect { try bomb.withUnsafeBytes { try decoder.decode($0) { _ in } } } throws: {
            ($0 as? GzipError)?.code == .suspiciousRatio
        }
    }

    @Test("An answer is compressed as gzip reads it, in pieces")
    func encoder() throws {
        let encoder = try #require(try ContentEncoder(acceptEncoding: "br, gzip;q=0.5"))
        var output: [UInt8] = []
        for _ in 0..<1000 { GzipVector.text.withUnsafeBytes { encoder.encode($0, into: &output) } }
        encoder.finish(into: &output)
        let result = try run(["gzip", "-dc"], input: output)
        #expect(result.status == 0)
        #expect(result.output == Array(repeating: GzipVector.text, count: 1000).flatMap { $0 })
        #expect(output.count < 2000)
        #expect(try ContentEncoder(acceptEncoding: "gzip;q=0") == nil)
    }
}

/// What came out of a body, and how it ended.
private struct DecodingOutcome: Equatable {
    var output: [UInt8] = []
    var error: GzipError.Code?
}
#endif
