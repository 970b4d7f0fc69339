import ArgumentParser
import AssetlogAccess
import AssetlogCore
import AssetlogJournal

/// `assetlog init`
struct InitCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a certificate and a token for the first minute, where there are none.",
        discussion: """
            Makes a self-signed pair, where the configuration names files that are not there, or in the data folder, and a \
            token named admin with every right when no token is valid. Standard output gets the token and nothing else. A \
            second run changes nothing.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var listener: ListenerOptions

    @Option(
        help: ArgumentHelp(
            "A further name or address that the certificate is for; may be repeated. localhost and the name of this"
                + " machine are in it.", valueName: "name"))
    var host: [String] = []

    @Option(help: ArgumentHelp("Writes the token to this file, in the place of standard output.", valueName: "file"))
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
                    "there is a valid token already, \(first.record.grant.name)\(others); `assetlog token create` makes"
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
                "no token was made, because the storage \(server.storage.name) can't be reached: \(error) `assetlog init`"
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
        if let path = tokenFile.map({ $0.hasPrefix("/") ? $0 : "\(context.workingFolder)/\($0)" }) {
            // First the file: a token that nobody has seen would keep the next run from making one.
            try ServerFiles.make(path, Array(line.utf8), mode: 0o600, replaces: true)
            try await store.insert(record)
            context.say("made the token admin (ID \(token.id)), which may do everything; it stands in \(path)")
        } else {
            try await store.insert(record)
            context.write(line)
            context.say("made the token admin (ID \(token.id)), which may do everything; it is shown this once")
        }
        context.audit(AuditEvent(.tokenCreated, record), in: server.log)
    }
}
