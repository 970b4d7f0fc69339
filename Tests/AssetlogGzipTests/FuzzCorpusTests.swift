#if Gzip
import AssetlogGzip
import Foundation
import Testing

/// The seeds of the fuzz target FuzzGzip, with its property, in every test run.
@Suite struct FuzzCorpusTests {
    static var seeds: [URL] {
        let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fuzz/Corpus/gzip")
        return (try? FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)) ?? []
    }

    @Test("There are seeds") func hasSeeds() { #expect(Self.seeds.count >= 20) }

    @Test("A seed decodes to the same in any pieces, and to no more than the limit", arguments: seeds)
    func replay(_ seed: URL) throws {
        let bytes = [UInt8](try Data(contentsOf: seed))
        let limits = GzipLimits(maximumBytes: 100_000, maximumRatio: .max)
        let whole = try DecodingResult(bytes, pieceSize: max(1, bytes.count), limits: limits)
        #expect(whole.output.count <= 100_000)
        for pieceSize in [1, 3, 100] {
            #expect(try DecodingResult(bytes, pieceSize: pieceSize, limits: limits) == whole)
        }
    }
}
#endif
