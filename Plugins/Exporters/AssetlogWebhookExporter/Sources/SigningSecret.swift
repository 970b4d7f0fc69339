#if Webhook
import AssetlogCore
import AssetlogCrypto

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A secret of Standard Webhooks: 24 to 64 bytes, written in base64 with or without `whsec_`.
struct SigningSecret: Hashable, Sendable {
    /// How many sign a request at most: the old one and the new.
    static let maximumCount = 2

    private let key: Secret

    /// What is wrong with a secret, to follow its location in a sentence; never the secret.
    struct Problem: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    /// Reads a secret.
    ///
    /// Only padded base64 of the standard alphabet is taken: what libraries make of other texts differs, so that signatures
    /// would not verify.
    init(_ text: some StringProtocol) throws(Problem) {
        if ["whsk_", "whpk_"].contains(where: { text.hasPrefix($0) }) {
            throw Problem("is a key of ed25519; only secrets that begin with whsec_ are supported, or plain base64")
        }
        let encoded = String(text.hasPrefix("whsec_") ? text.dropFirst(6) : text[...])
        guard let bytes = Data(base64Encoded: encoded), bytes.base64EncodedString() == encoded else {
            throw Problem("must be standard base64 with its padding (letters, digits, + and /), with or without whsec_ before it")
        }
        guard (24...64).contains(bytes.count) else {
            throw Problem("must be the base64 of 24 to 64 bytes, not of \(bytes.count); `openssl rand -base64 32` makes one")
        }
        key = Secret(encoded)
    }

    /// Reads the secrets of a configuration; several may also stand in one text, with blanks, commas or line ends between them.
    static func read(_ texts: [Secret]) throws(Problem) -> [SigningSecret] {
        var secrets: [SigningSecret] = []
        for text in texts {
            for part in text.revealed.split(whereSeparator: { $0.isWhitespace || $0 == "," }) { secrets.append(try SigningSecret(part)) }
        }
        guard (1...maximumCount).contains(secrets.count) else {
            throw Problem("must be one secret, or two while one replaces the other, not \(secrets.count)")
        }
        return secrets
    }

    /// Reads a file with secrets, one a line; lines that begin with `#` are passed over.
    ///
    /// - Throws: ``ExportError`` that is not retriable.
    static func read(_ path: String) throws -> [SigningSecret] {
        if let problem = PathInspection.problem(ofReading: path) { throw ExportError(problem, isRetriable: false) }
        guard let data = FileManager.default.contents(atPath: path), data.count <= 64 << 10 else {
            throw ExportError("The secret in \(path) can't be read, or has more than 64 KiB.", isRetriable: false)
        }
        let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }
        do throws(Problem) {
            return try read(lines.map { Secret(String($0)) })
        } catch {
            throw ExportError("The secret in \(path) \(error.text).", isRetriable: false)
        }
    }

    /// The entry of `webhook-signature` for a message: `v1,` and the base64 of the HMAC-SHA-256.
    func signature(of message: [UInt8]) throws(CryptoError) -> String {
        let bytes = Data(base64Encoded: key.revealed).map(Array.init) ?? []
        return "v1,\(Data(try SecretBytes.signature(of: message, key: bytes)).base64EncodedString())"
    }
}
#endif
