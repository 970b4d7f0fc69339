import Testing

@testable import AssetlogGzip

@Suite struct AcceptedCodingsTests {
    @Test(
        "A client gets gzip where its header says so, by the weights in it",
        arguments: [
            ("gzip", true), ("GZIP", true), ("x-gzip", true), ("gzip, deflate, br", true), ("br;q=1.0, gzip;q=0.8, *;q=0.1", true),
            ("*", true), ("*;q=0.5", true), ("gzip;q=0.001", true), ("gzip ; q=1", true), ("identity;q=0.5, gzip;q=0.5", true),
            ("identity;q=0, gzip;q=0.1", true), ("deflate, gzip;q=1.000", true), (" , ,gzip", true), ("gzip;x=1", true),
            ("", false), ("identity", false), ("gzip;q=0", false), ("gzip;q=0.0", false), ("x-gzip;q=0", false), ("*;q=0", false),
            ("gzip;q=0, *", false), ("identity;q=1, gzip;q=0.5", false), ("identity, *;q=0.1", false), ("br", false),
            ("deflate", false), ("gzipped", false), ("gzip;q=2", false), ("gzip;q=-1", false), ("gzip;q=nan", false),
            ("gzip;q=", false), ("gzip q=1", false), (String(repeating: "br,", count: 1000) + "gzip", false),
        ])
    func accepts(_ header: String, _ isAccepted: Bool) {
        #expect(AcceptedCodings(header).prefersGzip == isAccepted)
    }
}

@Suite struct ContentCodingTests {
    @Test(
        "A header that names nothing to decode is no coding",
        arguments: ["", " ", "identity", "Identity , identity", ",,", "\t"])
    func identity(_ header: String) throws {
        #expect(try ContentCoding.parse(header).isEmpty)
    }

    @Test(
        "An unknown coding is refused, and the message names it and what there is",
        arguments: ["br", "deflated", "zstd", "compress", "gzip2", "gzip;q=1", "g zip", "gzip, br", "*"])
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
