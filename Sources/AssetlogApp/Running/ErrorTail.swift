/// The last lines of what a command writes to its standard error. Pure.
struct ErrorTail: Sendable {
    /// So much of the end is kept: an old line is forgotten when newer ones fill it.
    static let mostBytes = 8 << 10

    private var bytes: [UInt8] = []

    /// Takes what was written.
    mutating func append(_ piece: some Collection<UInt8>) {
        bytes += piece.suffix(2 * Self.mostBytes)
        // Not at each piece: it moves what is kept.
        if bytes.count > 4 * Self.mostBytes { bytes.removeFirst(bytes.count - Self.mostBytes) }
    }

    /// The last lines as a terminal would show them, without colours; nil: there is none.
    func text(lines count: Int) -> String? {
        let end = bytes.suffix(Self.mostBytes)
        let lines = Self.withoutColours(String(decoding: end, as: UTF8.self)).split(whereSeparator: { $0 == "\n" || $0 == "\r\n" })
            .compactMap(Self.shown)
        let last = lines.suffix(count)
        return last.isEmpty ? nil : last.joined(separator: "\n")
    }

    // A progress bar writes over its line again and again: what stands there in the end is behind the last return.
    private static func shown(_ line: Substring) -> String? {
        let last = line.split(separator: "\r").last { $0.contains { !$0.isWhitespace } }
        guard let last else { return nil }
        let scalars = last.unicodeScalars.filter { $0 == "\t" || $0.value >= 0x20 && !(0x7f..<0xa0).contains($0.value) }
        return String(String.UnicodeScalarView(scalars))
    }

    // Control sequences: ESC, [, parameters, and a letter at the end.
    private static func withoutColours(_ text: String) -> String {
        guard text.unicodeScalars.contains("\u{1b}") else { return text }
        var rest = text.unicodeScalars[...]
        var plain = String.UnicodeScalarView()
        while let escape = rest.firstIndex(of: "\u{1b}") {
            plain += rest[..<escape]
            rest = rest[rest.index(after: escape)...]
            guard rest.first == "[" else { continue }
            rest = rest.dropFirst().drop { (0x20..<0x40).contains($0.value) }.dropFirst()
        }
        return String(plain + rest)
    }
}
