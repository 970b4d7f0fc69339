/// Why libcrypto did not do what was asked of it.
public struct CryptoError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong and what to do, in a sentence for the operator.
    public var message: String

    static func missing(_ name: String) -> CryptoError {
        CryptoError(message: "OpenSSL offers no \(name); check its configuration (openssl list -digest-algorithms).")
    }

    static func failed(_ name: String) -> CryptoError {
        CryptoError(message: "OpenSSL could not compute \(name); it is probably out of memory.")
    }

    static let noRandomness = CryptoError(message: "OpenSSL has no random bytes; check the machine's entropy.")

    /// The message.
    public var description: String { message }
}
