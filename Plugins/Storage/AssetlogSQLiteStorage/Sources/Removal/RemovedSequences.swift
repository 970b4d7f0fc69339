#if SQLite
internal import AssetlogSQLite

/// Tells which sequences of a log were removed, by the table `removed`: a bitmap for each block of sequences.
///
/// It reads within one snapshot, and remembers the block that it looked at last. What is not removed, and has no row, is lost.
final class RemovedSequences {
    /// Sequences with the same `sequence >> blockBits` are one block.
    static let blockBits: Int64 = 12
    static let blockBytes = 1 << blockBits / 8

    private let find: Statement
    private var block: Int64 = .min
    private var bitmap = RemovalBitmap()

    init(_ database: Connection) throws {
        find = try database.statement("SELECT bits FROM removed WHERE block = ?")
    }

    func contains(_ sequence: Int64) throws -> Bool {
        try read(sequence >> Self.blockBits)
        return bitmap.contains(sequence)
    }

    /// The first sequence of a range that was removed, or that was not; nil: there is none.
    func first(in range: ClosedRange<Int64>, isRemoved: Bool) throws -> Int64? {
        var sequence = range.lowerBound
        while sequence <= range.upperBound {
            try read(sequence >> Self.blockBits)
            let last = min(range.upperBound, sequence | (1 << Self.blockBits - 1))
            if let found = bitmap.first(in: sequence...last, isSet: isRemoved) { return found }
            guard last < range.upperBound else { return nil }
            sequence = last + 1
        }
        return nil
    }

    private func read(_ block: Int64) throws {
        guard block != self.block else { return }
        try find.bind(block, at: 1)
        defer { find.reset() }
        bitmap = try find.step() ? RemovalBitmap(Array(find.bytes(0))) : RemovalBitmap()
        self.block = block
    }
}

/// Which sequences of one block were removed.
struct RemovalBitmap {
    /// As they are stored: no bytes, when all were.
    private(set) var bytes: [UInt8]

    /// Makes the bitmap of a block of which none was.
    init() { bytes = Array(repeating: 0, count: RemovedSequences.blockBytes) }

    /// Makes what is stored; of another length than a bitmap has, it names none, so that what it should name counts as lost.
    init(_ stored: [UInt8]) {
        bytes = stored.isEmpty || stored.count == RemovedSequences.blockBytes ? stored : RemovalBitmap().bytes
    }

    /// How many were removed.
    var count: Int {
        bytes.isEmpty ? 8 * RemovedSequences.blockBytes : bytes.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    func contains(_ sequence: Int64) -> Bool {
        let (byte, bit) = Self.position(of: sequence)
        return bytes.isEmpty || bytes[byte] & bit != 0
    }

    mutating func insert(_ sequence: Int64) {
        guard !bytes.isEmpty else { return }
        let (byte, bit) = Self.position(of: sequence)
        bytes[byte] |= bit
        if bytes[byte] == .max, bytes.allSatisfy({ $0 == .max }) { bytes = [] }
    }

    func first(in range: ClosedRange<Int64>, isSet: Bool) -> Int64? {
        if bytes.isEmpty { return isSet ? range.lowerBound : nil }
        let uniform: UInt8 = isSet ? 0 : .max
        var sequence = range.lowerBound
        while sequence <= range.upperBound {
            let (byte, bit) = Self.position(of: sequence)
            if bytes[byte] == uniform {
                sequence = (sequence | 7) + 1
            } else if (bytes[byte] & bit != 0) == isSet {
                return sequence
            } else {
                sequence += 1
            }
        }
        return nil
    }

    private static func position(of sequence: Int64) -> (byte: Int, bit: UInt8) {
        let offset = Int(sequence & (1 << RemovedSequences.blockBits - 1))
        return (offset >> 3, 1 << UInt8(offset & 7))
    }
}
#endif
