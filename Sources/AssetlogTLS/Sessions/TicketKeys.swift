#if TLS
internal import COpenSSL
internal import Synchronization

/// The keys that session tickets are encrypted with. They outlive a change of the certificates.
///
/// A new key is made when one is needed and the last is twelve hours old; tickets of the last one are still accepted for as
/// long again. Sessions are shorter than that.
final class TicketKeys: Sendable {
    static let lifetime = Duration.seconds(12 * 3_600)
    private let now: @Sendable () -> ContinuousClock.Instant
    /// The date, in seconds since 1970, that certificates of sessions are held against.
    let date: @Sendable () -> Int64
    private let state = Mutex(State())

    init(
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        date: @escaping @Sendable () -> Int64 = { UnixTime.now }
    ) { (self.now, self.date) = (now, date) }

    /// The key for a new ticket; nil when OpenSSL has no random numbers.
    func current() -> TicketKey? {
        let now = now()
        return state.withLock { state in
            state.forget(now)
            if state.current == nil { state.current = TicketKey(now) }
            return state.current
        }
    }

    /// The key of a ticket, and whether new tickets have the same; nil when the key is unknown or too old.
    func key(named name: UnsafeBufferPointer<UInt8>) -> (key: TicketKey, isCurrent: Bool)? {
        let now = now()
        return state.withLock { state in
            state.forget(now)
            if let key = state.current, key.hasName(name) { return (key, true) }
            if let key = state.previous, key.hasName(name) { return (key, false) }
            return nil
        }
    }

    private struct State {
        var current: TicketKey?
        var previous: TicketKey?

        mutating func forget(_ now: ContinuousClock.Instant) {
            if let key = current, now - key.birth >= TicketKeys.lifetime { (previous, current) = (key, nil) }
            if let key = previous, now - key.birth >= TicketKeys.lifetime * 2 { previous = nil }
        }
    }
}

/// One key: a name that its tickets carry, a cipher key and a MAC key. It is wiped when it is done with.
// @unchecked: the memory never changes after `init`.
final class TicketKey: @unchecked Sendable {
    let birth: ContinuousClock.Instant
    private let bytes: UnsafeMutableBufferPointer<UInt8>

    static let nameSize = 16
    private static let keySize = 32

    /// Nil when OpenSSL has no random numbers.
    init?(_ birth: ContinuousClock.Instant) {
        self.birth = birth
        bytes = .allocate(capacity: Self.nameSize + 2 * Self.keySize)
        bytes.initialize(repeating: 0)
        OpenSSLErrors.clear()
        // The name is sent in the clear, so it comes from the generator for public numbers.
        guard RAND_bytes(bytes.baseAddress, Int32(Self.nameSize)) == 1,
            RAND_priv_bytes(cipherKey, Int32(2 * Self.keySize)) == 1
        else { return nil }
    }

    deinit {
        OPENSSL_cleanse(bytes.baseAddress, bytes.count)
        bytes.deallocate()
    }

    var name: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[..<Self.nameSize]) }

    func hasName(_ name: UnsafeBufferPointer<UInt8>) -> Bool { self.name.elementsEqual(name) }

    /// Prepares a cipher of OpenSSL's.
    func start(_ cipher: OpaquePointer, vector: UnsafePointer<UInt8>, isEncrypting: Bool) -> Bool {
        EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nil, cipherKey, vector, isEncrypting ? 1 : 0) == 1
    }

    /// Prepares a MAC of OpenSSL's, which is an HMAC.
    func start(_ mac: OpaquePointer) -> Bool {
        var digest = "SHA256".utf8CString
        return "digest".withCString { parameter in
            digest.withUnsafeMutableBufferPointer { digest in
                let parameters = [
                    OSSL_PARAM_construct_utf8_string(parameter, digest.baseAddress, 0), OSSL_PARAM_construct_end(),
                ]
                return EVP_MAC_init(mac, macKey, Self.keySize, parameters) == 1
            }
        }
    }

    private var cipherKey: UnsafeMutablePointer<UInt8>? { bytes.baseAddress?.advanced(by: Self.nameSize) }
    private var macKey: UnsafeMutablePointer<UInt8>? { cipherKey?.advanced(by: Self.keySize) }
}
#endif
