import AssetlogCore
import Testing

@Suite struct VoidDetailsTests {
    private static let id = EventID(high: 0x0193_b0a0_1111_7222, low: 0x8333_4444_4444_4444)

    @Test("A void names its event and the reason, in one form", arguments: ["wrong file", "", "a \"b\"\n", "é"])
    func void(reason: String) throws {
        let details = VoidDetails(voids: Self.id, reason: reason)
        #expect(VoidDetails(details.json) == details)
        #expect(CanonicalJSON.isCanonical(details.json, .object))
        #expect(
            try CanonicalJSON.canonical(of: #"{"voids":"\#(Self.id)"}"#).dropLast().elementsEqual(
                details.json.prefix { $0 != UInt8(ascii: ",") }))
    }

    @Test(
        "A wipe names its partitions, or none for the whole asset",
        arguments: [(nil, #"{"reason":"r"}"#), (["a", "", "é\""], #"{"partitions":["a","","é\""],"reason":"r"}"#)] as [([String]?, String)])
    func wipe(partitions: [String]?, json: String) {
        let details = WipeDetails(partitions: partitions, reason: "r")
        #expect(String(decoding: details.json, as: UTF8.self) == json)
        #expect(WipeDetails(details.json) == details)
    }

    @Test(
        "What is not the details of either is none",
        arguments: [
            "", "{}", "[]", "null", #"{"voids":5,"reason":"r"}"#, #"{"voids":"x","reason":"r"}"#, #"{"tags":{},"metadata":{}}"#,
            #"{"partitions":[],"reason":"r"}"#, #"{"partitions":["a",5],"reason":"r"}"#, #"{"partitions":"a","reason":"r"}"#,
        ])
    func neither(json: String) {
        if !json.contains("voids") { #expect(WipeDetails(Array(json.utf8)) == nil) }
        #expect(VoidDetails(Array(json.utf8)) == nil)
    }

    @Test("Details that are cut off are read without harm")
    func cut() {
        for details in [VoidDetails(voids: Self.id, reason: "why").json, WipeDetails(partitions: ["a", "b"], reason: "why").json] {
            for length in details.indices {
                _ = VoidDetails(Array(details.prefix(length)))
                _ = WipeDetails(Array(details.prefix(length)))
            }
        }
    }

    @Test("A wipe covers the partitions that it names, compared by their bytes, or everything")
    func coverage() {
        let all = WipeDetails(reason: "r")
        #expect(all.covers(partition: nil) && all.covers(partition: "a"))
        let some = WipeDetails(partitions: ["a", "\u{e9}"], reason: "r")
        #expect(some.covers(partition: "a") && some.covers(partition: "\u{e9}"))
        #expect(!some.covers(partition: nil) && !some.covers(partition: "b") && !some.covers(partition: "e\u{301}"))
    }

    @Test("The identity of a void follows from its event's, and is no other derived identity")
    func identity() {
        #expect(Self.id.voidID == Self.id.voidID)
        #expect(Self.id.voidID.description == "4c59c670-d8d0-8807-8a7b-6c64ce6cf52d")
        let others = [Self.id, Self.id.item(at: 0), Self.id.expanded(at: 1), Self.id.voidID.voidID]
        #expect(!others.contains(Self.id.voidID))
    }

    @Test("An event is shown with the void of it after its columns")
    func shown() throws {
        let event = Event(
            id: Self.id, kind: .void, assetKey: AssetKey(["a"]), timestamp: Timestamp(microseconds: 0),
            receivedAt: Timestamp(microseconds: 0),
            reportedBy: "ann", details: VoidDetails(voids: EventID(high: 1, low: 1), reason: "why").json)
        let voiding = try #require(Voiding(event))
        var json: [UInt8] = []
        EventJSON.append(LoggedEvent(sequence: 1, event: event), voiding: voiding, to: &json)
        #expect(
            String(decoding: json, as: UTF8.self).hasSuffix(
                #""metadata":{},"check_name":null,"passed":null,"severity":null,"#
                    + #""voids":"00000000-0000-0001-0000-000000000001","reason":"why","timestamp":"1970-01-01T00:00:00.000000Z","#
                    + #""received_at":"1970-01-01T00:00:00.000000Z","reported_by":"ann","#
                    + #""voided":{"event_id":"\#(Self.id)","by":"ann","reason":"why","timestamp":"1970-01-01T00:00:00.000000Z"}}"#))
        var materialization = event
        materialization.kind = .materialization
        #expect(Voiding(materialization) == nil)
    }
}

extension CanonicalJSON {
    fileprivate static func isCanonical(_ json: [UInt8], _ kind: JSONKind) -> Bool {
        json.withUnsafeBytes { isCanonical($0, kind) }
    }

    fileprivate static func canonical(of json: String) throws -> [UInt8] {
        try Array(json.utf8).withUnsafeBytes { try canonical(of: $0) }
    }
}
