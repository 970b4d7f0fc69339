public import AssetlogCore

/// What OpenLineage calls a dataset: a name that is unique in its namespace.
public struct DatasetName: Hashable, Sendable {
    /// Where the name comes from: `dagster`, `postgres://db.example.com:5432`.
    public var namespace: String
    /// The name there: `warehouse/orders`.
    public var name: String

    /// Takes a name as it is.
    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// Names an asset: its parts with slashes between them.
    ///
    /// In a part, `%`, `/` and control characters are percent-encoded; an empty part is `%00`, because no part holds NUL. So
    /// ``assetKey`` gives the same key again, and no name is empty.
    public init(namespace: String, assetKey: AssetKey) {
        self.init(namespace: namespace, name: assetKey.parts.map(Self.encoded).joined(separator: "/"))
    }

    /// The asset of the name: one part for each piece between slashes, percent-decoded.
    ///
    /// A piece that decodes to something no key holds, a NUL character, is kept as it is written.
    public var assetKey: AssetKey {
        AssetKey(name.split(separator: "/", omittingEmptySubsequences: false).map { Self.decoded(String($0)) })
    }

    private static let emptyPart = "%00"

    private static func encoded(_ part: String) -> String {
        guard !part.isEmpty else { return emptyPart }
        guard part.utf8.contains(where: isReserved) else { return part }
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in part.utf8 {
            if isReserved(byte) {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xf)]]
            } else {
                encoded.append(byte)
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func decoded(_ piece: String) -> String {
        if piece == emptyPart { return "" }
        let part = PercentCoding.decode(piece)
        return part.utf8.contains(0) ? piece : part
    }

    private static func isReserved(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "%") || byte == UInt8(ascii: "/") || byte < 0x20 || byte == 0x7f
    }
}

extension DatasetName {
    // Swift's texts are equal when they only look alike; names differ when bytes do.

    /// Whether both are the same, byte by byte.
    public static func == (left: DatasetName, right: DatasetName) -> Bool {
        left.name.utf8.elementsEqual(right.name.utf8) && left.namespace.utf8.elementsEqual(right.namespace.utf8)
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        for byte in name.utf8 { hasher.combine(byte) }
        hasher.combine(0xff as UInt8)
        for byte in namespace.utf8 { hasher.combine(byte) }
    }
}
