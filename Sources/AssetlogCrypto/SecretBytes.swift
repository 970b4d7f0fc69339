internal import CCrypto

/// What secrets are made of, and how they are compared and used to sign.
public enum SecretBytes {
    /// Random bytes of OpenSSL's generator, fit for keys and tokens.
    ///
    /// - Throws: ``CryptoError`` when it has none.
    public static func random(_ count: Int) throws(CryptoError) -> [UInt8] {
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&bytes, Int32(clamping: count)) == 1, count <= Int(Int32.max) else { throw .noRandomness }
        return bytes
    }

    /// Compares bytes in a time that does not depend on where they differ; their count is no secret.
    public static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        left.count == right.count && (left.isEmpty || CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0)
    }

    /// Compares bytes in a time that does not depend on where they differ; their count is no secret.
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.withUnsafeBytes { left in right.withUnsafeBytes { areEqual(left, $0) } }
    }

    /// The HMAC-SHA-256 (RFC 2104) of a message under a key: 32 bytes.
    ///
    /// - Throws: ``CryptoError`` when the library fails.
    public static func signature(of message: [UInt8], key: [UInt8]) throws(CryptoError) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: MessageDigest.Algorithm.sha256.byteCount)
        var count: UInt32 = 0
        // An empty key needs an address too, or the key that was set before is used.
        let bytes = key.isEmpty ? [0] : key
        guard HMAC(EVP_sha256(), bytes, Int32(clamping: key.count), message, message.count, &signature, &count) != nil,
            Int(count) == signature.count
        else { throw .failed("HMAC-SHA-256") }
        return signature
    }
}
