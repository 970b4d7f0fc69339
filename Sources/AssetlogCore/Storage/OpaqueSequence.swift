/// A number that stands for a sequence of one log, and that only its servers can make and read.
///
/// A page by time continues from the event that was looked at last. A client that may not read that event gets such a number for
/// it: were its sequence accepted from any caller, any reporter could find out when an event happened, by pages that
/// start there. It is a permutation of 52 bits (a Feistel network of SipHash, under the identity of the log), above all sequences
/// and within the integers that JSON numbers of every client hold. A number that was guessed names an event by chance alone, and
/// the chance is that of a sequence among 2^52.
package struct OpaqueSequence: Sendable {
    private static let halfBits: UInt64 = 26
    private static let mask: UInt64 = 1 << halfBits - 1
    /// The numbers that stand for sequences.
    package static let numbers: Range<Int64> = 1 << 52..<1 << 53

    private let log: LogID

    /// Makes the numbers of a log.
    package init(_ log: LogID) {
        self.log = log
    }

    /// The number of a sequence; nil: it is greater than any log's.
    package func number(of sequence: Int64) -> Int64? {
        guard (0..<Self.numbers.lowerBound).contains(sequence) else { return nil }
        var (left, right) = Self.halves(sequence)
        for round in 0..<8 { (left, right) = (right, left ^ mix(right, UInt64(round))) }
        return Self.numbers.lowerBound | Int64(left << Self.halfBits | right)
    }

    /// The sequence of a number; nil: it stands for none.
    package func sequence(of number: Int64) -> Int64? {
        guard Self.numbers.contains(number) else { return nil }
        var (left, right) = Self.halves(number - Self.numbers.lowerBound)
        for round in (0..<8).reversed() { (left, right) = (right ^ mix(left, UInt64(round)), left) }
        return Int64(left << Self.halfBits | right)
    }

    private static func halves(_ number: Int64) -> (UInt64, UInt64) {
        (UInt64(number) >> halfBits, UInt64(number) & mask)
    }

    private func mix(_ half: UInt64, _ round: UInt64) -> UInt64 {
        var hash = SipHash128(key: (log.high, log.low))
        hash.combine(round)
        hash.combine(half)
        return hash.finished().low & Self.mask
    }
}
