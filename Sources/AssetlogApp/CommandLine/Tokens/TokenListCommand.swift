import ArgumentParser
import AssetlogAccess
import AssetlogCore
import AssetlogObservation
import Foundation

/// `assetlog token list`
struct TokenListCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the tokens and what they allow, without secrets.",
        discussion: "Includes the tokens of the configuration (auth.tokens_file, auth.tokens).")

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Print a JSON array.")
    var json = false

    func run(in context: CommandContext) async throws {
        let server = try options.resolve(in: context).server
        let sources = try await TokenSources.open(server)
        let tokens: [(source: String, record: TokenRecord)]
        do {
            tokens = try await sources.tokens()
        } catch {
            await sources.close()
            throw error
        }
        await sources.close()
        guard !sources.list.isEmpty else {
            throw CommandFailure(.failure, TokenSources.noStore(server.storage.name))
        }
        let rows = tokens.map { TokenListing($0.record, source: $0.source, at: .now()) }
        context.write(json ? try Self.json(rows) : Self.text(rows))
    }

    private static func json(_ rows: [TokenListing]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(rows), as: UTF8.self) + "\n"
    }

    private static func text(_ rows: [TokenListing]) -> String {
        guard !rows.isEmpty else { return "There are no tokens yet; `assetlog token create` creates one.\n" }
        var table = TextTable(TokenListing.titles)
        for row in rows { table.append(row.cells) }
        return table.text
    }
}

/// A token as it is listed.
struct TokenListing: Encodable {
    static let titles = [
        "ID", "NAME", "STATE", "ALLOW", "ASSETS", "DEPLOYMENTS", "CERTIFICATES", "CREATED", "EXPIRES", "SOURCE",
    ]

    private enum CodingKeys: String, CodingKey {
        case id, name, state, allow, assets, deployments, certificates, created, expires, revoked, source
    }

    private let record: TokenRecord
    private let source: String
    private let state: String

    init(_ record: TokenRecord, source: String, at now: Timestamp) {
        self.record = record
        self.source = source
        state = record.revokedAt != nil ? "revoked" : record.isValid(at: now) ? "valid" : "expired"
    }

    /// Nil where nobody knows: a file of tokens does not say it.
    private var created: String? { source == StoredTokens.name ? record.createdAt.description : nil }
    private var assets: [String] { record.grant.assets.map(\.description) }
    private var deployments: [String] { record.grant.deployments.map(\.description) }

    var cells: [String] {
        func list(_ texts: [String], else nothing: String) -> String {
            texts.isEmpty ? nothing : texts.map(LineText.plain).joined(separator: ",")
        }
        return [
            record.id, LineText.plain(record.grant.name), state, list(record.grant.rights.names, else: "nothing"),
            list(assets, else: "every"), list(deployments, else: "every"), list(record.certificateNames, else: "-"),
            created ?? "-", record.expiresAt?.description ?? "never", source,
        ]
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(record.id, forKey: .id)
        try container.encode(record.grant.name, forKey: .name)
        try container.encode(state, forKey: .state)
        try container.encode(record.grant.rights.names, forKey: .allow)
        try container.encode(assets, forKey: .assets)
        try container.encode(deployments, forKey: .deployments)
        try container.encode(record.certificateNames, forKey: .certificates)
        // Absent ends are null, so that every token has the same members.
        try container.encode(created, forKey: .created)
        try container.encode(record.expiresAt?.description, forKey: .expires)
        try container.encode(record.revokedAt?.description, forKey: .revoked)
        try container.encode(source, forKey: .source)
    }
}
