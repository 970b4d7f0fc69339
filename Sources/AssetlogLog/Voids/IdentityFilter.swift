import AssetlogCore

/// A set of identities in fixed memory, which may take one for a member that is none, and never a member for none.
///
/// A Bloom filter of 1 MiB, taken at the first member. With 100,000 members it is wrong about 5 of a million others, with a
/// million about 2 of a hundred; with ever more it says yes to all.
struct IdentityFilter: Sendable {
    private static let bits: UInt64 = 1 << 23
    private static let probes: UInt64 = 4

    private var words: [UInt64] = []

    /// Adds an identity.
    mutating func insert(_ identity: EventIdentity) {
        if words.isEmpty { words = Array(repeating: 0, count: Int(Self.bits / 64)) }
        for bit in Self.bits(of: identity) { words[Int(bit / 64)] |= 1 << (bit % 64) }
    }

    /// Whether an identity may be a member; false: it is none.
    func mayContain(_ identity: EventIdentity) -> Bool {
        !words.isEmpty && Self.bits(of: identity).allSatisfy { words[Int($0 / 64)] & 1 << ($0 % 64) != 0 }
    }

    // The seed of `Hasher` is the process's own, so that nobody can choose identities which fill the filter.
    private static func bits(of identity: EventIdentity) -> [UInt64] {
        var hasher = Hasher()
        hasher.combine(identity)
        let first = UInt64(truncatingIfNeeded: hasher.finalize())
        hasher = Hasher()
        hasher.combine(first)
        let second = UInt64(truncatingIfNeeded: hasher.finalize()) | 1
        return (0..<probes).map { (first &+ $0 &* second) % bits }
    }
}
