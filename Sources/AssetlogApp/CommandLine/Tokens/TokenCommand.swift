import ArgumentParser
import AssetlogCore

/// `assetlog token`
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Create, list, rotate and revoke tokens.",
        discussion: "A running server applies every change within a second. See Docs/Tokens.md.",
        subcommands: [TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self, TokenRotateCommand.self])

    /// Opens the tokens of a storage for one piece of work, and closes them after it.
    static func withStore<Result: Sendable>(
        of storage: ConfiguredStorage, _ body: (any TokenStore) async throws -> Result
    ) async throws -> Result {
        guard let open = storage.setup.openTokens else {
            throw CommandFailure(.failure, TokenSources.noStore(storage.name))
        }
        let store = try await open()
        do {
            let result = try await body(store)
            await store.close()
            return result
        } catch {
            await store.close()
            throw error
        }
    }
}

/// Reads what flags say about tokens.
enum TokenFlag {
    /// Does a piece of reading, and names the flag when something is wrong.
    ///
    /// - Throws: `ValidationError`.
    static func read<Value>(_ flag: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let problem as TokenScope.Problem {
            throw ValidationError("\(flag) \(problem.sentence).")
        }
    }
}
