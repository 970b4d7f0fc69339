import AssetlogObservation

extension ExpositionFormat {
    /// Chooses the format by the value of an Accept header (RFC 9110, section 12.5.1).
    ///
    /// What the client likes best wins, then what it names more exactly, then what it names first. Where it likes
    /// neither, it gets the older format, which every reader of metrics knows.
    init(accept: String) {
        let ranges = accept.split(separator: ",").enumerated().compactMap { MediaRange($1, position: $0) }
        func preference(_ subtype: String, _ type: String, version: String) -> Preference {
            // Of the ranges that cover a format the most exact one speaks for it.
            ranges.compactMap { $0.preference(for: subtype, of: type, version: version) }
                .max { ($0.exactness, -$0.position) < ($1.exactness, -$1.position) } ?? .none
        }
        let openMetrics = preference("openmetrics-text", "application", version: "1.0.0")
        let text = preference("plain", "text", version: "0.0.4")
        self = openMetrics.quality > 0 && text < openMetrics ? .openMetrics : .prometheusText
    }
}

/// How much a client likes a format.
private struct Preference: Comparable {
    /// In thousandths.
    var quality: Int
    var exactness: Int
    var position: Int

    static let none = Preference(quality: 0, exactness: 0, position: 0)

    static func < (left: Preference, right: Preference) -> Bool {
        (left.quality, left.exactness, -left.position) < (right.quality, right.exactness, -right.position)
    }
}

/// An element of an Accept header: `application/openmetrics-text;version=1.0.0;q=0.5`.
private struct MediaRange {
    private let type: String
    private let subtype: String
    private var version: String?
    private var quality = 1000
    private let position: Int

    /// Reads an element; nil when it is none.
    init?(_ text: Substring, position: Int) {
        let parts = text.lowercased().split(separator: ";").map(Self.trimmed)
        let names = parts.first?.split(separator: "/") ?? []
        guard names.count == 2 else { return nil }
        type = String(names[0])
        subtype = String(names[1])
        self.position = position
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map(Self.trimmed)
            guard pair.count == 2 else { continue }
            switch pair[0] {
            case "version": version = pair[1].filter { $0 != "\"" }
            case "q": quality = Self.thousandths(pair[1])
            default: break
            }
        }
    }

    /// What this range says about a format; nil: nothing.
    func preference(for subtype: String, of type: String, version: String) -> Preference? {
        let exactness: Int
        switch (self.type, self.subtype) {
        case (type, subtype):
            guard self.version == nil || self.version == version else { return nil }
            exactness = self.version == nil ? 2 : 3
        case (type, "*"): exactness = 1
        case ("*", "*"): exactness = 0
        default: return nil
        }
        return Preference(quality: quality, exactness: exactness, position: position)
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }

    // A number that can't be read counts as 1, as if it were not there.
    private static func thousandths(_ text: String) -> Int {
        Double(text).map { $0 >= 0 && $0 <= 1 ? Int(($0 * 1000).rounded()) : 1000 } ?? 1000
    }
}
