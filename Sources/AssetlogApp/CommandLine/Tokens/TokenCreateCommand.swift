import ArgumentParser
import AssetlogAccess
import AssetlogCore
import AssetlogJournal

/// `assetlog token create`
struct TokenCreateCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a token, and print it: this once.",
        discussion: """
            assetlog token create spark --allow report:materialization,report:check --assets 'warehouse/**' --expires 90d

            Standard output gets the token and nothing else.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "Its name, which events show as reported_by: 1 to 128 characters.")
    var name: String

    @Option(
        help: ArgumentHelp(
            "What it may do, separated by commas: report:materialization, report:check, report:observation, read, admin; or"
                + " all. Without it: nothing.", valueName: "rights"))
    var allow: [String] = []

    @Option(
        help: ArgumentHelp(
            "The assets that it reaches, such as 'warehouse/**'; may be repeated. Without it: every asset.",
            valueName: "pattern"))
    var assets: [String] = []

    @Option(
        help: ArgumentHelp(
            "The deployments that it reaches, such as prod; may be repeated. Without it: every deployment.",
            valueName: "pattern"))
    var deployment: [String] = []

    @Option(
        help: ArgumentHelp(
            "When it expires: after a number with \(TimeSpan.units), such as 90d, or on a day, such as 2027-01-31 (UTC)."
                + " Without it: never.", valueName: "span-or-day"))
    var expires: String?

    @Option(
        help: ArgumentHelp(
            "A name in a client certificate that stands for it, such as DNS:worker.example.com; may be repeated.",
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
        context.say("the token \(name) (ID \(token.id)) is valid \(span); it is shown this once")
    }

    private static func refuseTaken(_ name: String, _ certificates: [String], by valid: [TokenRecord]) throws {
        if let other = valid.last(where: { $0.grant.name == name }) {
            throw CommandFailure(
                .failure,
                "there is a valid token \"\(name)\" already, with the ID \(other.id); `assetlog token rotate` gives it a new"
                    + " secret, `assetlog token revoke` ends it")
        }
        for certificate in certificates {
            guard let other = valid.last(where: { $0.certificateNames.contains(certificate) }) else { continue }
            throw CommandFailure(
                .failure, "the certificate \(certificate) stands for the token \"\(other.grant.name)\" already; revoke that first")
        }
    }

    private func advice(_ grant: AccessGrant) -> [String] {
        var sentences: [String] = []
        if grant.rights.isEmpty {
            sentences.append("The token can do nothing; --allow gives rights, such as --allow report:materialization,report:check")
        }
        for pattern in grant.assets.map(\.description) where pattern.hasPrefix("/") || pattern.hasSuffix("/") {
            sentences.append("The pattern \(pattern) asks for a part without a name; without the slash at its edge it does not")
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
