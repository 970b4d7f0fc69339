import AssetlogCore
import Testing

@testable import AssetlogResults

/// The readers take files that nobody here wrote: whatever is in them, they end, with events or with a sentence.
@Suite("Result files that were changed at random")
struct MutationTests {
    private static let words = [
        "null", "-1", "9223372036854775808", "1e999", "NaN", "[]", "{}", "\"\"", "true", "\"x\"", "[[]]", "\\u0000",
    ]

    /// Changes bytes, values and lengths.
    private static func mutated(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<12, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...40, using: &random)))
            case 2: bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + 200)], at: index)
            case 3: if random.next() % 8 == 0 { bytes.removeSubrange(index...) }
            default: replaceValue(in: &bytes, after: index, &random)
            }
        }
        return bytes
    }

    /// Replaces what follows a colon by another value, so that the file mostly stays JSON.
    private static func replaceValue(in bytes: inout [UInt8], after index: Int, _ random: inout SplitMix) {
        guard let colon = bytes[index...].firstIndex(of: 0x3a),
            let end = bytes[colon...].firstIndex(where: { [0x2c, 0x0a, 0x7d, 0x5d].contains($0) })
        else { return }
        let word = words[Int.random(in: 0..<words.count, using: &random)]
        bytes.replaceSubrange(colon + 1..<end, with: Array(word.utf8))
    }

    private func judge(_ reading: ResultReading?) {
        guard let reading else { return }
        #expect(reading.items.count <= ReadingBuilder.maximumItems && reading.unmapped.count <= ReadingBuilder.maximumSentences + 1)
        for item in reading.items { #expect(!item.json.contains(0x0a) && item.eventID != nil && !item.assetKey.parts.contains("")) }
    }

    @Test("give events or a sentence", arguments: Fixture.names)
    func files(name: String) throws {
        let bytes = try Fixture.bytes(name)
        var random = SplitMix(seed: UInt64(name.utf8.reduce(7) { $0 * 31 % 1_000_003 + Int($1) }))
        var read = 0
        for _ in 0..<60 {
            let reading = try? Fixture.read(name, Self.mutated(bytes, &random))
            judge(reading)
            read += reading == nil ? 0 : 1
        }
        // Some of them stay readable, or only the parser would be tried.
        #expect(read > 5)
    }

    @Test("of dbt give events or a sentence", arguments: DbtFiles.Name.allCases)
    func dbt(file: DbtFiles.Name) throws {
        let files = try Fixture.dbt("build")
        let bytes = try #require(files[file])
        var random = SplitMix(seed: UInt64(file.rawValue.utf8.count))
        var read = 0
        for _ in 0..<60 {
            var changed = files
            changed[file] = Self.mutated(bytes, &random)
            let reading = try? DbtReader.read(changed)
            judge(reading)
            read += reading == nil ? 0 : 1
        }
        #expect(read > 5)
    }

    @Test("and cut off anywhere, are refused", arguments: Fixture.names)
    func cutOff(name: String) throws {
        let bytes = try Fixture.bytes(name)
        let end = bytes.lastIndex { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "]") } ?? 0
        for length in stride(from: 0, through: end, by: max(1, bytes.count / 97)) {
            #expect(throws: ResultFileError.self) { try Fixture.read(name, Array(bytes[..<length])) }
        }
    }
}

/// Random numbers that are the same in every run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
