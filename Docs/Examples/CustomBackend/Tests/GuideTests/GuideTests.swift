import Foundation
import Testing

/// Keeps the guide for plugin authors true: every piece of Swift in it is a piece of this example.
struct GuideTests {
    private static let example = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let guide = example.appending(path: "../../Plugins.md").standardizedFileURL

    @Test("every code block of the guide stands in the example, word for word")
    func blocksAreTrue() throws {
        let sources = try Self.sources()
        let blocks = try Self.swiftBlocks(in: String(contentsOf: Self.guide, encoding: .utf8))
        #expect(blocks.count >= 5)
        for block in blocks {
            #expect(sources.contains { $0.contains(block) }, "This block is in no file of the example:\n\(block)")
        }
    }

    private static func sources() throws -> [String] {
        var texts = [try String(contentsOf: example.appending(path: "Package.swift"), encoding: .utf8)]
        for directory in ["Sources", "Tests"] {
            let path = example.appending(path: directory)
            for case let file as URL in FileManager.default.enumerator(at: path, includingPropertiesForKeys: nil) ?? .init()
            where file.pathExtension == "swift" {
                texts.append(try String(contentsOf: file, encoding: .utf8))
            }
        }
        return texts
    }

    private static func swiftBlocks(in text: String) -> [String] {
        text.components(separatedBy: "```swift\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
    }
}
