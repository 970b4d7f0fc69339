/// Texts of strangers as pages show them: cut where they are too long, and kept from reordering what is around them.
enum ShownText {
    /// The most scalars of a name.
    static let name = 120

    /// A text, cut with "…" when it has more scalars, or needs more bytes of markup.
    static func cut(_ text: String, to limit: Int, markup room: Int = .max) -> String {
        let count = text.utf8.count
        if count <= limit, count <= room / longestEscape { return text }
        var (scalars, used) = (0, 0)
        for index in text.unicodeScalars.indices {
            used += markup(text.unicodeScalars[index])
            if scalars == limit || used > room { return String(text[..<index]) + "…" }
            scalars += 1
        }
        return text
    }

    /// A text that is cut, as an element which keeps its direction to itself.
    static func isolated(_ text: String, to limit: Int = name) -> HTML { "<bdi>\(cut(text, to: limit))</bdi>" }

    /// A text that is cut, for attributes and titles, where no element can isolate it: it has no line breaks and nothing that
    /// sets a direction.
    static func plain(_ text: String, to limit: Int = name) -> String {
        var plain = String.UnicodeScalarView()
        for scalar in cut(text, to: limit).unicodeScalars {
            switch scalar {
            case "\u{200e}", "\u{200f}", "\u{61c}", "\u{202a}"..."\u{202e}", "\u{2066}"..."\u{2069}": break
            case "\t", "\n", "\r", "\u{2028}", "\u{2029}": plain.append(" ")
            default: plain.append(scalar)
            }
        }
        return String(plain)
    }

    /// How many bytes a text takes in HTML.
    static func markup(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + markup($1) } }

    private static let longestEscape = 6

    private static func markup(_ scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "\"": 6
        case "&", "'": 5
        case "<", ">": 4
        case "\t", "\n", "\r": 1
        case "\0"..."\u{1f}", "\u{7f}"..."\u{9f}": 3
        default: UTF8.width(scalar)
        }
    }
}

/// Pieces of HTML up to a number of bytes.
struct BoundedHTML {
    /// How many bytes more may be appended.
    private(set) var room: Int
    private var pieces: [HTML] = []

    init(room: Int) { self.room = room }

    /// Everything that was appended.
    var html: HTML { .joined(pieces) }

    /// Whether nothing was appended.
    var isEmpty: Bool { pieces.isEmpty }

    /// Appends a piece if there is room for it.
    mutating func append(_ piece: HTML) -> Bool {
        let size = piece.markup.utf8.count
        guard size <= room else { return false }
        room -= size
        pieces.append(piece)
        return true
    }
}
