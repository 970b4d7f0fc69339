/// Bytes one after the other, in memory that only this value refers to.
struct ByteArena: ~Copyable, @unchecked Sendable {
    // Sendable: it can't be copied, so that the holder of the value is the only one that reaches the memory.

    // Doubled while it is small; a large arena would otherwise take twice what it holds.
    private static let maximumGrowth = 4 << 20

    private var memory: UnsafeMutableRawBufferPointer
    /// The number of bytes.
    private(set) var count = 0

    /// Makes an empty arena with room for `capacity` bytes, and for a few at least.
    init(capacity: Int) {
        memory = .allocate(byteCount: max(capacity, 64), alignment: 16)
    }

    deinit {
        memory.deallocate()
    }

    /// The bytes that there is room for.
    var capacity: Int { memory.count }

    /// Lends bytes, which stay valid until the arena changes.
    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: memory[range])
    }

    /// Makes room for so many more bytes.
    mutating func reserve(_ added: Int) {
        let needed = count + added
        guard needed > memory.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(needed, memory.count + min(memory.count, Self.maximumGrowth)), alignment: 16)
        larger.copyMemory(from: bytes(0..<count))
        memory.deallocate()
        memory = larger
    }

    /// Copies bytes, for which there must be room, to the end.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        assert(count + bytes.count <= memory.count, "an event was longer than what was reserved for it")
        (memory.baseAddress! + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    /// Forgets the bytes from an offset on, and keeps the memory.
    mutating func removeAll(from offset: Int) {
        assert((0...count).contains(offset), "an arena ended before its bytes do")
        count = offset
    }
}
