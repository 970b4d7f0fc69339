internal import CCrypto

/// SHA-256 of tokens over libcrypto. Looked up once and used again, because the look-up costs more than the hash.
///
/// Confined to one thread or event loop at a time.
final class TokenHasher {
    static let byteCount = 32
    private let algorithm: OpaquePointer
    private let context: OpaquePointer

    /// Nil when the library offers no SHA-256.
    init?() {
        guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else { return nil }
        guard let context = EVP_MD_CTX_new() else {
            EVP_MD_free(algorithm)
            return nil
        }
        (self.algorithm, self.context) = (algorithm, context)
    }

    deinit {
        EVP_MD_CTX_free(context)
        EVP_MD_free(algorithm)
    }

    /// Hashes bytes and lends the digest to `body`; nil when the library fails.
    func withHash<R>(of bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> R) -> R? {
        withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 8) { digest in
            var count: UInt32 = 0
            let output = digest.baseAddress?.assumingMemoryBound(to: UInt8.self)
            guard EVP_DigestInit_ex(context, algorithm, nil) == 1,
                EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1,
                EVP_DigestFinal_ex(context, output, &count) == 1, Int(count) == Self.byteCount
            else { return nil }
            return body(UnsafeRawBufferPointer(digest))
        }
    }

    /// Hashes bytes.
    func hash(_ bytes: [UInt8]) -> [UInt8]? {
        bytes.withUnsafeBytes { withHash(of: $0) { Array($0) } }
    }

    /// Compares digests in a time that does not depend on where they differ.
    static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
    }
}

/// Random texts of `[0-9A-Za-z]`.
enum RandomText {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func characters(_ count: Int) throws -> String {
        var text: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: count * 2)
        while text.count < count {
            guard RAND_bytes(&bytes, Int32(bytes.count)) == 1 else { throw TokenError.noRandomness }
            // 248 is the greatest multiple of 62 in a byte; taking more would favour some characters.
            text += bytes.lazy.filter { $0 < 248 }.prefix(count - text.count).map { alphabet[Int($0) % alphabet.count] }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
