import Foundation
import Testing

@Suite("assetlog receiver try")
struct ReceiverCommandTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-receiver-\(UUID().uuidString)")

    private static let run = "0190a0b0-1111-7222-8333-444444444444"

    private static func event(_ type: String, _ more: String = "") -> String {
        #"{"eventType":"\#(type)","eventTime":"2026-11-20T10:00:00Z","producer":"p","run":{"runId":"\#(run)"},"#
            + #""job":{"namespace":"j","name":"load"}\#(more)}"#
    }

    private static let outputs = #","outputs":[{"namespace":"postgres://db","name":"shop.public.orders"}]"#

    private func file(_ text: String) throws -> String {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let file = directory.appending(path: "events")
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    @Test(
        "shows what a receiver would record of one message, a list of them, or lines",
        arguments: [
            event("START", outputs), "[\(event("START", outputs))]", event("START", outputs) + "\n\n" + event("RUNNING") + "\n",
        ])
    func shows(_ text: String) throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let result = try assetlog("receiver", "try", "openlineage", file(text))
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("MESSAGE  KIND"))
        #expect(result.output.contains("materialization_started"))
        #expect(result.output.contains("shop/public/orders"))
    }

    @Test("lets a message find what an earlier one of the file said")
    func earlier() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let failure = Self.event("FAIL", #","inputs":[]"#)
        let both = try assetlog("receiver", "try", "openlineage", file("[\(Self.event("START", Self.outputs)),\(failure)]"))
        #expect(both.status == 0, "\(both.errors)")
        #expect(both.output.contains("materialization_failed"))
        let alone = try assetlog("receiver", "try", "openlineage", file(failure))
        #expect(alone.status == 2)
        #expect(alone.output.contains("nothing is recorded"))
        #expect(alone.errors.contains("message 1: The run ended with FAIL and names no outputs"))
    }

    @Test("prints events as the event API shows them with --json, with the rules of a configuration")
    func json() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let result = try assetlog(
            "receiver", "try", "openlineage", file(Self.event("COMPLETE", Self.outputs)), "--json", "--set",
            "receivers.openlineage.names=postgres://** -> whole")
        #expect(result.status == 0, "\(result.errors)")
        let event = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(event["asset_key"] as? [String] == ["shop.public.orders"])
        #expect(event["kind"] as? String == "materialization")
    }

    @Test("says what is wrong with a message, a receiver and a file")
    func mistakes() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let wrong = try assetlog("receiver", "try", "openlineage", file("{\"eventType\":"))
        #expect(wrong.status == 2)
        #expect(wrong.errors.contains("message 1: The body is no JSON: it ends too early"))
        let unknown = try assetlog("receiver", "try", "openlinage", file("{}"))
        #expect(unknown.status == 1)
        #expect(unknown.errors.contains("did you mean openlineage?"), "\(unknown.errors)")
        let missing = try assetlog("receiver", "try", "openlineage", "nothing-here")
        #expect(missing.status == 1)
        #expect(missing.errors.contains("there is no such file"), "\(missing.errors)")
    }
}
