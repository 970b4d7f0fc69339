/// Validated JSON values as Python prints them, for Dagster's sentences about wrong types.
enum PythonText {
    // A stranger's value should not make an answer long.
    private static let maximumLength = 300

    /// The name of the type that Python reads a value as.
    static func typeName(_ kind: JSONKind) -> String {
        switch kind {
        case .object: "dict"
        case .array: "list"
        case .string: "str"
        case .integer: "int"
        case .float: "float"
        case .true, .false: "bool"
        case .null: "NoneType"
        }
    }

    /// `repr` of a validated value, cut after some hundred characters.
    static func representation(_ json: UnsafeRawBufferPointer) -> String {
        var cursor = JSONCursor(json)
        var text = ""
        cursor.skipBlanks()
        while !cursor.isAtEnd, text.utf8.count < maximumLength {
            switch cursor.next {
            case UInt8(ascii: "\""):
                var decoded = ByteScratch(capacity: 64)
                decoded.appendUnescaped(UnsafeRawBufferPointer(rebasing: cursor.string().prefix(maximumLength * 6)))
                text += representation(string: decoded.bytes)
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                text += cursor.next == UInt8(ascii: ",") ? ", " : ": "
                cursor.position += 1
            case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"):
                text.unicodeScalars.append(Unicode.Scalar(cursor.next))
                cursor.position += 1
            default:
                let (literal, isFloat) = cursor.number()
                text += word(literal, isFloat: isFloat)
            }
            cursor.skipBlanks()
        }
        return cut(text, isWhole: cursor.isAtEnd)
    }

    /// `repr` of a string given in UTF-8.
    static func representation(string utf8: UnsafeRawBufferPointer) -> String {
        let characters = String(decoding: utf8.prefix(maximumLength * 4), as: UTF8.self)
        let quote: Unicode.Scalar = characters.contains("'") && !characters.contains("\"") ? "\"" : "'"
        var text = String(quote)
        for scalar in characters.unicodeScalars {
            switch scalar {
            case "\\", quote: text += "\\\(scalar)"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\0"..<" ", "\u{7f}"..."\u{a0}", "\u{ad}":
                let digits = String(scalar.value, radix: 16)
                text += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text.unicodeScalars.append(quote)
        return cut(text, isWhole: true)
    }

    private static func word(_ literal: UnsafeRawBufferPointer, isFloat: Bool) -> String {
        let text = String(decoding: literal, as: UTF8.self)
        switch text {
        case "true": return "True"
        case "false": return "False"
        case "null": return "None"
        case "-0": return "0"
        default: break
        }
        guard isFloat else { return text }
        let value = ByteScratch.double(literal)
        if value.isNaN { return "nan" }
        return value.isInfinite ? (value < 0 ? "-inf" : "inf") : ByteScratch.shortest(value)
    }

    private static func cut(_ text: String, isWhole: Bool) -> String {
        if isWhole, text.utf8.count <= maximumLength { return text }
        return String(text.prefix(maximumLength)) + "…"
    }
}
