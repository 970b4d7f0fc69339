import AssetlogCore
import Testing

@Suite struct JSONScannerTests {
    static func kind(_ text: String, _ mode: JSONScanner.Mode = .strict) throws -> JSONKind {
        try kind(bytes: Array(text.utf8), mode)
    }

    static func kind(bytes: [UInt8], _ mode: JSONScanner.Mode = .strict) throws -> JSONKind {
        try bytes.withUnsafeBytes { try JSONScanner.validate($0, mode: mode) }
    }

    static func error(_ bytes: [UInt8], _ mode: JSONScanner.Mode = .strict) -> JSONError? {
        do {
            _ = try kind(bytes: bytes, mode)
            return nil
        } catch {
            return error as? JSONError
        }
    }

    @Test(
        "The scanner takes what Python's json takes",
        arguments: [
            ("{}", JSONKind.object), ("[]", .array), (#""""#, .string), ("0", .integer), ("-0", .integer), ("10", .integer),
            ("-12345678901234567890123", .integer), ("0.0", .float), ("-0.5", .float), ("1e5", .float), ("1E+05", .float),
            ("2.50e-7", .float), ("1e400", .float), ("NaN", .float), ("Infinity", .float), ("-Infinity", .float),
            ("true", .true), ("false", .false), ("null", .null), (" \t\r\n[ 1 , 2 ]\n", .array),
            (#"{"a":{"b":[{"c":null}]},"a":1}"#, .object), (#"{"":""}"#, .object), (#""\"\\\/\b\f\n\r\t\u0000\uFFFF""#, .string),
            (#""\ud83d\ude00""#, .string), ("\"\u{7f}é日😀\u{10ffff}\"", .string), ("[[],{},[[]],[{}]]", .array),
        ] as [(String, JSONKind)])
    func accepts(text: String, kind: JSONKind) throws {
        #expect(try Self.kind(text) == kind)
    }

    @Test(
        "A mistake is reported with where it is and what to do",
        arguments: [
            ("", "it is empty; send an object such as {}"),
            (" \n ", "it is empty; send an object such as {}"),
            (#"{"a":1,}"#, "expected a name in double quotes at line 1, column 8 (byte 7); remove the comma before it"),
            ("[1,]", "expected a value at line 1, column 4 (byte 3); remove the comma before it"),
            ("{'a':1}", "expected a name in double quotes at line 1, column 2 (byte 1); strings take double quotes, not single ones"),
            ("{a:1}", "expected a name in double quotes at line 1, column 2 (byte 1); texts and names take double quotes"),
            ("// c\n{}", "expected a value at line 1, column 1 (byte 0); JSON has no comments"),
            ("{\n  \"é\": tru }", "expected a value at line 2, column 8 (byte 10); texts and names take double quotes"),
            (#"{"a":True}"#, "expected a value at line 1, column 6 (byte 5); write true or false in lower case"),
            (#"{"a":None}"#, "expected a value at line 1, column 6 (byte 5); write null"),
            (#"{"a" 1}"#, "expected a colon after the name at line 1, column 6 (byte 5)"),
            (#"{"a":1 "b":2}"#, "expected a comma or } at line 1, column 8 (byte 7)"),
            ("[1 2]", "expected a comma or ] at line 1, column 4 (byte 3)"),
            (#"{"a":1}{"b":2}"#, "the value ends, but more text follows at line 1, column 8 (byte 7)"),
            (#"{"a":"#, "it ends too early, at line 1, column 6 (byte 5); something is missing or was cut off"),
            (#"{"a":"b"#, "it ends too early, at line 1, column 8 (byte 7); something is missing or was cut off"),
            ("\"a\tb\"", "a string holds a tab at line 1, column 3 (byte 2); write it as an escape such as \\n or \\u0000"),
            (#""\x41""#, "a string holds an unknown or incomplete escape at line 1, column 2 (byte 1); write a backslash as \\\\"),
            ("\"\\u12", "a string holds an unknown or incomplete escape at line 1, column 2 (byte 1); write a backslash as \\\\"),
            ("01", "a number is malformed at line 1, column 1 (byte 0)"),
            ("1.x", "a number is malformed at line 1, column 3 (byte 2)"),
            ("a=b", "expected a value at line 1, column 1 (byte 0); texts and names take double quotes"),
        ] as [(String, String)])
    func explains(text: String, message: String) {
        #expect(Self.error(Array(text.utf8))?.message == message)
    }

    @Test(
        "What is not JSON is refused",
        arguments: [
            "{", "[", "]", "}", ",", ":", "{]", "[}", "{,}", "[,1]", "{\"a\"}", "{\"a\":}", "{1:2}", "[1}", "nul", "nulll", "-",
            "+1", ".5", "1.", "1.e5", "1e", "1e+", "--1", "0x10", "1_000", "00", "-01", "Nan", "INF", "-NaN", "+Infinity",
            "-Infinit", "\"", "\"\\", "\"\\\"", "\"\\u\"", "\"\\u00g0\"", "\u{feff}{}", "{}\0", "undefined", "[1,,2]",
        ])
    func refuses(text: String) {
        #expect(Self.error(Array(text.utf8))?.code == .syntax)
    }

    @Test(
        "Bytes that are not UTF-8 are refused",
        arguments: [
            [0xff], [0x80], [0xc0, 0xaf], [0xc1, 0xbf], [0xc3], [0xe0, 0x80, 0xaf], [0xe6, 0x97], [0xf0, 0x80, 0x80, 0x80],
            [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xc3, 0x28], [0xed, 0x9f], [0xf0, 0x9f, 0x98],
        ] as [[UInt8]])
    func refusesBytes(bytes: [UInt8]) {
        // Also behind eight plain bytes, where the scanner reads words.
        #expect(Self.error([0x22] + bytes + [0x22])?.code == .encoding)
        #expect(Self.error(Array("\"abcdefgh".utf8) + bytes + Array("abcdefgh\"".utf8))?.code == .encoding)
    }

    @Test(
        "Halves of surrogate pairs are refused",
        arguments: [
            #""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #""\udc00\ud800""#, #""\ud800x""#, #""\ud83d\u0041""#, #"{"\uDFFF":1}"#,
        ])
    func refusesSurrogates(text: String) {
        #expect(Self.error(Array(text.utf8))?.code == .loneSurrogate)
        #expect(Self.error(Array(text.utf8), .lenient)?.code == .loneSurrogate)
    }

    @Test("A surrogate in UTF-8 is told apart from other bytes")
    func refusesEncodedSurrogates() {
        #expect(Self.error([0x22, 0xed, 0xa0, 0x80, 0x22])?.code == .loneSurrogate)
    }

    @Test("Only the lenient mode takes control characters in strings", arguments: UInt8(0)..<32)
    func controls(byte: UInt8) throws {
        #expect(Self.error([0x22, byte, 0x22])?.code == .syntax)
        #expect(try Self.kind(bytes: [0x22, byte, 0x22], .lenient) == .string)
    }

    @Test("512 levels are read, 513 are not", arguments: ["[", #"{"a":"#, #"[{"a":["#])
    func depth(opening: String) throws {
        let levels = opening.filter { $0 == "[" || $0 == "{" }.count
        func nested(_ count: Int) -> String {
            let open = String(repeating: opening, count: count / levels + 1)
            var (text, depth) = ("", 0)
            var closing: [Character] = []
            for character in open {
                if character == "[" || character == "{" {
                    if depth == count { break }
                    depth += 1
                    closing.append(character == "[" ? "]" : "}")
                }
                text.append(character)
            }
            if text.hasSuffix(":") { text += "0" }
            return text + String(closing.reversed())
        }
        #expect(Self.error(Array(nested(512).utf8)) == nil)
        #expect(Self.error(Array(nested(513).utf8))?.code == .tooDeep)
        #expect(Self.error(Array(String(repeating: opening, count: 100_000).utf8))?.code == .tooDeep)
    }

    @Test("Integers of 4,300 digits are read, longer ones are not")
    func digits() throws {
        let most = String(repeating: "7", count: 4300)
        #expect(try Self.kind(most) == .integer)
        #expect(try Self.kind("-" + most) == .integer)
        #expect(Self.error(Array((most + "7").utf8))?.code == .tooManyDigits)
        #expect(Self.error(Array("[\(most)7]".utf8))?.message.contains("over 4300 digits at line 1, column 2") == true)
        #expect(try Self.kind(most + "7.0") == .float)
    }

    @Test(
        "Files that are something else are recognised",
        arguments: [
            ([0x1f, 0x8b, 8, 0], "it starts like gzip; send the header Content-Encoding: gzip with it"),
            ([0xff, 0xfe, 0x7b, 0], "it looks like UTF-16 or UTF-32; send UTF-8"),
            ([0x7b, 0, 0x7d, 0], "it looks like UTF-16 or UTF-32; send UTF-8"),
            ([0, 0x7b, 0, 0x7d], "it looks like UTF-16 or UTF-32; send UTF-8"),
        ] as [([UInt8], String)])
    func recognises(bytes: [UInt8], message: String) {
        #expect(Self.error(bytes)?.message == message)
    }

    @Test("A special byte is found at every index of a word", arguments: 0..<24)
    func words(position: Int) throws {
        func text(_ insert: String) -> String {
            "\"" + String(repeating: "x", count: position) + insert + String(repeating: "y", count: 24 - position) + "\""
        }
        #expect(try Self.kind(text("")) == .string)
        #expect(try Self.kind(text("\\n")) == .string)
        #expect(try Self.kind(text("é")) == .string)
        #expect(Self.error(Array(text("\n").utf8))?.offset == position + 1)
        #expect(Self.error(Array(text("\"").utf8))?.offset == position + 2)
        #expect(Self.error(Array(text("\\q").utf8))?.offset == position + 1)
    }

    @Test("Every cut of a text is refused, none traps")
    func truncation() {
        let text = Array(#"{"a\u00e9":[1,-2.5e+3,"x\ud83d\ude00é",true,false,null,NaN,-Infinity],"b":{"c":"\n"}}"#.utf8)
        #expect(Self.error(text) == nil)
        for length in 0..<text.count { #expect(Self.error(Array(text[..<length])) != nil) }
    }
}
