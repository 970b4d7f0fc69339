import ArgumentParser
import AssetlogAccess
import AssetlogCore
import AssetlogObservation

/// `assetlog init`
struct InitCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Create a self-signed certificate and an admin token, unless they exist.",
        discussion: """
            Creates the certificate and key that the configuration names, or a pair in the data directory, and, if no token is \
            valid, a token named admin with every right. Standard output gets the token and nothing else. Running it again \
            changes nothing.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var listener: ListenerOptions

    @Option(
        help: ArgumentHelp(
            "A name or address to add to the certificate; can be repeated. localhost and the name of this machine are"
                + " always in it.", valueName: "name"))
    var host: [String] = []

    @Option(help: ArgumentHelp("Write the token to this file instead of standard output.", valueName: "file"))
    var tokenFile: String?

    func run(in context: CommandContext) async throws {
        let server = try options.resolve(listener, in: context).server
        let pair = FirstPair(server)
        for sentence in try pair.makeIfMissing(hosts: host) { context.say(sentence) }
        try await makeToken(server, context)
        if !pair.isConfigured { context.say(pair.advice) }
    }

    private func makeToken(_ server: ServerConfiguration, _ context: CommandContext) async throws {
        let now = Timestamp.now()
        let sources = try await TokenSources.open(server)
        do {
            let valid = try await sources.tokens().filter { $0.record.isValid(at: now) }
            if let first = valid.first {
                let others = valid.count == 1 ? "" : " and \(valid.count - 1) more"
                context.say(
                    "there is already a valid token, \(first.record.grant.name)\(others); `assetlog token create` creates"
                        + " another, `assetlog token rotate` gives one a new secret")
            } else {
                guard let store = sources.store else {
                    throw CommandFailure(.failure, TokenSources.noStore(server.storage.name))
                }
                try await makeAdmin(in: store, at: now, server, context)
            }
            await sources.close()
        } catch let error as StorageError where error.code == .unavailable {
            await sources.close()
            throw CommandFailure(
                .failure,
                "no token was created, because the storage \(server.storage.name) can't be reached: \(error) `assetlog init`"
                    + " can be run again")
        } catch {
            await sources.close()
            throw error
        }
    }

    private func makeAdmin(
        in store: any TokenStore, at now: Timestamp, _ server: ServerConfiguration, _ context: CommandContext
    ) async throws {
        let token = try NewToken()
        let record = TokenRecord(
            id: token.id, hash: token.hash, grant: AccessGrant(name: "admin", rights: .all), createdAt: now)
        let line = token.text.revealed + "\n"
        if let path = tokenFile.map({ $0.hasPrefix("/") ? $0 : "\(context.workingDirectory)/\($0)" }) {
            // First the file: a token that nobody has seen would keep the next run from making one.
            try ServerFiles.make(path, Array(line.utf8), mode: 0o600, replaces: true)
            try await store.insert(record)
            context.say("created the token admin (ID \(token.id)) with every right; it is in \(path)")
        } else {
            try await store.insert(record)
            context.write(line)
            context.say("created the token admin (ID \(token.id)) with every right; it is shown only once")
        }
        context.audit(AuditEvent(.tokenCreated, record), in: server.log)
    }
}
