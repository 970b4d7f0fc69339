import ArgumentParser
import AssetlogAccess
import AssetlogCore
import AssetlogObservation

/// `assetlog token rotate`
struct TokenRotateCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Replace a token with a new one and print it; it is shown only once.",
        discussion: """
            The new token has the old one's name, rights, scopes and lifetime. Without --grace, every old token of that name \
            ends at once; with it, the old token works that long.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The token's name or ID, as `assetlog token list` shows them.", valueName: "name-or-id"))
    var token: String

    @Option(
        help: ArgumentHelp(
            "How long the old token still works: a number with \(TimeSpan.units). (default: 0s)", valueName: "span"))
    var grace: String = "0s"

    func validate() throws {
        _ = try TokenFlag.read("--grace") { try TokenScope.span(grace) }
    }

    func run(in context: CommandContext) async throws {
        let server = try options.resolve(in: context).server
        let grace = try TokenFlag.read("--grace") { try TokenScope.span(self.grace) }
        let (now, new) = (Timestamp.now(), try NewToken())
        let old = try await TokenCommand.withStore(of: server.storage) { store in
            let (old, others) = try NamedTokens(try await store.tokens(), at: now).valid(token)
            let end = now.advanced(by: grace)
            guard try await store.replace(old.id, expiringAt: end, by: Self.successor(of: old, new, at: now)) else {
                throw CommandFailure(.failure, "the token \(old.id) was changed in the meantime; see `assetlog token list`")
            }
            for other in others where grace == 0 { _ = try await store.revoke(other.id, at: now) }
            return old
        }
        context.audit(AuditEvent(.tokenRotated, Self.successor(of: old, new, at: now)), in: server.log)
        context.write(new.text.revealed + "\n")
        let end = grace == 0 ? "ends now" : "works until \(min(now.advanced(by: grace), old.expiresAt ?? .distantFuture))"
        context.say("the token \(old.grant.name) now has the ID \(new.id) and is shown only once; the old one, \(old.id), \(end)")
    }

    private static func successor(of old: TokenRecord, _ new: NewToken, at now: Timestamp) -> TokenRecord {
        TokenRecord(
            id: new.id, hash: new.hash, grant: old.grant, certificateNames: old.certificateNames, createdAt: now,
            expiresAt: old.expiresAt.map { now.advanced(by: $0.since(old.createdAt)) })
    }
}

extension Timestamp {
    fileprivate static let distantFuture = Timestamp(microseconds: .max)
}
