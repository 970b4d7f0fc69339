import AssetlogCore

extension HTML {
    /// A text that somebody reported, cut where it is very long, and kept from reordering what is around it.
    static func reported(_ text: String, limit: Int = 200) -> HTML {
        text.unicodeScalars.count > limit
            ? "<bdi title=\"\(text.prefix(scalars: 1000))\">\(text.prefix(scalars: limit - 1))…</bdi>" : "<bdi>\(text)</bdi>"
    }

    /// The first line of a text that somebody reported.
    static func line(_ text: String, limit: Int = 160) -> HTML {
        reported(text.split(whereSeparator: \.isNewline).first.map(String.init) ?? text, limit: limit)
    }

    /// The parts of a key, each of which may be broken from the one before.
    static func key(_ key: AssetKey) -> HTML {
        let parts = key.parts
        let shown = joined(
            parts.prefix(12).enumerated().map { index, part in
                index == 0 ? reported(part, limit: 120) : "<wbr><span class=\"slash\">/</span>\(reported(part, limit: 120))"
            })
        return parts.count > 12 ? "\(shown)/…" : shown
    }

    /// The name of a partition, in words where there is none to be seen.
    static func partition(_ name: String) -> HTML {
        name.isEmpty ? "<em>empty name</em>" : reported(name, limit: 120)
    }

    /// A number with a word that fits it: `1 event`, `2,000 events`.
    static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(NumberText.grouped(Int64(number))) \(number == 1 ? one : many ?? one + "s")"
    }
}

extension String {
    func prefix(scalars count: Int) -> String { String(String.UnicodeScalarView(unicodeScalars.prefix(count))) }
}

/// Numbers for people.
enum NumberText {
    /// A number with its digits in groups: `1,234,567`.
    static func grouped(_ number: Int64) -> String { ShownNumber.grouped(String(number)) }

    /// A size in the unit that a person would choose.
    static func bytes(_ count: Int) -> String {
        switch count {
        case ..<10_000: "\(grouped(Int64(count))) bytes"
        case ..<10_000_000: "\(count / 1000) kB"
        default: "\(grouped(Int64(count / 1_000_000))) MB"
        }
    }
}

/// Points in time for people: how long ago, with the exact time at hand.
struct TimeView {
    let now: Timestamp

    init(now: Timestamp = .now()) {
        self.now = now
    }

    /// An element that says how long ago it was.
    func ago(_ time: Timestamp) -> HTML {
        "<time datetime=\"\(time.description)\" title=\"\(Self.exact(time)) UTC\" data-ago>\(text(time))</time>"
    }

    /// An element with the exact time.
    func exactly(_ time: Timestamp) -> HTML {
        "<time datetime=\"\(time.description)\">\(Self.exact(time)) UTC</time>"
    }

    /// How long ago it was, in the unit that a person would choose.
    func text(_ time: Timestamp) -> String {
        let seconds = (now.microseconds.subtractingReportingOverflow(time.microseconds).partialValue) / 1_000_000
        return switch seconds {
        case ..<(-5): "in the future"
        case ..<5: "just now"
        case ..<60: "\(seconds) s ago"
        case ..<3600: "\(seconds / 60) min ago"
        case ..<86_400: "\(seconds / 3600) h ago"
        case ..<172_800: "yesterday"
        case ..<2_592_000: "\(seconds / 86_400) days ago"
        default: String(time.description.prefix(10))
        }
    }

    /// A time to the second: `2026-11-30 19:04:05`.
    static func exact(_ time: Timestamp) -> String {
        String(time.description.prefix(19)).replacing("T", with: " ")
    }
}
