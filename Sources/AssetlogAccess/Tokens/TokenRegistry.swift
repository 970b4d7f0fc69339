public import AssetlogCore
import Synchronization

/// The tokens that are valid now, as every event loop sees them.
///
/// ``TokenWatcher`` replaces them; the verifiers notice by a number and take the new ones over at
/// their next request. State lives in a `Mutex` and an atomic.
public final class TokenRegistry: Sendable {
    /// The tokens of one moment; never changed.
    final class Snapshot: Sendable {
        /// By the hash of the identity's bytes, so that a look-up makes no key; those of one hash stand together.
        private let byIdentity: [Int: [Entry]]
        /// Several where a token was rotated and the old one has its grace.
        // By its bytes: Swift's texts are equal when they only look alike.
        private let byCertificateName: [[UInt8]: [Entry]]

        init(_ records: [TokenRecord]) {
            let entries = records.filter { $0.revokedAt == nil }.map(Entry.init)
            byIdentity = Dictionary(grouping: entries) { $0.identity.withUnsafeBytes(Self.hash) }
            byCertificateName = Dictionary(
                entries.flatMap { entry in entry.record.certificateNames.map { (Array($0.utf8), [entry]) } },
                uniquingKeysWith: { $0 + $1 })
        }

        /// The first token of an identity.
        func entry(identity: UnsafeRawBufferPointer) -> Entry? {
            byIdentity[Self.hash(identity)]?.first { $0.identity.elementsEqual(identity) }
        }

        /// The first token that a certificate with this name stands for at a time.
        func entry(certificateName name: String, validAt now: Timestamp) -> Entry? {
            byCertificateName[Array(name.utf8)]?.first { $0.record.isValid(at: now) }
        }

        private static func hash(_ identity: UnsafeRawBufferPointer) -> Int {
            var hasher = Hasher()
            hasher.combine(bytes: identity)
            return hasher.finalize()
        }
    }

    /// A token with what a check needs at hand.
    package final class Entry: Sendable {
        package let record: TokenRecord
        let identity: [UInt8]

        init(_ record: TokenRecord) {
            self.record = record
            identity = Array(record.id.utf8)
        }
    }

    private let snapshot: Mutex<Snapshot>
    private let version = Atomic(0)
    private let hasAll: Atomic<Bool>

    /// Makes a directory.
    ///
    /// - Parameter isComplete: Whether these are all tokens; false: it is not known yet, until they are replaced.
    public init(_ records: [TokenRecord] = [], isComplete: Bool = true) {
        snapshot = Mutex(Snapshot(records))
        hasAll = Atomic(isComplete)
    }

    /// Replaces all tokens.
    public func replace(with records: [TokenRecord]) {
        let next = Snapshot(records)
        snapshot.withLock { $0 = next }
        version.add(1, ordering: .releasing)
        hasAll.store(true, ordering: .releasing)
    }

    /// Whether all tokens are known. Before, a token that is not here may be a good one.
    public var isComplete: Bool { hasAll.load(ordering: .acquiring) }

    /// Whether a token that was let in would be let in now, with the same rights and scope: it was neither revoked nor changed, and
    /// has not expired.
    package func isCurrent(_ token: Entry, at now: Timestamp) -> Bool {
        let known = token.identity.withUnsafeBytes { current.entry(identity: $0) }
        guard let record = known?.record, record.isValid(at: now) else { return false }
        return record.hash == token.record.hash && record.grant == token.record.grant
            && record.certificateNames == token.record.certificateNames
    }

    /// Whether who was let in would be let in now: by the same token, and within the session.
    package func isCurrent(_ caller: Caller, at now: Timestamp) -> Bool {
        if let end = caller.sessionEnd, now >= end { return false }
        return caller.token.map { isCurrent($0, at: now) } ?? true
    }

    /// The valid token with a text; nil when it is none, or expired, or revoked. For what comes rarely, from any thread: a
    /// ``TokenVerifier`` does the same without making anything.
    ///
    /// - Throws: `CryptoError` when OpenSSL has no SHA-256.
    package func token(_ text: Secret, at now: Timestamp) throws -> Entry? {
        let verifier = try TokenVerifier(self)
        var text = text.revealed
        return text.withUTF8 { verifier.entry(ofToken: UnsafeRawBufferPointer($0), at: now) }
    }

    /// Changes with every ``replace(with:)``.
    var currentVersion: Int { version.load(ordering: .acquiring) }
    var current: Snapshot { snapshot.withLock { $0 } }
}
