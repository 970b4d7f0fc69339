import ArgumentParser
import AssetlogCore
import AssetlogObservation

/// `assetlog token revoke`
struct TokenRevokeCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke a token at once.",
        discussion: "A name revokes every token of that name, including one in its grace period after a rotation.")

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The token's name or ID, as `assetlog token list` shows them.", valueName: "name-or-id"))
    var token: String

    func run(in context: CommandContext) async throws {
        let server = try options.resolve(in: context).server
        let now = Timestamp.now()
        let finding = try await TokenCommand.withStore(of: server.storage) { store in
            let finding = try NamedTokens(try await store.tokens(), at: now).find(token)
            if case .open(let tokens) = finding {
                for token in tokens { _ = try await store.revoke(token.id, at: now) }
            }
            return finding
        }
        switch finding {
        case .revoked(let token):
            context.write("The token \(token.grant.name) (ID \(token.id)) was already revoked at \(token.revokedAt ?? now).\n")
        case .open(let tokens):
            for token in tokens {
                context.audit(AuditEvent(.tokenRevoked, token), in: server.log)
                context.write("The token \(token.grant.name) (ID \(token.id)) is now revoked.\n")
            }
        }
    }
}
