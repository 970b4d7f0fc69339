import Testing

@testable import AssetlogCore

@Suite("A view of JSON")
struct JSONViewTests {
    @Test("counts members, those of one name too, and none of what is no object")
    func members() throws {
        #expect(try JSONView(Array(#" {"a":1,"a":{"b":2},"c":null} "#.utf8)).memberCount == 3)
        for text in ["{}", "[1,2]", "null"] { #expect(try JSONView(Array(text.utf8)).memberCount == 0) }
    }

    @Test("has as many levels as it is allowed")
    func levels() throws {
        let text = Array((String(repeating: "[", count: 514) + String(repeating: "]", count: 514)).utf8)
        #expect(throws: JSONError.self) { try JSONView(text) }
        #expect(try JSONView(text, depth: JSONScanner.maximumStoredDepth).kind == .array)
        #expect(throws: JSONError.self) { try JSONView(text, depth: 513) }
    }

    @Test("finds every part where it stands, whatever is around it", arguments: 0..<200)
    func parts(_ seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let text = Self.text(levels: Int(seed % 9), with: &random)
        let view = try JSONView(Array(" \(text)\n".utf8))
        #expect(Self.rebuilt(view) == TestJSON(text.utf8), "\(text)")
        guard case .object(let members) = TestJSON(text.utf8) else { return }
        for (name, _) in members {
            let last = try #require(members.last { $0.name == name })
            #expect(view[name].map(Self.rebuilt) ?? .null == last.value, "\(name) of \(text)")
        }
    }

    @Test("finds every part of a text that is nearly all brackets, for which an index would be too large")
    func dense() throws {
        let list = Array(repeating: #"[[],{"a":[1]}]"#, count: 20_000).joined(separator: ",")
        let elements = try JSONView(Array("[\(list)]".utf8)).elements
        #expect(elements.count == 20_000)
        #expect(elements.allSatisfy { $0.elements.count == 2 && $0.elements[1]["a"]?.elements.first?.integer == 1 })
    }

    // Members of one name, texts with brackets and quotes, blanks everywhere.
    private static func text(levels: Int, with random: inout SplitMix) -> String {
        let blank = [" ", "", "\n\t", ""].randomElement(using: &random) ?? ""
        let count = Int.random(in: 0...4, using: &random)
        switch levels > 0 ? Int.random(in: 0...5, using: &random) : 5 {
        case 0...2:
            let members = (0..<count).map { _ in
                let name = ["a", "b", "ä{", "\\u0061", "long name ] with brackets"].randomElement(using: &random) ?? ""
                return "\(blank)\"\(name)\"\(blank):\(text(levels: levels - 1, with: &random))"
            }
            return "\(blank){\(members.joined(separator: ","))\(blank)}\(blank)"
        case 3...4:
            let elements = (0..<count).map { _ in text(levels: levels - 1, with: &random) }
            return "\(blank)[\(elements.joined(separator: ","))\(blank)]\(blank)"
        default:
            let scalar = ["1", "-2.5e3", #""x""#, #""{\"[}""#, "true", "null", #""\\""#, "12345678901"].randomElement(using: &random) ?? ""
            return "\(blank)\(scalar)\(blank)"
        }
    }

    private static func rebuilt(_ view: JSONView) -> TestJSON {
        switch view.kind {
        case .object: .object(view.members.map { ($0.name, rebuilt($0.value)) })
        case .array: .array(view.elements.map(rebuilt))
        case .string: .string(view.text ?? "")
        case .integer, .float: .number(String(decoding: view.json, as: UTF8.self))
        case .true, .false: .bool(view.boolean == true)
        case .null: .null
        }
    }
}
