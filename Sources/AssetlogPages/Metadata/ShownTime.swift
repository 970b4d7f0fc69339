import AssetlogCore

/// Times as pages show them: in UTC.
enum ShownTime {
    /// The times whose years have the four digits that HTML and RFC 3339 take: 0001 to 9999.
    static let range = -62_135_596_800_000_000...253_402_300_799_999_999 as ClosedRange<Int64>

    /// The time that is so many seconds after 1970; nil: pages can't show it.
    static func time(seconds: Double) -> Timestamp? {
        guard let microseconds = Int64(exactly: (seconds * 1_000_000).rounded()), range.contains(microseconds) else { return nil }
        return Timestamp(microseconds: microseconds)
    }

    /// `2026-11-23 19:00:00 UTC`, with the fraction of the second if there is one.
    static func text(_ time: Timestamp) -> String {
        let text = time.description
        let end = text.utf8.suffix(8).elementsEqual(".000000Z".utf8) ? 8 : 1
        return text.dropLast(end).map { $0 == "T" ? " " : String($0) }.joined() + " UTC"
    }

    /// The time as an element that programs can read.
    static func element(_ time: Timestamp) -> HTML { "<time datetime=\"\(time.description)\">\(text(time))</time>" }
}
