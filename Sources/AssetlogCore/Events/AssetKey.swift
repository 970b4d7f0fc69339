/// The name of an asset: one or more parts, each any text without NUL.
///
/// It is kept in its canonical form, a JSON array of strings without blanks in which only `"`, `\` and control
/// characters are escaped, so that two keys are equal exactly when their bytes are.
public struct AssetKey: Hashable, Sendable {
    /// The canonical JSON text: `["warehouse","orders"]`.
    public let canonical: String

    /// Makes a key of its parts.
    public init(_ parts: [String]) {
        canonical = CanonicalJSON.array(of: parts)
    }

    /// Takes text that is in canonical form already, as a storage kept it.
    public init(canonical: String) {
        self.canonical = canonical
    }

    /// Reads a JSON array of at least one string, as a filter gives it; nil for anything else.
    public init?(json: String) {
        guard let parts = CanonicalJSON.strings(inArray: Array(json.utf8)), !parts.isEmpty else { return nil }
        self.init(parts)
    }

    /// The parts.
    public var parts: [String] {
        CanonicalJSON.strings(inArray: Array(canonical.utf8)) ?? []
    }
}

extension AssetKey {
    // Swift's texts are equal when they only look alike (composed and decomposed forms); keys differ when bytes do.

    /// Whether the bytes of two keys are equal.
    public static func == (left: AssetKey, right: AssetKey) -> Bool {
        left.canonical.utf8.elementsEqual(right.canonical.utf8)
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        var text = canonical
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xff as UInt8)
    }
}

extension AssetKey: CustomStringConvertible {
    /// The canonical JSON text.
    public var description: String { canonical }
}
