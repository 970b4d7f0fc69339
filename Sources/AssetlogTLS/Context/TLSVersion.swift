/// A version of the protocol that is still considered safe.
public struct TLSVersion: Hashable, Sendable {
    enum Value { case v1_2, v1_3 }
    let value: Value
    /// TLS 1.2 (RFC 5246).
    public static let v1_2 = TLSVersion(value: .v1_2)
    /// TLS 1.3 (RFC 8446).
    public static let v1_3 = TLSVersion(value: .v1_3)
}

extension TLSVersion {
    /// Understands what an operator writes as the minimum: `1.2` or `1.3`.
    ///
    /// - Throws: ``TLSError`` with the code `setting`.
    public init(_ text: String) throws(TLSError) {
        switch text {
        case "1.2": self = .v1_2
        case "1.3": self = .v1_3
        default:
            throw TLSError(
                .setting,
                "`\(text)` cannot be the minimum version of TLS. Write 1.2 or 1.3; older ones are broken, and never spoken.")
        }
    }
}
