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
        #expect(ContentCoding.supported == "gzip, identity")
    }

    @Test("A body is decoded through its layers; an error of the inner layer is told", arguments: [1, 5, 100_000])
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
}
#endif
