import AssetlogCore
import AssetlogOpenLineage
import Testing

struct ReceivedLineageEventTests {
    private func read(_ text: String) throws -> ReceivedLineageEvent? {
        ReceivedLineageEvent(try JSONView(Array(text.utf8)))
    }

    @Test(
        "a time is read as producers write it",
        arguments: [
            ("2026-11-30T10:00:00Z", "2026-11-30T10:00:00.000000Z"), ("2026-11-30T10:00:00.1234567+02:00", "2026-11-30T08:00:00.123456Z"),
            ("2026-11-30T10:00:00.5", "2026-11-30T10:00:00.500000Z"), ("2026-11-30 10:00:00", "2026-11-30T10:00:00.000000Z"),
            ("2026-11-30T10:00:00+0200", "2026-11-30T08:00:00.000000Z"),
        ])
    func times(text: String, expected: String) throws {
        #expect(try read(#"{"eventTime": "\#(text)", "run": {}}"#)?.time?.description == expected)
    }

    @Test("what is no time is none", arguments: [#""""#, #""now""#, "1", "null", #""2026-13-01T00:00:00Z""#, #""ééééééé""#])
    func noTimes(json: String) throws {
        #expect(try read(#"{"eventTime": \#(json), "run": {}}"#)?.time == nil)
    }

    private static let id = "0190a0b0-1111-7222-8333-44444444444a"

    @Test(
        "the identity of a run is read as producers write it",
        arguments: [id, id.uppercased(), "{\(id)}", "{\(id.uppercased())}", "urn:uuid:\(id)", "0190a0b0111172228333" + "44444444444a"])
    func runIDs(text: String) throws {
        #expect(try read(#"{"run": {"runId": "\#(text)"}}"#)?.runID?.description == Self.id)
    }

    @Test("a run whose identity is no UUID has one that follows from it")
    func otherRunIDs() throws {
        func id(_ text: String) throws -> EventID? { try read(#"{"run": {"runId": "\#(text)"}}"#)?.runID }
        #expect(try id("manual__2026") != nil)
        #expect(try id("manual__2026") == id("manual__2026"))
        #expect(try id("manual__2026") != id("manual__2027"))
        #expect(try id("") == nil)
    }

    @Test(
        "what an event is about follows from what it has",
        arguments: [
            (#"{"run": {}, "job": {}, "dataset": {}}"#, ReceivedLineageEvent.Subject.run), (#"{"dataset": {}}"#, .dataset),
            (#"{"job": {}, "inputs": []}"#, .job), (#"{"run": 1, "job": {}}"#, .job),
        ])
    func subjects(text: String, subject: ReceivedLineageEvent.Subject) throws {
        #expect(try read(text)?.subject == subject)
    }

    @Test("what has none of them is no event", arguments: ["{}", "[]", "1", #""run""#, #"{"run": null, "outputs": [{}]}"#])
    func noEvents(text: String) throws {
        #expect(try read(text) == nil)
    }

    @Test("a facet that was taken back is not there, and of two the last counts")
    func deletedFacets() throws {
        let event = try read(#"{"run": {"facets": {"a": {"_deleted": true}, "b": {"x": 1}, "b": {"x": 2}, "c": null}}}"#)
        #expect(event?.runFacets["a"] == nil)
        #expect(event?.runFacets["b"]?["x"]?.integer == 2)
        #expect(event?.runFacets["c"] == nil)
    }

    @Test("of too many datasets and facets only the first are read")
    func bounds() throws {
        let outputs = Array(repeating: #"{"name": "a"}"#, count: ReceivedLineageEvent.maximumDatasets + 3).joined(separator: ",")
        let event = try #require(try read(#"{"run": {}, "outputs": [1, \#(outputs)]}"#))
        #expect(event.outputs.count == ReceivedLineageEvent.maximumDatasets)
        #expect(event.omittedDatasets == 4)
        let facets = (0...ReceivedFacets.maximumCount).map { #""f\#($0)": {}"# }.joined(separator: ",")
        let cut = try #require(try read(#"{"run": {"facets": {\#(facets)}}}"#))
        #expect(cut.runFacets.all.count == ReceivedFacets.maximumCount)
        #expect(cut.runFacets.isCut)
    }

    @Test("a glance sees the same as the whole event")
    func glance() throws {
        let text = #"{"eventType": "fail", "run": {"runId": "\#(Self.id)"}, "outputs": [null, {"name": "a"}]}"#
        let glance = try #require(ReceivedLineageEvent.glance(at: try JSONView(Array(text.utf8))))
        #expect(glance.state == .fail)
        #expect(glance.runID.description == Self.id)
        #expect(glance.hasOutputs)
        #expect(try read(text)?.state == .fail)
    }
}

struct ReceivedIdentityTests {
    private let run = EventID(high: 0x0190_a0b0_1111_7222, low: 0x8333_4444_4444_4444)

    // Python: uuid.uuid5(uuid.UUID("0190a0b0-1111-7222-8333-444444444444"), "5:START1:0")
    @Test("the identity of a start is the one that any library makes of the run's")
    func start() throws {
        #expect(try ReceivedIdentity.start(of: run).description == "1880b665-626b-58f7-b012-7aecaffa7c1d")
    }

    @Test("texts that are divided in another way, and other runs, have other identities")
    func divisions() throws {
        let lists = [["a", "b"], ["ab"], ["a", "b", ""], ["", "a", "b"], ["1:a", "b"], ["b", "a"], ["START", "0"], []]
        var ids = Set(try lists.map { try ReceivedIdentity.part($0, of: run) })
        ids.formUnion(try lists.map { try ReceivedIdentity.part($0, of: EventID(high: 1, low: 2)) })
        ids.formUnion(try lists.map { try ReceivedIdentity.part($0) })
        #expect(ids.count == 3 * lists.count)
    }
}
