import AssetlogCore

/// A report as it is sent, however often: its bytes, and the key by which a server knows it again.
struct SealedReport: Hashable, Sendable {
    /// The value of `Idempotency-Key`.
    var id: EventID
    var url: ServerURL
    var deployment: String?
    var kind: EventKind
    var assetKey: AssetKey
    var madeAt: Timestamp
    var body: [UInt8]

    /// Where it is sent to.
    var target: String {
        let base = "\(url)\(deployment.map { "/\($0)" } ?? "")"
        return hasEndpoint ? "\(base)/report_asset_\(kind.name)/" : "\(base)/api/v1/events"
    }

    private var hasEndpoint: Bool { [.materialization, .observation, .check].contains(kind) }

    /// What is sent.
    var message: [UInt8] {
        hasEndpoint ? body : Array(#"{"kind":"\#(kind.name)","#.utf8) + body.dropFirst()
    }

    /// Names the reports that must keep their order: those of one asset, on one server.
    var lane: UInt64 {
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
