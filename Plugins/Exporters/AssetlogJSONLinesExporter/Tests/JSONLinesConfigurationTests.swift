#if JSONLines
import AssetlogCore
import Foundation
import Testing

@testable import AssetlogJSONLinesExporter

struct JSONLinesConfigurationTests {
    private func settings(_ values: [String: [String]]) throws -> JSONLinesSettings {
        try JSONLinesSettings(
            PluginConfiguration(
                section: "exporters.audit", keys: ExporterPlugin.jsonLines.keys, values: values, directory: "/etc",
                dataDirectory: "/data"))
    }

    @Test("the defaults are those of the documents")
    func defaults() throws {
        let settings = try settings(["path": ["./events.jsonl"]])
        #expect(settings.path == "/etc/events.jsonl")
        #expect(settings.rotateBytes == 64 << 20)
        #expect(settings.rotateAfter == nil)
        #expect(settings.keepFiles == nil)
        #expect(settings.compress == Compression.isAvailable)
    }

    @Test(
        "a mistake is refused with the key and what to do",
        arguments: [
            (["rotate_bytes": "1MiB"], "exporters.audit.path is required but missing"),
            (["path": "logs/"], "must name a file"),
            (["path": "x", "rotate_byte": "1MiB"], "did you mean exporters.audit.rotate_bytes?"),
            (["path": "x", "rotate_bytes": "10"], "must be from 1KiB to 1024GiB"),
            (["path": "x", "rotate_bytes": "2000GiB"], "must be from 1KiB to 1024GiB"),
            (["path": "x", "rotate_after": "soon"], "must be a time span"),
            (["path": "x", "keep_files": "-1"], "must be from 0 to 1000000"),
            (["path": "x", "keep_files": "9223372036854775807"], "must be from 0 to 1000000"),
        ])
    func refuses(values: [String: String], message: String) throws {
        #expect {
            _ = try settings(values.mapValues { [$0] })
        } throws: { "\($0)".contains(message) }
    }

    @Test("compression is refused where the build has none", .enabled(if: !Compression.isAvailable))
    func refusesCompression() throws {
        #expect {
            _ = try settings(["path": ["x"], "compress": ["true"]])
        } throws: { "\($0)".contains("trait Gzip") }
    }

    @Test(
        "names of rotated files are read as they are written",
        arguments: ["/a/events.jsonl", "/events", "/a/b.c/x.y.z", "/a/.hidden"])
    func names(path: String) {
        let paths = FilePaths(active: path)
        for number in [1, 999_999, 1_000_000] {
            let plain = paths.rotated(number).split(separator: "/").last.map(String.init) ?? ""
            #expect(paths.number(ofRotated: plain)?.number == number)
            #expect(paths.number(ofRotated: plain)?.isCompressed == false)
            #expect(paths.number(ofRotated: plain + ".gz")?.isCompressed == true)
        }
        #expect(paths.number(ofRotated: "events-1.jsonl") == nil)
        #expect(paths.number(ofRotated: "events-000001.jsonl.bak") == nil)
    }

    @Test("the state is read as it is written, and nothing else is")
    func state() {
        var state = DeliveryState()
        #expect(DeliveryState(text: state.text) == state)
        state.generation = 3
        state.position = 1 << 40
        state.log = .test
        state.event = EventID(high: 7, low: 9)
        state.offset = 77
        state.number = 12
        state.started = 1_790_000_000
        #expect(DeliveryState(text: state.text) == state)
        for count in 0..<state.text.utf8.count {
            #expect(DeliveryState(text: String(state.text.prefix(count))) == nil)
        }
        #expect(DeliveryState(text: state.text.replacing("state 2", with: "state 3")) == nil)
        #expect(DeliveryState(text: state.text.replacing("event 0", with: "event x")) == nil)
    }

    @Test("the state of an older release is read, and knows neither the log nor the event")
    func oldState() {
        let text = "assetlog jsonlines state 1\ngeneration 3\nposition 44\noffset 7\nnumber 2\nstarted 5\nend\n"
        var state = DeliveryState()
        (state.generation, state.position, state.offset, state.number, state.started) = (3, 44, 7, 2, 5)
        #expect(DeliveryState(text: text) == state)
        #expect(DeliveryState(text: text.replacing("state 1", with: "state 2")) == nil)
        #expect(DeliveryState(text: text.replacing("number 2\n", with: "")) == nil)
    }

    @Test("the sample is what the declared keys say")
    func sample() throws {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let sample = try String(contentsOf: directory.appending(path: "sample.yaml"), encoding: .utf8)
        let readme = try String(contentsOf: directory.appending(path: "README.md"), encoding: .utf8)
        #expect(readme.contains(sample))
        for key in ExporterPlugin.jsonLines.keys {
            #expect(sample.contains("## \(key.summary)"))
            #expect(sample.contains(key.isRequired ? "    \(key.name): " : "    # \(key.name): "))
        }
    }
}
#endif
