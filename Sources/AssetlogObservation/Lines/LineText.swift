/// Text that comes from outside must not end a line, move a cursor, turn its direction, or look like another field.
public enum LineText {
    /// A field's value: plain where it can be, else quoted.
    public static func value(_ text: String) -> String {
        isPlain(text) ? text : quoted(text)
    }

    /// A JSON string.
    public static func quoted(_ text: String) -> String {
        "\"" + escaped(text, alsoQuotes: true) + "\""
    }

    /// Text without control characters.
    public static func plain(_ text: String) -> String {
        escaped(text, alsoQuotes: false)
    }

    /// Whether a text can stand as a field's value without quotes.
    static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
    }

    /// The start of a text that has at most so many bytes, with a mark where it was cut.
    static func cut(_ text: String, atMost bytes: Int) -> String {
        guard text.utf8.count > bytes else { return text }
        var kept = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            count += UTF8.width(scalar)
            if count > bytes { break }
            kept.append(scalar)
        }
        return String(kept) + "…"
    }

    private static func escaped(_ text: String, alsoQuotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"" where alsoQuotes: result += "\\\""
            case "\\" where alsoQuotes: result += "\\\\"
            case "\n": result += "\\n"
            case _ where isInvisible(scalar):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    // Controls of both kinds, ends of lines, and what turns the direction of the text that follows.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}
