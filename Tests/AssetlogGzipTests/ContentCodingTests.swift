import AssetlogGzip
import Testing

@Suite struct ContentCodingTests {
    @Test(
        "A header that names nothing to decode is no coding",
        arguments: ["", " ", "identity", "Identity , identity", ",,", "\t"])
    func identity(_ header: String) throws {
        #expect(try ContentCoding.parse(header).isEmpty)
    }

    @Test(
        "An unknown coding is refused, and the message names it and what there is",
        arguments: ["br", "deflate", "zstd", "compress", "gzip2", "gzip;q=1", "g zip", "gzip, br", "*"])
    func unknown(_ header: String) throws {
        #expect {
            try ContentCoding.parse(header)
        } throws: { error in
            guard let error = error as? ContentCodingError else { return false }
            return error.code == .unsupported && error.description.hasSuffix(".") && error.description.contains("Use ")
        }
    }

    @Test("A message never repeats what could break a log line")
    func hostileName() throws {
        for header in ["\u{1B}[31m", String(repeating: "x", count: 10_000), "é", "\"", "a\r\nb"] {
            #expect {
                try ContentCoding.parse(header)
            } throws: {
                ($0 as? ContentCodingError)?.message.hasPrefix("Content-Encoding with this value is not") == true
            }
        }
    }

    @Test("A list without end is refused")
    func endless() throws {
        let header = Array(repeating: "identity", count: 1000).joined(separator: ",")
        #expect { try ContentCoding.parse(header) } throws: { ($0 as? ContentCodingError)?.code == .tooMany }
    }
}
