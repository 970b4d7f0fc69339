#if SQLite
/// Some sequences of one list in their order, as a row of the table `entries` holds them: each as its distance from the one
/// before it, in seven bits a byte (LEB128).
struct SequenceSegment {
    /// The most bytes of a segment: a longer row would not stay in one page of the index.
    static let maximumBytes = 800

    /// The segments of one list are found by it: no sequence of the segment is less.
    let start: Int64
    /// The greatest sequence; ``start``, where there is none.
    private(set) var last: Int64
    /// How many sequences there are.
    private(set) var count: Int
    /// The distances.
    private(set) var bytes: [UInt8]

    /// Begins a segment with its first sequence.
    init(startingWith sequence: Int64) {
        (start, last, count, bytes) = (sequence, sequence, 1, [0])
    }

    /// Takes what a row holds.
    init(start: Int64, last: Int64, count: Int, bytes: [UInt8]) {
        (self.start, self.last, self.count, self.bytes) = (start, last, count, bytes)
    }

    /// Adds a sequence that is greater than all others; false: there is no room for it.
    mutating func append(_ sequence: Int64) -> Bool {
        // A distance takes ten bytes at most.
        guard sequence > last, bytes.count <= Self.maximumBytes - 10 else { return false }
        var distance = UInt64(bitPattern: sequence &- last)
        while distance >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: distance) | 0x80)
            distance >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: distance))
        (last, count) = (sequence, count + 1)
        return true
    }

    /// The sequences, as far as the bytes hold any: of a damaged segment some may be missing or wrong.
    static func sequences(from start: Int64, _ bytes: UnsafeRawBufferPointer) -> [Int64] {
        var sequences: [Int64] = []
        sequences.reserveCapacity(bytes.count)
        var (sequence, distance, shift) = (start, UInt64(0), UInt64(0))
        for byte in bytes {
            distance |= UInt64(byte & 0x7f) << shift
            shift += 7
            guard byte < 0x80 else { continue }
            sequence &+= Int64(bitPattern: distance)
            // Sequences are above 0, and in order; the first one may be the start itself.
            guard sequence > (sequences.last ?? start &- 1) else { return sequences }
            sequences.append(sequence)
            (distance, shift) = (0, 0)
        }
        return sequences
    }
}
#endif
