import AssetlogCore
import Foundation
import Testing

/// The seeds of the fuzzing targets, run as tests, so that what a fuzzer found once stays found.
@Suite struct CorpusTests {
    static func seeds(_ directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: directory).path()))?.sorted() ?? []
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzz/Corpus")

    static func bytes(_ directory: String, _ seed: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appending(path: "\(directory)/\(seed)")))
    }

    @Test("The seeds were found")
    func found() {
        #expect(Self.seeds("json").count >= 20)
        #expect(Self.seeds("report").count >= 20)
        #expect(Self.seeds("submission").count >= 40)
    }

    @Test("A canonical form is its own canonical form", arguments: seeds("json"))
    func json(seed: String) throws {
        let bytes = try Self.bytes("json", seed)
        for mode in [JSONScanner.Mode.strict, .lenient] {
            do {
                let canonical = try bytes.withUnsafeBytes { try CanonicalJSON.canonical(of: $0, mode: mode) }
                let again = try canonical.withUnsafeBytes { try CanonicalJSON.canonical(of: $0) }
                #expect(again == canonical)
            } catch let error as JSONError {
                #expect(!error.message.isEmpty)
                #expect(error.offset <= bytes.count)
            }
        }
    }

    @Test("A report is refused with a text or becomes an event", arguments: seeds("report"))
    func report(seed: String) throws {
        let lines = try Self.bytes("report", seed).split(
            separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        try #require(lines.count == 3)
        let type = String(decoding: lines[1], as: UTF8.self)
        let answer = Reporter(deployments: ["prod"]).report(
            method: "POST", Array(lines[0]), contentType: type.isEmpty ? nil : type, body: Array(lines[2]))
        #expect(answer.status == 200 ? answer.event != nil : answer.error?.isEmpty == false)
    }

    @Test("An extended report is refused with a text or becomes an event", arguments: seeds("report"))
    func extendedReport(seed: String) throws {
        let lines = try Self.bytes("report", seed).split(
            separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        try #require(lines.count == 3)
        let type = String(decoding: lines[1], as: UTF8.self)
        let answer = Reporter(deployments: ["prod"], extensions: true, takesNotes: true).report(
            method: "POST", Array(lines[0]), contentType: type.isEmpty ? nil : type, body: Array(lines[2]))
        #expect(answer.status == 200 ? answer.event != nil : answer.error?.isEmpty == false)
    }

    @Test("An item is refused with a sentence and a location, or becomes events that can be given back", arguments: seeds("submission"))
    func submission(seed: String) throws {
        let item = try Self.bytes("submission", seed)
        let submission = Submitter().submit(item, with: EventResolver())
        if let error = submission.error {
            #expect(!error.detail.isEmpty)
            #expect(error.pointer.isEmpty || error.pointer.hasPrefix("/"))
        }
        for event in submission.events.prefix(50) {
            let again = Submitter().submit(try RoundTripTests.readBack(event))
            #expect(again.events == [event])
        }
        #expect(submission.error == nil ? !submission.events.isEmpty : submission.events.isEmpty)
    }
}
