public import AssetlogCore
import Synchronization

/// The tokens that are worth something now, as everybody who judges requests sees them.
///
/// Whoever watches the sources of tokens replaces them; the judges notice by a number and take the new ones over at
/// their next request. State lives in a `Mutex` and an atomic.
public final class TokenDirectory: Sendable {
    /// The tokens of one moment; never changed.
    final class Snapshot: Sendable {
        let byIdentity: [[UInt8]: Entry]
        let byCertificateName: [String: Entry]

        init(_ records: [TokenRecord]) {
            let entries = records.filter { $0.revokedAt == nil }.map(Entry.init)
            byIdentity = Dictionary(entries.map { (Array($0.record.id.utf8), $0) }, uniquingKeysWith: { first, _ in first })
            byCertificateName = Dictionary(
                entries.flatMap { entry in entry.record.certificateNames.map { ($0, entry) } },
                uniquingKeysWith: { first, _ in first })
        }
    }

    /// A token with what a judge needs at hand.
    final class Entry: Sendable {
        let record: TokenRecord

        init(_ record: TokenRecord) {
            self.record = record
        }
    }

    private let snapshot: Mutex<Snapshot>
    private let version = Atomic(0)

    /// Makes a directory.
    public init(_ records: [TokenRecord] = []) {
        snapshot = Mutex(Snapshot(records))
    }

    /// Replaces all tokens.
    public func replace(with records: [TokenRecord]) {
        let next = Snapshot(records)
        snapshot.withLock { $0 = next }
        version.add(1, ordering: .releasing)
    }

    /// Changes with every ``replace(with:)``.
    var currentVersion: Int { version.load(ordering: .acquiring) }
    var current: Snapshot { snapshot.withLock { $0 } }
}

/// Looks tokens up for one event loop. Confined to it.
public final class TokenVerifier {
    private let directory: TokenDirectory
    private let hasher: TokenHasher
    private var version: Int
    private var snapshot: TokenDirectory.Snapshot

    /// Makes a verifier.
    ///
    /// - Throws: ``TokenError`` when OpenSSL has no SHA-256.
    public init(_ directory: TokenDirectory) throws {
        guard let hasher = TokenHasher() else { throw TokenError.noHash }
        self.directory = directory
        self.hasher = hasher
        version = directory.currentVersion
        snapshot = directory.current
    }

    private func refresh() {
        let current = directory.currentVersion
        guard current != version else { return }
        version = current
        snapshot = directory.current
    }

    /// The grant of a token that was sent; nil when it is none, or expired, or revoked.
    public func grant(ofToken token: UnsafeRawBufferPointer, at now: Timestamp) -> AccessGrant? {
        refresh()
        guard let identity = TokenText.identity(in: token),
            let entry = snapshot.byIdentity[Array(token[identity])]
        else { return nil }
        let isRight = hasher.withHash(of: token) { hash in
            entry.record.hash.withUnsafeBytes { TokenHasher.areEqual(hash, $0) }
        }
        return isRight == true && entry.record.isValid(at: now) ? entry.record.grant : nil
    }

    /// The grant that a verified client certificate stands for, by the first of its names that a token has.
    public func grant(ofCertificate names: [String], at now: Timestamp) -> AccessGrant? {
        refresh()
        for name in names {
            if let entry = snapshot.byCertificateName[name], entry.record.isValid(at: now) { return entry.record.grant }
        }
        return nil
    }
}

@available(*, unavailable)
extension TokenVerifier: Sendable {}
