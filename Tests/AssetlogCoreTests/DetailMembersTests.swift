import AssetlogCore
import Testing

@Suite struct DetailMembersTests {
    @Test(
        "A member of the details is found, and none in what is not an object",
        arguments: [
            (#"{"a":"x\"}","b":[1,{"c":2}],"c":true}"#, "c", "true"), (#"{"a":{"c":1},"b":2}"#, "c", nil),
            (#"{"a":"\\","b":5}"#, "b", "5"), ("{}", "a", nil), ("", "a", nil), ("{\"a\"", "a", nil),
            ("{\"a\":", "a", nil),
            ("{\"a\":\"x", "a", nil), ("{\"a\":[", "a", nil), ("[1]", "a", nil), ("{\"a\\", "a", nil),
        ] as [(String, String, String?)])
    func members(_ details: String, name: String, value: String?) {
        let found = DetailMembers.value(of: name, in: Array(details.utf8))
        #expect(found.map { String(decoding: $0, as: UTF8.self) } == value)
    }
}
