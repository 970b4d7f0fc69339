import AssetlogCore
import Testing

/// The recorded requests, from the bytes of the request to the event that readers get, without a server.
@Suite struct WireTests {
    @Test("The recorded cases were found")
    func found() {
        #expect(WireCase.all.count > 700)
    }

    @Test("A recorded request gets the expected answer and records the expected event", arguments: WireCase.all)
    func answers(_ wire: WireCase) throws {
        let answer = Reporter(prefix: wire.server == "path-prefix" ? "/dagster" : "", readOnly: wire.server == "read-only")
            .report(wire)
        if wire.isEither { return }
        #expect(wire.expectedStatus.contains(answer.status), "\(answer)")
        if let expected = wire.expectedError, answer.status == 400 { #expect(answer.error == expected) }
        if answer.status >= 400 { #expect(answer.error?.isEmpty == false) }
        switch TestJSON(wire.recorded) {
        case .null: #expect(answer.event == nil)
        case .string("any"): break
        case .object(let members):
            let event = try #require(answer.event)
            for (name, expected) in members where !(name == "asset_key" && expected == .null) {
                let isTable = name == "tags" || name == "metadata"
                let wanted = isTable && expected == .null ? .object([]) : expected
                #expect(matches(wanted, try #require(event[name])), "\(name): \(event)")
            }
            if wire.target.starts(with: "/report_asset_check".utf8), case .object(let expected)? = TestJSON(wire.recorded)["metadata"] {
                #expect(
                    event["metadata"]?.names
                        == expected.map(\.name).sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) })
            }
        default: #expect(answer.event != nil)
        }
    }

    // Marks such as {"$bigint": "12 digits"} stand for values that JSON readers treat differently.
    private func matches(_ expected: TestJSON, _ found: TestJSON) -> Bool {
        switch (expected, found) {
        case (.object(let members), _) where members.count == 1 && members[0].name.hasPrefix("$"):
            return matches(mark: members[0].name, members[0].value, found)
        case (.object(let wanted), .object(let members)):
            return wanted.count == members.count
                && wanted.allSatisfy { name, value in found[name].map { matches(value, $0) } ?? false }
        case (.array(let wanted), .array(let elements)):
            return wanted.count == elements.count && zip(wanted, elements).allSatisfy(matches)
        default: return expected == found
        }
    }

    private func matches(mark: String, _ value: TestJSON, _ found: TestJSON) -> Bool {
        switch (mark, value, found) {
        case ("$nonfinite", _, _): return value == found
        case ("$bigint", .string(let digits), .number(let number)):
            let parts = digits.split(separator: " ")
            return parts.count == 2 ? Int(parts[0]) == number.utf8.count : digits == number
        case ("$long_string", _, .string(let text)): return value["utf8_bytes"]?.integer == text.utf8.count
        case ("$long_array", _, .array(let elements)):
            return value["count"]?.integer == elements.count && value["first"] == elements.first
                && value["last"] == elements.last
        default: return true
        }
    }
}
