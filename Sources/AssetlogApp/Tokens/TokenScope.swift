import AssetlogAccess
import AssetlogCore
import AssetlogJournal

/// What a token may be given, as operators write it on the command line and in a file of tokens. Pure.
enum TokenScope {
    /// What is wrong with something that was written, to follow its flag or key.
    struct Problem: Error {
        var sentence: String

        init(_ sentence: String) {
            self.sentence = sentence
        }
    }

    /// Every right of this release.
    static let everyRight = "all"

    /// The rights of a list of names.
    static func rights(_ names: [String]) throws -> AccessRights {
        var rights: AccessRights = []
        for name in names {
            if name == everyRight {
                rights.formUnion(.all)
            } else if let right = AccessRights(name: name) {
                rights.formUnion(right)
            } else {
                let known = AccessRights.named.map(\.name) + [everyRight]
                let hint = ConfigurationError.nearest(to: name, among: known).map { "; did you mean \($0)? Available: " } ?? "; available: "
                throw Problem("contains \"\(name)\", which is not a right\(hint)\(known.joined(separator: ", "))")
            }
        }
        return rights
    }

    /// The rights of lists of names that are separated by commas.
    static func rights(commaSeparated lists: [String]) throws -> AccessRights {
        try rights(
            lists.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map { name in
                String(name.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
            })
    }

    /// The pattern of asset keys that a text is.
    static func assets(_ text: String) throws -> PartPattern {
        guard let pattern = PartPattern(text) else {
            throw Problem(
                "contains \(quoted(text)), which is not a pattern; write warehouse/**, raw_* or a/*/orders, of at most 62 parts and"
                    + " 2048 bytes")
        }
        return pattern
    }

    /// The pattern of deployments that a text is.
    static func deployment(_ text: String) throws -> PartPattern {
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-._*/".unicodeScalars.contains(scalar))
        }
        guard isPlain, let pattern = PartPattern(text) else {
            throw Problem(
                "contains \(quoted(text)), which no deployment's name can match; write prod, stage_* or, with organizations, acme/*")
        }
        return pattern
    }

    /// The name in a client's certificate that a text is, in the form in which certificates show it.
    static func certificateName(_ text: String) throws -> String {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        if isPlain, parts.count == 2, !parts[1].isEmpty {
            switch parts[0].lowercased() {
            case "dns": return "DNS:\(parts[1].lowercased())"
            case "uri": return "URI:\(parts[1])"
            case "email": return "email:\(parts[1])"
            case "ip": if let address = ClientAddress(parts[1]) { return "IP:\(address)" }
            default: break
            }
        }
        throw Problem(
            "contains \(quoted(text)), which is not a subject alternative name; write DNS:worker.example.com,"
                + " URI:spiffe://example.com/worker, email:ops@example.com or IP:10.0.0.7")
    }

    /// A time span in microseconds: a number with s, m, h or d.
    static func span(_ text: String) throws -> Int64 {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        let digits = text.dropLast()
        guard let unit = text.last.flatMap({ units[$0] }), digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let number = Int64(digits), number <= longestSpan / unit
        else { throw Problem("must be a number with s, m, h or d, such as 90d, of at most a hundred years, not \(quoted(text))") }
        return number * unit * 1_000_000
    }

    private static let longestSpan: Int64 = 36_525 * 86_400

    private static func quoted(_ text: String) -> String {
        LineText.quoted(String(text.prefix(200)))
    }
}

// What a store holds may be any time, so nothing here can overflow.
extension Timestamp {
    /// The time so many microseconds later.
    func advanced(by span: Int64) -> Timestamp {
        let (sum, overflows) = microseconds.addingReportingOverflow(span)
        return Timestamp(microseconds: overflows ? (span > 0 ? .max : .min) : sum)
    }

    /// The microseconds from another time to this one.
    func since(_ other: Timestamp) -> Int64 {
        let (difference, overflows) = microseconds.subtractingReportingOverflow(other.microseconds)
        return overflows ? (other.microseconds < 0 ? .max : .min) : difference
    }
}
