#if Dagster
import AssetlogCore
import AssetlogDelivery

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where the token comes from.
enum Token: Sendable {
    case none
    case value(Secret)
    case file(String)

    // Longer than every token there is.
    private static let largestFile = 64 << 10

    /// Reads the keys.
    init(_ configuration: PluginConfiguration) throws {
        switch (try configuration[DagsterKeys.token], try configuration[DagsterKeys.tokenFile]) {
        case (nil, nil): self = .none
        case (nil, let file?): self = .file(file)
        case (let token?, nil):
            guard Self.isToken(token.revealed) else {
                throw configuration.error(DagsterKeys.token, "must be one word of visible ASCII; remove blanks and quotes")
            }
            self = .value(token)
        case (_?, _?): throw configuration.error(DagsterKeys.token, "and token_file exclude each other; remove one")
        }
    }

    /// A sentence when the file can't be used.
    func problems() -> [String] {
        guard case .file(let path) = self else { return [] }
        if let problem = PathInspection.problem(ofReading: path) { return [problem] }
        do {
            _ = try Self.read(path)
            return []
        } catch {
            return ["\(error)"]
        }
    }

    /// The token, read on a thread of its own when it stands in a file; nil: none is sent.
    ///
    /// - Throws: A non-retriable `ExportError` when the file can't be used.
    func load() async throws -> Secret? {
        switch self {
        case .none: nil
        case .value(let token): token
        case .file(let path): try await BlockingPool("dagster-token").run { try Self.read(path) }
        }
    }

    private static func read(_ path: String) throws -> Secret {
        if let problem = PathInspection.problem(ofReading: path) { throw ExportError(problem, isRetriable: false) }
        let data = FileManager.default.contents(atPath: path) ?? Data()
        let text = String(decoding: data.prefix(largestFile), as: UTF8.self)
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 1, isToken(words[0]) else {
            throw ExportError("The token file \(path) must contain a token, and nothing else.", isRetriable: false)
        }
        return Secret(String(words[0]))
    }

    private static func isToken(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }
}

/// The token that is in use. It is an actor because batches share it.
actor CurrentToken {
    private let source: Token
    private(set) var value: Secret?

    init(_ source: Token) async throws {
        self.source = source
        value = try await source.load()
    }

    /// Reads the token again after it was refused; whether there is another one now.
    func isReplaced(after refused: Secret?) async -> Bool {
        if value != refused { return true }
        guard let loaded = try? await source.load(), loaded != value else { return false }
        value = loaded
        return true
    }
}
#endif
