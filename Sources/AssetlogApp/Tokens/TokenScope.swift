import AssetlogAccess
import AssetlogCore
import AssetlogObservation

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

    /// A time span in microseconds.
    static func span(_ text: String) throws -> Int64 {
        guard let span = TimeSpan.read(text) else {
            throw Problem(
                "must be a number with \(TimeSpan.units), such as 90d, of at most a hundred years, not \(quoted(text))")
        }
        return microseconds(span)
    }

    /// When something ends: after a span, at a time, or when a day begins in UTC; nil: never.
    static func end(_ text: String, from now: Timestamp) throws -> Timestamp? {
        if text.lowercased() == "never" { return nil }
        let end: Timestamp
        if let span = TimeSpan.read(text) {
            if span == .zero { throw Problem("must be longer than nothing") }
            end = now.advanced(by: microseconds(span))
        } else if let time = time(text) {
            end = time
        } else {
            throw Problem(
                "must be a number with \(TimeSpan.units), such as 90d, a day such as 2027-01-31, a time such as"
                    + " 2027-01-31T12:00:00Z, at most a hundred years ahead, or never, not \(quoted(text))")
        }
        guard end > now else { throw Problem("lies at \(end), which is over") }
        guard end <= now.advanced(by: microseconds(TimeSpan.longest)) else { throw Problem("must be at most a hundred years") }
        return end
    }

    /// A time of RFC 3339, or the start of a day in UTC; nil when it is neither.
    static func time(_ text: String) -> Timestamp? {
        Timestamp(text) ?? Timestamp("\(text)T00:00:00Z")
    }

    private static func microseconds(_ span: Duration) -> Int64 {
        Int64(span / .microseconds(1))
    }

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
