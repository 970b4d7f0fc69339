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

    @Test(
        "is one, however often it is sent; two different ones are refused",
        arguments: [
            ([], nil, nil), (["a"], "a", nil), (["a", "a"], "a", nil), (["a", "\"a\"", "a"], "a", nil),
            (["a", "b"], nil, IdempotencyKey.ambiguity), (["a", "A"], nil, IdempotencyKey.ambiguity),
            (["a", ""], nil, IdempotencyKey.rule), (["a, a"], nil, IdempotencyKey.rule),
        ] as [([String], String?, String?)])
    func several(_ fields: [String], _ key: String?, _ problem: String?) {
        let result = Result { () throws(IdempotencyKey.Failure) in try IdempotencyKey.parse(fields: fields.map { Array($0.utf8) }) }
        switch result {
        case .success(let found):
            #expect(problem == nil)
            #expect(found.map { String(decoding: $0, as: UTF8.self) } == key)
        case .failure(let failure): #expect(failure.message == problem)
        }
    }
}
