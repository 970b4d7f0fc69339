internal import CCrypto

/// A hash function of libcrypto. Looked up once and used again, because the look-up costs more than hashing a short text.
///
/// Confined to one thread, task or event loop at a time.
public final class MessageDigest {
    /// The hash functions.
    public enum Algorithm: String, Sendable, CaseIterable {
        /// SHA-256 (FIPS 180-4): 32 bytes.
        case sha256 = "SHA256"
        /// SHA-1 (FIPS 180-4): 20 bytes. Only for identities that a specification makes of it, as UUIDs of version 5.
        case sha1 = "SHA1"

        /// The bytes of a digest.
        public var byteCount: Int {
            switch self {
            case .sha256: 32
            case .sha1: 20
            }
        }
    }

    private let byteCount: Int
    private let algorithm: OpaquePointer
    private let context: OpaquePointer

    /// Looks a function up.
    ///
    /// - Throws: ``CryptoError`` when OpenSSL does not offer it.
    public init(_ function: Algorithm) throws(CryptoError) {
        guard let algorithm = EVP_MD_fetch(nil, function.rawValue, nil) else { throw .missing(function.rawValue) }
        guard let context = EVP_MD_CTX_new() else {
            EVP_MD_free(algorithm)
            throw .failed(function.rawValue)
        }
        (byteCount, self.algorithm, self.context) = (function.byteCount, algorithm, context)
    }

    deinit {
        EVP_MD_CTX_free(context)
        EVP_MD_free(algorithm)
    }

    /// Hashes bytes and lends the digest to `body`; nil when the library fails.
    public func withDigest<R>(of bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> R) -> R? {
        withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 8) { digest in
            var count: UInt32 = 0
            let output = digest.baseAddress?.assumingMemoryBound(to: UInt8.self)
            guard EVP_DigestInit_ex(context, algorithm, nil) == 1,
                EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1,
                EVP_DigestFinal_ex(context, output, &count) == 1, Int(count) == byteCount
            else { return nil }
            return body(UnsafeRawBufferPointer(digest))
        }
    }

    /// The digest of bytes.
    ///
    /// - Throws: ``CryptoError`` when the library fails.
    public func digest(of bytes: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard let digest = bytes.withUnsafeBytes({ withDigest(of: $0) { Array($0) } }) else { throw .failed("a digest") }
        return digest
    }
}
