#if OpenLineage
import AssetlogCore
import Foundation
import Testing

@testable import AssetlogOpenLineageExporter

struct LineageFileTests {
    private let directory: TemporaryDirectory
    private let file: LineageFile

    init() throws {
        directory = try TemporaryDirectory()
        file = LineageFile(path: directory.file)
    }

    private func append(_ text: String) throws { try file.append(Array(text.utf8)) }

    @Test("a torn line of ours is removed, however short", arguments: 1...20)
    func tornLine(count: Int) throws {
        defer { directory.remove() }
        let line = #"{"eventTime":"2026"}"#
        try append(line + "\n")
        try directory.append(String(line.prefix(count)))
        try append(line + "\n")
        #expect(try directory.text() == "\(line)\n\(line)\n")
    }

    @Test("a torn line that is longer than what is read at once is removed")
    func longTornLine() throws {
        defer { directory.remove() }
        try directory.append("{\"eventTime\":\"1\"}\n{\"eventTime\":\"" + String(repeating: "x", count: 200_000))
        try append("{\"eventTime\":\"2\"}\n")
        #expect(try directory.lines() == [#"{"eventTime":"1"}"#, #"{"eventTime":"2"}"#])
    }

    @Test("somebody else's file is not touched", arguments: ["notes", "a\nb", #"{"event":"#])
    func foreignFile(text: String) throws {
        defer { directory.remove() }
        try directory.append(text)
        #expect {
            try append("{\"eventTime\":\"2\"}\n")
        } throws: { "\($0)".contains("no event of OpenLineage") }
        #expect(try directory.text() == text)
    }

    @Test("a file that is moved away is followed by a new one")
    func movedAway() throws {
        defer { directory.remove() }
        try append("{\"eventTime\":\"1\"}\n")
        try FileManager.default.moveItem(atPath: directory.file, toPath: directory.file + ".1")
        try append("{\"eventTime\":\"2\"}\n")
        #expect(try directory.lines() == [#"{"eventTime":"2"}"#])
    }

    @Test("a directory that is not there is a failure that may pass")
    func missingDirectory() throws {
        directory.remove()
        #expect {
            try append("{}\n")
        } throws: { ($0 as? ExportError)?.isRetriable == true }
    }
}
#endif
