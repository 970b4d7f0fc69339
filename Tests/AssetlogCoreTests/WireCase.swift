import AssetlogCore
import Foundation
import Testing

/// One recorded request with what is expected of this server.
struct WireCase: CustomTestStringConvertible, Sendable {
    var id: String
    var server: String
    var method: String
    var target: [UInt8]
    var headers: [(name: String, value: String)]
    var body: [UInt8]
    var expectedStatus: [Int]
    var expectedError: String?
    /// The text of the member `recorded`: an object, null, "any" or "one".
    var recorded: [UInt8]
    var isEither: Bool

    var testDescription: String { id }

    /// Every case of `Tests/Wire/cases.jsonl` that does not concern HTTP itself.
    static let all: [WireCase] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Wire/cases.jsonl")
        guard let lines = try? Data(contentsOf: file) else { return [] }
        return Array(lines).split(separator: 0x0a).compactMap { WireCase(line: Array($0)) }
    }()

    private init?(line: [UInt8]) {
        let json = TestJSON(line)
        guard let request = json["request"], let expect = json["expect"] else { return nil }
        id = json["id"]?.string ?? ""
        server = json["server"]?.string ?? ""
        method = request["method"]?.string ?? ""
        target = Self.base64(request["target_base64"]) ?? Array((request["target"]?.string ?? "").utf8)
        headers = (request["headers"]?.array ?? []).map { ($0.array?[0].string ?? "", $0.array?[1].string ?? "") }
        body = Self.body(request)
        expectedStatus = (expect["status"]?.array ?? []).compactMap(\.integer)
        expectedError = expect["error"]?.string
        isEither = expect["either"] != nil
        recorded = Self.text(of: "recorded", in: line)
        // What is judged before a report is read: the request line, the transfer and the size.
        let isHTTP =
            target.contains { $0 <= 0x20 || $0 >= 0x80 } || method != method.uppercased() || body.count > 8 << 20
            || headers.contains { $0.name.lowercased() == "content-encoding" }
        if isHTTP { return nil }
    }

    private static func body(_ request: TestJSON) -> [UInt8] {
        if let made = request["body_gen"], let unit = made["unit"]?.string, let count = made["count"]?.integer {
            return Array(
                ((made["prefix"]?.string ?? "") + String(repeating: unit, count: count)
                    + (made["suffix"]?.string ?? "")).utf8)
        }
        return base64(request["body_base64"]) ?? Array((request["body"]?.string ?? "").utf8)
    }

    private static func base64(_ value: TestJSON?) -> [UInt8]? {
        value?.string.flatMap { Data(base64Encoded: $0) }.map { Array($0) }
    }

    // Kept as text, as a tree is not Sendable; the member stands in `expect`, which every case has once.
    private static func text(of name: String, in line: [UInt8]) -> [UInt8] {
        guard let data = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any],
            let expect = data["expect"] as? [String: Any], let value = expect[name],
            let text = try? JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
        else { return Array("null".utf8) }
        return Array(text)
    }
}
