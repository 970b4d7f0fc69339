/// SipHash-2-4 with 128 bits of output, over 64-bit words: the same in every process, version and machine.
///
/// Its keys are constants, so it is no secret: anyone can look for two inputs of one hash. Where it is used
/// such a find harms only its finder, who chooses the identities of his own events; chance finds one in 2^64 inputs.
struct SipHash128 {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64
    private var words: UInt64 = 0

    /// What a hash is made for. Hashes of different purposes never meet.
    enum Purpose: UInt64 {
        case partitionIdentity = 2
        case itemIdentity = 3
        case keyIdentity = 4
        case logDigest = 5
        case callerKeyIdentity = 6
        case voidIdentity = 7
        case entityTag = 8
        case removedContent = 9
        case foreignIdentity = 10
    }

    /// Makes a hash under a key of its own, which nobody learns from what it gives.
    init(key: (UInt64, UInt64)) {
        v0 = key.0 ^ 0x736f_6d65_7073_6575
        v1 = key.1 ^ 0x646f_7261_6e64_6f6d ^ 0xee
        v2 = key.0 ^ 0x6c79_6765_6e65_7261
        v3 = key.1 ^ 0x7465_6462_7974_6573
    }

    init(_ purpose: Purpose) {
        // The bytes of "assetlog".
        self.init(key: (0x676f_6c74_6573_7361, purpose.rawValue))
    }

    @inline(__always)
    mutating func combine(_ word: UInt64) {
        words &+= 1
        compress(word)
    }

    /// Takes the number of the bytes and then the bytes, so that where one text ends and the next begins counts too.
    mutating func combine(_ bytes: UnsafeRawBufferPointer) {
        combine(UInt64(bytes.count))
        guard let base = bytes.baseAddress else { return }
        var index = 0
        while index &+ 8 <= bytes.count {
            combine(UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
            index &+= 8
        }
        guard index < bytes.count else { return }
        var last: UInt64 = 0
        for (shift, byte) in bytes[index...].enumerated() { last |= UInt64(byte) << UInt64(shift * 8) }
        combine(last)
    }

    /// The hash of what was taken so far.
    func finished() -> (high: UInt64, low: UInt64) {
        var state = self
        // The last block of a text of whole words holds nothing but the length.
        state.compress((words &* 8) << 56)
        state.v2 ^= 0xee
        for _ in 0..<4 { state.round() }
        let first = state.v0 ^ state.v1 ^ state.v2 ^ state.v3
        state.v1 ^= 0xdd
        for _ in 0..<4 { state.round() }
        return (first, state.v0 ^ state.v1 ^ state.v2 ^ state.v3)
    }

    @inline(__always)
    private mutating func compress(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    @inline(__always)
    private mutating func round() {
        v0 = v0 &+ v1
        v1 = Self.rotate(v1, 13) ^ v0
        v0 = Self.rotate(v0, 32)
        v2 = v2 &+ v3
        v3 = Self.rotate(v3, 16) ^ v2
        v0 = v0 &+ v3
        v3 = Self.rotate(v3, 21) ^ v0
        v2 = v2 &+ v1
        v1 = Self.rotate(v1, 17) ^ v2
        v2 = Self.rotate(v2, 32)
    }

    @inline(__always)
    private static func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 {
        word << bits | word >> (64 &- bits)
    }
}
