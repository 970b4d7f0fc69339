import ArgumentParser
import AssetlogAccess
import AssetlogCore
import AssetlogObservation

/// `assetlog token create`
struct TokenCreateCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a token and print it; it is shown only once.",
        discussion: """
            assetlog token create spark --allow report:materialization,report:check --assets 'warehouse/**' --expires 90d

            Standard output gets the token and nothing else.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The token's name, which events show as reported_by: 1 to 128 characters.")
    var name: String

    @Option(
        help: ArgumentHelp(
            "The token's rights, separated by commas: report:materialization, report:check, report:observation, read, admin; or"
                + " all. Default: none.", valueName: "rights"))
    var allow: [String] = []

    @Option(
        help: ArgumentHelp(
            "The assets that it reaches, such as 'warehouse/**'; can be repeated. Default: every asset.",
            valueName: "pattern"))
    var assets: [String] = []

    @Option(
        help: ArgumentHelp(
            "The deployments that it reaches, such as prod; can be repeated. Default: every deployment.",
            valueName: "pattern"))
    var deployment: [String] = []

    @Option(
        help: ArgumentHelp(
            "When it expires: after a number with \(TimeSpan.units), such as 90d, or on a day, such as 2027-01-31 (UTC)."
                + " Default: never.", valueName: "span-or-day"))
    var expires: String?

    @Option(
        help: ArgumentHelp(
            "A name in client certificates that stands for the token, such as DNS:worker.example.com; can be repeated.",
            valueName: "name"))
    var certificate: [String] = []

    func validate() throws {
        _ = try grant()
        _ = try certificateNames()
        _ = try end(from: .now())
    }

    func run(in context: CommandContext) async throws {
        let server = try options.resolve(in: context).server
        let now = Timestamp.now()
        let (grant, certificates, end) = (try grant(), try certificateNames(), try end(from: now))
        let token = try NewToken()
        let record = TokenRecord(
            id: token.id, hash: token.hash, grant: grant, certificateNames: certificates, createdAt: now,
            expiresAt: end)
        try await TokenCommand.withStore(of: server.storage) { store in
            let valid = try await store.tokens().filter { $0.isValid(at: now) }
            try Self.refuseTaken(grant.name, certificates, by: valid)
            try await store.insert(record)
        }
        context.audit(AuditEvent(.tokenCreated, record), in: server.log)
        context.write(token.text.revealed + "\n")
        for sentence in advice(grant) { context.warn(sentence) }
        let span = end.map { "until \($0)" } ?? "until it is revoked"
        context.say("the token \(name) (ID \(token.id)) is valid \(span); it is shown only once")
    }

    private static func refuseTaken(_ name: String, _ certificates: [String], by valid: [TokenRecord]) throws {
        if let other = valid.last(where: { $0.grant.name == name }) {
            throw CommandFailure(
                .failure,
                "there is already a valid token \"\(name)\" with the ID \(other.id); `assetlog token rotate` gives it a new"
                    + " secret, `assetlog token revoke` revokes it")
        }
        for certificate in certificates {
            guard let other = valid.last(where: { $0.certificateNames.contains(certificate) }) else { continue }
            throw CommandFailure(
                .failure, "the certificate \(certificate) already stands for the token \"\(other.grant.name)\"; revoke that first")
        }
    }

    private func advice(_ grant: AccessGrant) -> [String] {
        var sentences: [String] = []
        if grant.rights.isEmpty {
            sentences.append("The token can do nothing; --allow gives rights, such as --allow report:materialization,report:check")
        }
        for pattern in grant.assets.map(\.description) where pattern.hasPrefix("/") || pattern.hasSuffix("/") {
            sentences.append("The pattern \(pattern) begins or ends with an empty part; is that slash intended?")
        }
        return sentences
    }

    // MARK: Reading the flags

    private func grant() throws -> AccessGrant {
        if let problem = TokenName.problem(name) { throw ValidationError("The name of a token \(problem).") }
        return AccessGrant(
            name: name, rights: try TokenFlag.read("--allow") { try TokenScope.rights(commaSeparated: allow) },
            assets: try TokenFlag.read("--assets") { try assets.map(TokenScope.assets) },
            deployments: try TokenFlag.read("--deployment") { try deployment.map(TokenScope.deployment) })
    }

    private func certificateNames() throws -> [String] {
        try TokenFlag.read("--certificate") { try certificate.map(TokenScope.certificateName) }
    }

    /// Nil: it never expires.
    private func end(from now: Timestamp) throws -> Timestamp? {
        try TokenFlag.read("--expires") { try expires.flatMap { try TokenScope.end($0, from: now) } }
    }
}
