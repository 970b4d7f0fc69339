/// Values of a request as sentences show them.
enum Quoted {
    /// A text in quotes, cut when it is long.
    static func text(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let isLong = text.utf8.count > 80 && scalars.count > 80
        return "\"\(isLong ? String(String.UnicodeScalarView(scalars.prefix(80))) + "…" : text)\""
    }

    /// A validated value: what it is, or the value itself where that is short.
    static func value(_ json: UnsafeRawBufferPointer, _ kind: JSONKind) -> String {
        switch kind {
        case .string: text(String(decoding: json.dropFirst().dropLast().prefix(400), as: UTF8.self))
        case .integer, .float: json.count <= 40 ? String(decoding: json, as: UTF8.self) : kind.phrase
        default: kind.phrase
        }
    }

    /// A guess at what was meant, as the end of a sentence: ` Did you mean kind?`
    static func guess(_ word: String, among known: [String]) -> String? {
        // The search grows with the product of the lengths.
        guard word.utf8.count <= 64 else { return nil }
        return WordDistance.nearest(to: word, among: known).map { "Did you mean \($0)?" }
    }
}
