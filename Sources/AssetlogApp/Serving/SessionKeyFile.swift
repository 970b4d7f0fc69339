import AssetlogAccess
import AssetlogCore
import Logging

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where the key comes from that signs the sessions of browsers: a file that the configuration names, or one in the data
/// directory, which is made when it is not there.
struct SessionKeyFile {
    /// The name of the file in the data directory.
    static let name = "session.key"

    private let configured: String?
    private let path: String
    private let logger: Logger

    init(_ settings: UISettings, dataDirectory: String, logger: Logger) {
        configured = settings.sessionKeyFile
        path = settings.sessionKeyFile ?? "\(dataDirectory)/\(Self.name)"
        self.logger = logger
    }

    /// Reads the key, or makes it, on a thread of its own.
    ///
    /// - Throws: `ConfigurationError` when the configured file can't be used; `CryptoError` when OpenSSL has no random bytes.
    func signer() async throws -> SessionSigner {
        try await BlockingPool("session-key").run { [self] in
            if configured != nil { return try SessionSigner(key: Self.read(path)) }
            do {
                return try SessionSigner(key: makeOrRead())
            } catch {
                return try temporary("\(error)")
            }
        }
    }

    // The log of events must not depend on a file of the pages.
    private func temporary(_ problem: String) throws -> SessionSigner {
        logger.notice(
            "There is no file for the key of browsers' sessions; they end when this server stops, and other replicas refuse them.",
            metadata: ["file": "\(path)", "reason": "\(problem)", "key": "\(UIKeys.sessionKeyFile.path)"])
        return try SessionSigner(key: SessionSigner.randomKey())
    }

    private func makeOrRead() throws -> [UInt8] {
        guard !ServerFiles.exists(path) else { return try Self.read(path) }
        let key = try SessionSigner.randomKey()
        do {
            try ServerFiles.make(path, key, mode: 0o600)
            return key
        } catch {
            // Another server with the same directory may have made it in between.
            guard ServerFiles.exists(path) else { throw error }
            return try Self.read(path)
        }
    }

    /// What is wrong with a file that is to hold a key; nil: nothing.
    static func problem(_ path: String) -> String? {
        do {
            _ = try read(path)
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// - Throws: `ConfigurationError`.
    private static func read(_ path: String) throws -> [UInt8] {
        let key = try ConfigurationFile.readBytes(path, name: path, label: "the key of browsers' sessions")
        guard key.count >= SessionSigner.minimumKeyBytes else {
            throw ConfigurationError(
                "the key of browsers' sessions",
                "has \(key.count) bytes, and at least \(SessionSigner.minimumKeyBytes) are needed; `openssl rand -out FILE 32` makes one",
                at: path)
        }
        return key
    }
}
