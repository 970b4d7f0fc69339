import AssetlogCore
import Testing

@Suite("The number that stands for a sequence")
struct OpaqueSequenceTests {
    private let numbers = OpaqueSequence(LogID(high: 1, low: 2))

    @Test("leads back to it, and is no sequence", arguments: [0, 1, 2, 1_200_000, 1 << 40, 1 << 52 - 1] as [Int64])
    func roundTrip(_ sequence: Int64) throws {
        let number = try #require(numbers.number(of: sequence))
        #expect(OpaqueSequence.numbers.contains(number))
        #expect(numbers.sequence(of: number) == sequence)
    }

    @Test("is another one in another log, and for the next sequence")
    func others() throws {
        let all = (1...1000).compactMap { numbers.number(of: $0) }
        #expect(Set(all).count == 1000)
        #expect(zip(all, all.dropFirst()).allSatisfy { abs($0 - $1) > 1 })
        let other = OpaqueSequence(LogID(high: 1, low: 3))
        #expect(all.compactMap { other.sequence(of: $0) }.allSatisfy { $0 > 1000 })
    }

    @Test("is not made of what is no sequence", arguments: [-1, 1 << 52, .max, .min] as [Int64])
    func bounds(_ sequence: Int64) {
        #expect(numbers.number(of: sequence) == nil)
        #expect(numbers.sequence(of: sequence) == nil || sequence == 1 << 52)
    }
}
