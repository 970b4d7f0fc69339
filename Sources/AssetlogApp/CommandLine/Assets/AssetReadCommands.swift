import ArgumentParser
import AssetlogClient
import AssetlogCore
import AssetlogObservation

/// `assetlog asset list`
struct AssetListCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the assets with their states.")

    @Option(help: ArgumentHelp("Only assets below this key, split at its slashes.", valueName: "key"))
    var prefix: String?

    @Option(help: ArgumentHelp("Only assets whose key contains this text.", valueName: "text"))
    var text: String?

    @Option(
        help: ArgumentHelp(
            "Only assets in this state: ok, failed, check_failed, running, warned or missing; can be repeated.", valueName: "state"))
    var state: [String] = []

    @Option(help: ArgumentHelp("Only assets with this tag.", valueName: "name:text"))
    var tag: String?

    @Option(help: ArgumentHelp("The order: key, updated or state.", valueName: "order"))
    var sort = "key"

    @Flag(help: "Print a line of JSON for each asset.")
    var json = false

    @OptionGroup var source: ReadOptions

    func run(in context: CommandContext) async throws {
        var selection = AssetSelection()
        selection.prefix = try prefix.map { AssetKey(try ReportContentOptions.parts([$0])) }
        (selection.text, selection.tag, selection.order) = (text, tag, sort)
        selection.states = state.map { AssetState($0) }
        let titles = ["ASSET", "STATE", "SINCE", "LAST MATERIALIZATION", "PARTITIONS", "CHECKS"]
        var listing = Listing<AssetSummary>(titles, json: json) { asset in
            [
                Cell.key(asset.assetKey), LineText.plain(asset.state.word), Cell.time(asset.since),
                Cell.time(asset.materialization?.timestamp), Cell.states(asset.partitions), Cell.checks(asset.checks),
            ]
        }
        try await source.reader(in: context).assets(selection) { listing.take($0, context) }
        listing.finish(context, nothing: "No asset matches.")
    }
}

/// `assetlog asset show`
struct AssetShowCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show what is known about an asset.")

    @OptionGroup var asset: AssetArgument

    @Flag(help: "Print the server's answer as JSON.")
    var json = false

    @OptionGroup var source: ReadOptions

    func run(in context: CommandContext) async throws {
        let answer = try await source.reader(in: context).asset(try asset.key())
        guard !json else { return context.write(String(decoding: answer.json, as: UTF8.self) + "\n") }
        context.write(Self.lines(answer.value).map { "\($0.0):".padded(to: 18) + $0.1 + "\n" }.joined())
    }

    private static func lines(_ asset: AssetDetails) -> [(String, String)] {
        let tags = asset.tags.sorted { $0.key < $1.key }.map { LineText.plain("\($0.key)=\($0.value)") }
        let counts = asset.counts.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        let all: [(String, String?)] = [
            ("asset", Cell.key(asset.assetKey)), ("deployment", LineText.plain(asset.deployment)),
            ("state", "\(LineText.plain(asset.state.word))\(asset.since.map { " since \($0)" } ?? "")"),
            ("materialized", asset.materialization.map(event)), ("observed", asset.observation.map(event)),
            ("failed", asset.failure.map(event)), ("started", asset.started.map(event)),
            ("data version", asset.dataVersion.map { "\(LineText.plain($0.value))\($0.since.map { " since \($0)" } ?? "")" }),
            ("description", asset.description.map(LineText.plain)), ("tags", list(tags)),
            ("partitions", some(Cell.states(asset.partitions))), ("checks", some(Cell.checks(asset.checks))),
            ("upstream", list(asset.upstream.map(Cell.key))), ("downstream", list(asset.downstream.map(Cell.key))),
            ("numeric metadata", list(asset.labels.map(LineText.plain))), ("events", list(counts)),
            ("first and last", "\(Cell.time(asset.firstSeen)), \(Cell.time(asset.lastSeen))"),
        ]
        return all.compactMap { name, value in value.map { (name, $0) } }
    }

    private static func event(_ event: EventReference) -> String {
        let partition = event.partition.map { ", partition \(LineText.quoted($0))" } ?? ""
        let reporter = event.reportedBy.map { ", by \(LineText.plain($0))" } ?? ""
        let message = event.message.map { ": \(LineText.plain($0))" } ?? ""
        return "\(event.timestamp)\(partition)\(reporter), event \(LineText.plain(event.eventID))\(message)"
    }

    private static func list(_ texts: [String]) -> String? { texts.isEmpty ? nil : texts.joined(separator: ", ") }
    private static func some(_ cell: String) -> String? { cell == "-" ? nil : cell }
}

/// `assetlog asset partitions`
struct AssetPartitionsCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(commandName: "partitions", abstract: "List the partitions of an asset.")

    @OptionGroup var asset: AssetArgument

    @Option(help: ArgumentHelp("Only partitions in this state; can be repeated.", valueName: "state"))
    var state: [String] = []

    @Flag(help: "Print a line of JSON for each partition.")
    var json = false

    @OptionGroup var source: ReadOptions

    func run(in context: CommandContext) async throws {
        let titles = ["PARTITION", "STATE", "LAST MATERIALIZATION", "LAST FAILURE", "EVENTS"]
        var listing = Listing<AssetPartition>(titles, json: json) { partition in
            [
                LineText.plain(partition.partition), LineText.plain(partition.state.word), Cell.time(partition.materialization?.timestamp),
                Cell.time(partition.failure?.timestamp), "\(partition.count)",
            ]
        }
        try await source.reader(in: context).partitions(of: try asset.key(), states: state.map { AssetState($0) }) {
            listing.take($0, context)
        }
        listing.finish(context, nothing: "No partition matches.")
    }
}

/// `assetlog asset checks`
struct AssetChecksCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "checks", abstract: "List the checks of an asset with their latest results.")

    @OptionGroup var asset: AssetArgument

    @Option(help: ArgumentHelp("Only results for this partition. Default: the latest over all.", valueName: "partition"))
    var partition: String?

    @Flag(help: "Print a line of JSON for each check.")
    var json = false

    @OptionGroup var source: ReadOptions

    func run(in context: CommandContext) async throws {
        let titles = ["CHECK", "RESULT", "SINCE", "LAST RUN", "PARTITION", "PASSED", "FAILED"]
        var listing = Listing<AssetCheck>(titles, json: json) { check in
            [
                LineText.plain(check.checkName), check.passed ? "passed" : check.isError ? "failed" : "warned", Cell.time(check.since),
                Cell.time(check.timestamp), Cell.text(check.partition), "\(check.passes)", "\(check.failures)",
            ]
        }
        try await source.reader(in: context).checks(of: try asset.key(), partition: partition) { listing.take($0, context) }
        listing.finish(context, nothing: "The asset has no checks.")
    }
}
