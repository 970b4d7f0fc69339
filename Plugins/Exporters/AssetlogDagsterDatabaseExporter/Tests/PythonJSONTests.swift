#if DagsterDatabase
import Testing

@testable import AssetlogDagsterDatabaseExporter

struct PythonJSONTests {
    @Test(
        "canonical JSON becomes what json.dumps writes",
        arguments: [
            ("{}", "{}"), ("[]", "[]"), (#"{"a":1,"b":[true,null]}"#, #"{"a": 1, "b": [true, null]}"#),
            (#"["a,b:c"]"#, #"["a,b:c"]"#), (#""é""#, #""\u00e9""#), (#""😀\n""#, #""\ud83d\ude00\n""#),
            ("\"\u{7f}/<\u{2028}\"", #""\u007f/<\u2028""#), (#""\u0000\u0008\u000c\u001f""#, #""\u0000\b\f\u001f""#),
            (#""\"\\\t\r""#, #""\"\\\t\r""#), ("[NaN,-Infinity,1e+16,1e-05]", "[NaN, -Infinity, 1e+16, 1e-05]"),
        ])
    func converts(canonical: String, python: String) {
        var json = PythonJSON()
        json.append(canonical: Array(canonical.utf8)[...])
        #expect(String(decoding: json.bytes, as: UTF8.self) == python)
    }

    @Test(
        "a text becomes what json.dumps writes",
        arguments: [
            ("", #""""#), ("a\"\\/", #""a\"\\/""#), ("\u{0}\u{8}\t\n\u{c}\r\u{1f}\u{7f}", #""\u0000\b\t\n\f\r\u001f\u007f""#),
            ("日本😀e\u{301}", #""\u65e5\u672c\ud83d\ude00e\u0301""#),
        ])
    func writes(text: String, python: String) {
        var json = PythonJSON()
        json.append(string: text)
        #expect(String(decoding: json.bytes, as: UTF8.self) == python)
    }

    @Test("times are Python's floats", arguments: [(1_790_000_000_000_000, "1790000000.0"), (1_795_457_345_977_038, "1795457345.977038")])
    func times(microseconds: Int64, python: String) {
        var json = PythonJSON()
        json.append(number: Double(microseconds) / 1_000_000)
        #expect(String(decoding: json.bytes, as: UTF8.self) == python)
    }
}
#endif
