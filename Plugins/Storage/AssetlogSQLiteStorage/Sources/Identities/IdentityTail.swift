#if SQLite
internal import AssetlogCore

/// Where in the log the events behind the index's watermark may be, by identity.
///
/// An open hash table of eight bytes a slot: a hash of identity and deployment, and the sequence. Two identities may
/// have one hash, so callers must compare the events. The hash is seeded by the process: no client can aim at slots.
struct IdentityTail {
    /// Every event of the log behind this sequence, up to ``end``, is known.
    private(set) var start: Int64
    /// The last event that is known.
    private(set) var end: Int64
    private(set) var count = 0
    // The hash in the upper half, the distance from `base` in the lower one; 0 is free, for no distance is.
    private var slots: [UInt64] = Array(repeating: 0, count: 1024)
    private var base: Int64

    init(after start: Int64) {
        self.start = start
        end = start
        base = start
    }

    /// The hash of an event's identity.
    static func hash(_ id: EventID, _ deployment: UnsafeRawBufferPointer) -> UInt32 {
        var hasher = Hasher()
        hasher.combine(id.high)
        hasher.combine(id.low)
        hasher.combine(bytes: deployment)
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }

    /// Adds the event that follows the last one that is known.
    mutating func append(_ hash: UInt32, _ sequence: Int64) {
        if (count + 1) * 4 > slots.count * 3 { rebuild(slots: slots.count * 2) }
        put(hash, sequence)
        end = sequence
    }

    /// There is no event between the last one that is known and this sequence.
    mutating func skip(to sequence: Int64) {
        end = max(end, sequence)
    }

    /// Whether an event with this hash passes `body`, which gets the sequences of those that may.
    func first<Result>(_ hash: UInt32, _ body: (Int64) throws -> Result?) rethrows -> Result? {
        var index = Int(hash) & (slots.count - 1)
        while slots[index] != 0 {
            if UInt32(slots[index] >> 32) == hash,
                let result = try body(base + Int64(UInt32(truncatingIfNeeded: slots[index])))
            {
                return result
            }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Forgets the events up to the index's watermark.
    mutating func forget(upTo watermark: Int64) {
        guard watermark > start else { return }
        start = watermark
        end = max(end, watermark)
        rebuild(slots: slots.count)
    }

    private mutating func put(_ hash: UInt32, _ sequence: Int64) {
        var index = Int(hash) & (slots.count - 1)
        while slots[index] != 0 { index = (index + 1) & (slots.count - 1) }
        slots[index] = UInt64(hash) << 32 | UInt64(UInt32(truncatingIfNeeded: sequence - base))
        count += 1
    }

    /// Makes another table of what is still needed.
    private mutating func rebuild(slots size: Int) {
        let (old, oldBase) = (slots, base)
        let kept = old.reduce(0) { $0 + (Self.sequence($1, oldBase) > start ? 1 : 0) }
        var size = size
        while size > 1024, kept * 4 < size { size /= 2 }
        slots = Array(repeating: 0, count: size)
        base = start
        count = 0
        for slot in old where Self.sequence(slot, oldBase) > start {
            put(UInt32(slot >> 32), Self.sequence(slot, oldBase))
        }
    }

    /// The sequence in a slot; of a free one it is the base, which is never behind ``start``.
    private static func sequence(_ slot: UInt64, _ base: Int64) -> Int64 {
        base + Int64(UInt32(truncatingIfNeeded: slot))
    }
}
#endif
