/// Sequences beyond a cursor's position that were consumed already, while an event before them is still tried.
///
/// A storage keeps it as the text that ``description`` gives, which it need not understand.
public struct ConsumedAhead: Hashable, Sendable, CustomStringConvertible {
    /// The ranges, ascending and apart from each other.
    public let ranges: [ClosedRange<Int64>]

    /// Nothing.
    public init() { ranges = [] }

    /// Takes ranges in any order; those that meet become one.
    public init(_ ranges: [ClosedRange<Int64>]) {
        var merged: [ClosedRange<Int64>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound || range.lowerBound - 1 == last.upperBound {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    /// Reads the text; nil when it is none.
    public init?(_ text: String) {
        var ranges: [ClosedRange<Int64>] = []
        for part in text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, 0 <= first, first <= last else { return nil }
            ranges.append(first...last)
        }
        self.init(ranges)
    }

    /// `12-15,18`; empty: nothing.
    public var description: String {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }

    /// Whether there is nothing.
    public var isEmpty: Bool { ranges.isEmpty }

    /// Whether a sequence was consumed.
    public func contains(_ sequence: Int64) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < sequence { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(sequence)
    }

    /// What is in either.
    public func union(_ other: ConsumedAhead) -> ConsumedAhead { ConsumedAhead(ranges + other.ranges) }
}
