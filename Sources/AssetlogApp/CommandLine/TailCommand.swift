import ArgumentParser
import AssetlogClient
import AssetlogCore
import AssetlogObservation
import Synchronization
import UnixSignals

/// `assetlog tail`
struct TailCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Show events as they are recorded, until it is interrupted.",
        discussion: """
            assetlog tail --kind check --no-passed
            assetlog tail --prefix warehouse --json | jq .asset_key

            It begins at the end of the log, or at --after. A connection that breaks is made again, and no event is left out or \
            shown twice.

            Exits with 0 when it is interrupted (SIGINT, SIGTERM), when nobody reads its output any more, and after --count \
            events; with 1 when the server refuses, or can't be reached for as long as --timeout says.
            """)

    @Option(help: ArgumentHelp("Begin after this sequence; 0 is the start of the log. Default: its end.", valueName: "sequence"))
    var after: Int64?

    @Option(help: ArgumentHelp("Only events of this kind, or of several separated by commas.", valueName: "kind"))
    var kind: [String] = []

    @Option(help: ArgumentHelp("Only events of this asset, whose key is split at its slashes.", valueName: "asset"))
    var asset: String?

    @Option(help: ArgumentHelp("Only events of assets below this key, split at its slashes.", valueName: "key"))
    var prefix: String?

    @Option(help: ArgumentHelp("Only events of this partition.", valueName: "partition"))
    var partition: String?

    @Option(help: ArgumentHelp("Only results of the check of this name.", valueName: "name"))
    var check: String?

    @Flag(inversion: .prefixedNo, help: "Only results of checks that passed, or only of those that did not.")
    var passed: Bool?

    @Option(help: ArgumentHelp("End after so many events.", valueName: "number"))
    var count: Int?

    @Flag(help: "Print a line of JSON for each event.")
    var json = false

    @Option(help: ArgumentHelp("How long to try to reach the server: a number with ms, s, m, h or d.", valueName: "span"))
    var timeout = "5m"

    @OptionGroup var source: ReadOptions

    func validate() throws {
        if let after, after < 0 { throw ValidationError("--after must be at least 0, not \(after).") }
        if let count, count < 1 { throw ValidationError("--count must be at least 1, not \(count).") }
        _ = try (selection(), patience())
    }

    func run(in context: CommandContext) async throws {
        let (selection, reader) = (try selection(), try source.reader(in: context, patience: try patience()))
        let ended = OneShot<Result<Void, any Error>>()
        let follower = Task {
            do {
                let output = TailOutput(json: json, count: count)
                try await reader.follow(selection, after: after, progress: context.say) { output.show($0) }
                ended.set(.success(()))
            } catch {
                ended.set(.failure(error))
            }
        }
        // The end of the process cuts the connection off; nothing is left half written, for lines are written at once.
        let interruptions = Task {
            for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { ended.set(.success(())) }
        }
        defer {
            follower.cancel()
            interruptions.cancel()
        }
        try await ended.value().get()
    }

    private func selection() throws -> EventSelection {
        for (flag, value) in [("--partition", partition), ("--check", check)] where value == "" {
            throw ValidationError("\(flag) is empty. Was a variable not set?")
        }
        var selection = EventSelection()
        selection.asset = try asset.map { AssetKey(try ReportContentOptions.parts([$0])) }
        selection.prefix = try prefix.map { AssetKey(try ReportContentOptions.parts([$0])) }
        (selection.partition, selection.checkName, selection.passed) = (partition, check, passed)
        for name in kind.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            guard let kind = EventKind(name: name) else {
                let known = WordList.text(EventKind.allCases.map(\.name), "or")
                throw ValidationError("--kind must be \(known), not \(LineText.quoted(String(name))).")
            }
            selection.kinds.insert(kind)
        }
        return selection
    }

    private func patience() throws -> Duration { try WaitSpan.read(timeout, "--timeout", example: "10m") }
}

/// Prints events as they come: for people a line each, for programs their JSON. One thread uses it at a time.
private final class TailOutput: Sendable {
    private let isJSON: Bool
    private let left: Mutex<Int>

    /// - Parameter count: How many are printed; nil: all.
    init(json isJSON: Bool, count: Int?) {
        self.isJSON = isJSON
        left = Mutex(count ?? .max)
    }

    /// Prints an event; false: that is enough, or nobody reads.
    func show(_ event: FollowedEvent) -> Bool {
        let line = isJSON ? event.json + [UInt8(ascii: "\n")] : Array("\(EventLine(event))\n".utf8)
        guard StandardOutput.write(line) else { return false }
        return left.withLock { left in
            left -= 1
            return left > 0
        }
    }
}

/// An event as a line for people: when, what, which asset, and what matters of it.
struct EventLine: CustomStringConvertible {
    let description: String

    init(_ event: FollowedEvent) {
        func text(_ name: String) -> String? { CanonicalJSON.string(name, inObject: event.json) }
        func raw(_ name: String) -> [UInt8]? {
            CanonicalJSON.members(ofObject: event.json)?.last { $0.name == name }?.value
        }
        let key = raw("asset_key").flatMap { CanonicalJSON.strings(inArray: $0) } ?? []
        var words = [text("timestamp") ?? "-", (text("kind") ?? "-").padded(to: 23), Cell.key(key)]
        if let partition = text("partition") { words.append(LineText.quoted(partition)) }
        if let check = text("check_name") {
            let isError = text("severity") != "WARN"
            let result = raw("passed") == Array("true".utf8) ? "passed" : isError ? "failed" : "warned"
            words.append("\(LineText.plain(check)) \(result)")
        }
        if let failure = raw("failure"), let message = CanonicalJSON.string("message", inObject: failure) {
            words.append(LineText.plain(message))
        }
        if let reporter = text("reported_by") { words.append("by \(LineText.plain(reporter))") }
        description = words.joined(separator: "  ")
    }
}
