internal import AssetlogCore

extension OutboundRequest.Header {
    /// Reads `Name: value`, as a configuration or a file gives it.
    ///
    /// - Returns: The field, or what is wrong with the line, to follow its location in a sentence; never the value.
    static func read(_ line: Secret) -> Result<OutboundRequest.Header, Problem> {
        let text = line.revealed
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex else {
            return .failure(Problem("must have the form \"Name: value\""))
        }
        let name = String(text[..<colon])
        guard name.utf8.allSatisfy(isToken) else {
            return .failure(Problem("must begin with the name of a header, of letters, digits and hyphens, and a colon"))
        }
        guard !managed.contains(name.lowercased()) else {
            return .failure(Problem("has the header \(name), which is set by itself; remove it"))
        }
        let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        let trimmed = String(value.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
        guard !trimmed.isEmpty, trimmed.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            return .failure(Problem("has no value for the header \(name), or one with a control character"))
        }
        return .success(OutboundRequest.Header(name, trimmed))
    }

    /// What is wrong with a line.
    struct Problem: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    // What the connection or the body decides.
    private static let managed: Set<String> = [
        "connection", "content-encoding", "content-length", "content-type", "expect", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
