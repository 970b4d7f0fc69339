import AssetlogCore

/// A report that is on its way, with all that is the same however often it is sent.
struct SealedReport: Hashable, Sendable {
    /// The identity of its event, by which a server records it once.
    var id: EventID
    var url: ServerURL
    var deployment: String?
    var kind: EventKind
    var assetKey: AssetKey
    /// When it was made, by this machine's clock.
    var madeAt: Timestamp
    /// What it says, as canonical JSON; `timestamp` stands in it only where one was chosen.
    var body: [UInt8]

    /// Reports of one key keep their order: those of one asset, on one server.
    var orderingKey: UInt64 {
        Checksum.of(Array("\(url)\0\(deployment ?? "")\0\(assetKey.canonical)".utf8))
    }
}

/// The 64-bit checksum of Fowler, Noll and Vo (FNV-1a): finds accidents, not attacks.
enum Checksum {
    static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// Sixteen digits.
    static func text(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
