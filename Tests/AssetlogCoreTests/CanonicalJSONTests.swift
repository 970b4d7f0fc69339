import AssetlogCore
import Foundation
import Testing

@Suite struct CanonicalJSONTests {
    static func canonical(_ text: String, _ mode: JSONScanner.Mode = .strict) throws -> String {
        var text = text
        return try text.withUTF8 {
            String(decoding: try CanonicalJSON.canonical(of: UnsafeRawBufferPointer($0), mode: mode), as: UTF8.self)
        }
    }

    static func metadata(_ text: String, sorted: Bool = false) throws -> String? {
        var text = text
        return try text.withUTF8 {
            try CanonicalJSON.metadata(of: UnsafeRawBufferPointer($0), sorted: sorted).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }

    @Test(
        "Values get one form",
        arguments: [
            (" { } ", "{}"), ("[ ]", "[]"), ("[ 1 , [ ] , { } ]", "[1,[],{}]"), ("-0", "0"), ("0", "0"), ("-10", "-10"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("0.973", "0.973"), ("1.0", "1.0"), ("1.50", "1.5"), ("1.000", "1.0"), ("-0.0", "-0.0"), ("-0.50", "-0.5"), ("0.000", "0.0"),
            ("100.0", "100.0"), ("0.0001", "0.0001"), ("0.00010", "0.0001"), ("0.00001", "1e-05"), ("0.00012", "0.00012"),
            ("1e5", "100000.0"), ("1E-5", "1e-05"), ("1e22", "1e+22"), ("1e400", "Infinity"), ("-1e400", "-Infinity"),
            ("1e-400", "0.0"), ("5e-324", "5e-324"), ("123456789.123456789", "123456789.12345679"),
            ("0.1234567890123456789", "0.12345678901234568"), ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("9007199254740993.0", "9007199254740992.0"), ("9999999999999998.0", "9999999999999998.0"),
            ("-9.944692559072974e15", "-9944692559072974.0"), ("1e15", "1000000000000000.0"), ("1e16", "1e+16"),
            ("12345678901234.5", "12345678901234.5"),
            ("123456789012345.0", "123456789012345.0"), ("NaN", "NaN"), ("Infinity", "Infinity"), ("-Infinity", "-Infinity"),
            (#""\u0041\u00e9\u65e5\ud83d\ude00\/""#, #""Aé日😀/""#),
            (#""\"\\\n\r\t\b\f\u0000\u001F\u007f""#, #""\"\\\n\r\t\u0008\u000c\u0000\u001f\#u{7f}""#),
            ("true", "true"), ("null", "null"), (#""plain text that is longer than a word""#, #""plain text that is longer than a word""#),
        ] as [(String, String)])
    func values(written: String, canonical: String) throws {
        #expect(try Self.canonical(written) == canonical)
    }

    @Test(
        "Names are sorted by code points, and of a duplicate name the last stays",
        arguments: [
            (#"{"b":1,"a":2}"#, #"{"a":2,"b":1}"#),
            (#"{"a":1,"a":2}"#, #"{"a":2}"#),
            (#"{"b":1,"a":2,"b":3}"#, #"{"a":2,"b":3}"#),
            (#"{"a":1,"\u0061":2}"#, #"{"a":2}"#),
            (#"{"z":{"y":1,"x":{"w":2,"v":3}},"a":[{"c":1,"b":2}]}"#, #"{"a":[{"b":2,"c":1}],"z":{"x":{"v":3,"w":2},"y":1}}"#),
            (#"{"b":{"d":1,"c":2},"b":{"f":1,"e":2}}"#, #"{"b":{"e":2,"f":1}}"#),
            (#"{"aa":1,"a":2,"":3,"ab":4}"#, #"{"":3,"a":2,"aa":1,"ab":4}"#),
            ("{\"\u{ffff}\":1,\"😀\":2,\"é\":3,\"z\":4}", "{\"z\":4,\"é\":3,\"\u{ffff}\":1,\"😀\":2}"),
            // A quote, a backslash and controls sort as themselves, not as their escapes.
            (
                ##"{"\\":1,"A":2,"\"":3,"!":4,"#":5,"\u0001":6,"\n":7,"\u0010":8}"##,
                ##"{"\u0001":6,"\n":7,"\u0010":8,"!":4,"\"":3,"#":5,"A":2,"\\":1}"##
            ),
            (#"{"x\u001f":1,"x\t":2,"x\u000b":3}"#, #"{"x\t":2,"x\u000b":3,"x\u001f":1}"#),
            (#"{"a\\n":1,"a\n":2}"#, #"{"a\n":2,"a\\n":1}"#),
            (#"[{"b":1,"a":2},{"d":3,"c":[{"f":1,"e":2},{"h":1,"g":2}]}]"#, #"[{"a":2,"b":1},{"c":[{"e":2,"f":1},{"g":2,"h":1}],"d":3}]"#),
        ] as [(String, String)])
    func names(written: String, canonical: String) throws {
        #expect(try Self.canonical(written) == canonical)
        #expect(try Self.canonical(canonical) == canonical)
    }

    @Test("Metadata gets a type per label, and keeps the order unless it is sorted")
    func metadata() throws {
        let written = #"{"rows": 10, "source": "s3://x", "ok": true, "ratio": 0.5, "none": null, "j": {"b": [1.0], "a": -0}, "n": NaN}"#
        #expect(
            try Self.metadata(written)
                == #"{"rows":{"type":"int","value":10},"source":{"type":"text","value":"s3://x"},"ok":{"type":"bool","value":true},"#
                + #""ratio":{"type":"float","value":0.5},"none":{"type":"null","value":null},"#
                + #""j":{"type":"json","value":{"a":0,"b":[1.0]}},"n":{"type":"float","value":NaN}}"#)
        #expect(
            try Self.metadata(#"{"b":1,"a":2}"#, sorted: true)
                == #"{"a":{"type":"int","value":2},"b":{"type":"int","value":1}}"#)
        #expect(try Self.metadata("[]") == nil)
        #expect(try Self.metadata(" { } ") == "{}")
    }

    @Test("A doubled label stays where it was first, with its last value", arguments: [2, 5, 40])
    func doubledLabels(count: Int) throws {
        let labels = (0..<count).map { "\"l\(($0 * 7) % count)\":\($0)" }
        let written = "{" + (labels + [#""l0":true"#]).joined(separator: ",") + "}"
        let expected = (0..<count).map { index in
            index == 0 ? #""l0":{"type":"bool","value":true}"# : "\"l\((index * 7) % count)\":{\"type\":\"int\",\"value\":\(index)}"
        }
        #expect(try Self.metadata(written) == "{" + expected.joined(separator: ",") + "}")
    }

    @Test("The lenient mode escapes what stood raw")
    func lenient() throws {
        #expect(try Self.canonical("{\"a\nb\":\"\t\0\"}", .lenient) == #"{"a\nb":"\t\u0000"}"#)
    }

    /// The processor's time of this thread, which other work on the machine does not lengthen.
    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test("Deep and unsorted objects take time in proportion to their size")
    func deep() throws {
        let levels = 250
        let open = String(repeating: #"{"b":{"z":1,"y":"#, count: levels)
        let close = String(repeating: #"},"a":1}"#, count: levels)
        let leaf = "\"" + String(repeating: "x", count: 1 << 20) + "\""
        let start = Self.threadSeconds()
        _ = try Self.canonical(open + leaf + close)
        // Moving the megabyte once per level would take seconds of the processor in a debug build.
        #expect(Self.threadSeconds() - start < 2)
        let again = try Self.canonical(open + "0" + close)
        #expect(try Self.canonical(again) == again)
        #expect(again.hasPrefix(#"{"a":1,"b":{"y":{"a":1,"b":{"y""#))
    }

    @Test(
        "An array of strings is read, anything else is not",
        arguments: [
            (#"["a","b"]"#, ["a", "b"]), (#" [ "a" , "\u00e9\n" ] "#, ["a", "é\n"]), ("[]", []), (#"[""]"#, [""]),
            (#"["a",1]"#, nil), ("{}", nil), (#""a""#, nil), ("", nil), (#"["a""#, nil), (#"[["a"]]"#, nil), (#"["\ud800"]"#, nil),
        ] as [(String, [String]?)])
    func strings(written: String, read: [String]?) {
        #expect(CanonicalJSON.strings(inArray: Array(written.utf8)) == read)
    }
}
