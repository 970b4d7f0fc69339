import AssetlogCore
import Testing

@Suite("An Idempotency-Key")
struct IdempotencyKeyTests {
    @Test(
        "is read in quotes and bare",
        arguments: [
            ("abc", "abc"), ("\"abc\"", "abc"), ("\"a b\"", "a b"), ("\"a\\\"b\\\\\"", "a\"b\\"), ("", nil), ("\"\"", nil),
            ("\"abc", nil), ("\"abc\" x", nil), ("\"a\\b\"", nil), ("a b", nil), ("é", nil), ("\"a\tb\"", nil),
            (String(repeating: "k", count: 255), String(repeating: "k", count: 255)),
            (String(repeating: "k", count: 256), nil),
        ])
    func form(_ value: String, _ key: String?) {
        #expect(IdempotencyKey.parse(Array(value.utf8)).map { String(decoding: $0, as: UTF8.self) } == key)
    }
}
