/// What is wrong with a JSON text, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of mistakes.
    public struct Code: Hashable, Sendable {
        private enum Value: Hashable { case syntax, encoding, loneSurrogate, tooDeep, tooManyDigits }
        private let value: Value
        /// It does not follow the grammar of JSON.
        public static let syntax = Code(value: .syntax)
        /// It is not UTF-8.
        public static let encoding = Code(value: .encoding)
        /// A string holds one half of a surrogate pair, which no UTF-8 can hold.
        public static let loneSurrogate = Code(value: .loneSurrogate)
        /// Arrays and objects are nested over ``JSONScanner/maximumDepth`` levels.
        public static let tooDeep = Code(value: .tooDeep)
        /// An integer has over ``JSONScanner/maximumDigits`` digits.
        public static let tooManyDigits = Code(value: .tooManyDigits)
    }

    /// The kind of mistake.
    public var code: Code
    /// The byte, counted from 0, where the mistake was noticed.
    public var offset: Int
    /// What is wrong, where, and what to do, as a part of a sentence.
    public var message: String

    /// Makes an error.
    public init(_ code: Code, offset: Int, _ message: String) {
        self.code = code
        self.offset = offset
        self.message = message
    }

    /// The message.
    public var description: String { message }
}

/// Why the scanner stopped; the sentence about it is made only when it is read.
struct JSONFault {
    enum Reason: UInt8 {
        case expectedValue, expectedName, expectedColon, expectedCommaOrBrace, expectedCommaOrBracket, extraText
        case badNumber, badEscape, controlCharacter, badUTF8, loneSurrogate, tooDeep, tooManyDigits
    }

    var reason: Reason
    var offset: Int

    /// Describes the fault in the text in which it was found.
    func error(in bytes: UnsafeRawBufferPointer) -> JSONError {
        let code: JSONError.Code =
            switch reason {
            case .badUTF8: .encoding
            case .loneSurrogate: .loneSurrogate
            case .tooDeep: .tooDeep
            case .tooManyDigits: .tooManyDigits
            default: .syntax
            }
        return JSONError(code, offset: offset, wholeTextProblem(bytes) ?? sentence(bytes))
    }

    // Mistakes that concern the text as a whole: a position would only mislead.
    private func wholeTextProblem(_ bytes: UnsafeRawBufferPointer) -> String? {
        if bytes.allSatisfy(\.isJSONBlank) { return "it is empty; send an object such as {}" }
        guard bytes.count >= 2, reason != .tooDeep, reason != .tooManyDigits else { return nil }
        switch (bytes[0], bytes[1]) {
        case (0x1f, 0x8b): return "it starts like gzip; send the header Content-Encoding: gzip with it"
        case (0xff, 0xfe), (0xfe, 0xff), (0, _), (_, 0): return "it looks like UTF-16 or UTF-32; send UTF-8"
        default: return nil
        }
    }

    private func sentence(_ bytes: UnsafeRawBufferPointer) -> String {
        let location = location(in: bytes)
        if offset >= bytes.count, reason != .tooManyDigits {
            return "it ends too early, \(location); something is missing or was cut off"
        }
        let found = offset < bytes.count ? bytes[offset] : 0
        switch reason {
        case .expectedValue: return "expected a value \(location)\(hint(bytes))"
        case .expectedName: return "expected a name in double quotes \(location)\(hint(bytes))"
        case .expectedColon: return "expected a colon after the name \(location)"
        case .expectedCommaOrBrace: return "expected a comma or } \(location)\(hint(bytes))"
        case .expectedCommaOrBracket: return "expected a comma or ] \(location)\(hint(bytes))"
        case .extraText: return "the value ends, but more text follows \(location)\(hint(bytes))"
        case .badNumber: return "a number is malformed \(location)"
        case .badEscape: return "a string holds an unknown or incomplete escape \(location); write a backslash as \\\\"
        case .controlCharacter:
            let name = found == 0x0a ? "a line feed" : found == 0x09 ? "a tab" : "control character \(found)"
            return "a string holds \(name) \(location); write it as an escape such as \\n or \\u0000"
        case .badUTF8: return "a string holds bytes that are not UTF-8 \(location)"
        case .loneSurrogate:
            return "a string holds one half of a surrogate pair \(location); send both halves or the character itself"
        case .tooDeep: return "it is nested over \(JSONScanner.maximumDepth) levels \(location)"
        case .tooManyDigits:
            return "an integer has over \(JSONScanner.maximumDigits) digits \(location); send it as a string"
        }
    }

    // The slips that people make most often.
    private func hint(_ bytes: UnsafeRawBufferPointer) -> String {
        let before = bytes[..<offset].last { !$0.isJSONBlank }
        switch bytes[offset] {
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            return before == UInt8(ascii: ",") ? "; remove the comma before it" : ""
        case UInt8(ascii: "'"): return "; strings take double quotes, not single ones"
        case UInt8(ascii: "/"), UInt8(ascii: "#"): return "; JSON has no comments"
        case UInt8(ascii: "T"), UInt8(ascii: "F"): return "; write true or false in lower case"
        case UInt8(ascii: "N"), UInt8(ascii: "u"): return reason == .expectedValue ? "; write null" : ""
        case UInt8(ascii: "="): return "; this looks like a form, not JSON"
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            return reason == .extraText ? "" : "; texts and names take double quotes"
        default: return ""
        }
    }

    private func location(in bytes: UnsafeRawBufferPointer) -> String {
        var (line, column) = (1, 1)
        for byte in bytes[..<min(offset, bytes.count)] {
            if byte == 0x0a {
                line += 1
                column = 1
            } else if byte & 0xc0 != 0x80 {
                column += 1
            }
        }
        return "at line \(line), column \(column) (byte \(offset))"
    }
}
