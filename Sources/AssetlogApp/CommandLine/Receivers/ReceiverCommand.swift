import ArgumentParser
import AssetlogCore
import AssetlogObservation

/// `assetlog receiver`
struct ReceiverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receiver", abstract: "Try what the receivers make of the messages of other tools.",
        subcommands: [ReceiverTryCommand.self])
}

/// `assetlog receiver try`
struct ReceiverTryCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "try", abstract: "Show what a receiver would record of a file of messages; nothing is recorded.",
        discussion: """
            The file holds one message, a JSON array of them, or one on each line. The receiver is configured as in the server: with \
            --config FILE, its rules for names are those of the file. Exits with 2 when something would not be recorded. What would be \
            recorded of dbt's files, `assetlog report dbt --dry-run` shows.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The receiver: openlineage or cloudevents.")
    var name: String

    @Argument(help: "The file with the messages; - reads the standard input.")
    var file: String

    @Flag(help: "Print each event as the event API shows it, one on each line.")
    var json = false

    func run(in context: CommandContext) async throws {
        let server = try options.resolve(in: context).server
        let receiver = try find(among: server.receivers)
        guard let route = receiver.setup.routes.first else { return }
        let contentType = route.bodies.first.map { $0.mediaType == "*" ? "application/json" : $0.mediaType }
        let dryRun = ReceiverDryRun(receiver.setup.receiver, path: route.path, contentType: contentType)
        let outcomes = ReceiverDryRun.messages(in: try context.readInput(file)).map(dryRun.read)
        context.write(json ? Self.lines(outcomes) : Self.table(outcomes))
        for outcome in outcomes {
            for problem in outcome.problems { context.warn("message \(outcome.number): \(LineText.plain(problem))") }
        }
        if outcomes.contains(where: { !$0.problems.isEmpty }) { throw CommandExit(code: 2) }
    }

    private func find(among receivers: [ConfiguredReceiver]) throws -> ConfiguredReceiver {
        if let found = receivers.first(where: { $0.name == name }) { return found }
        throw CommandFailure.unknown("receiver", name, among: receivers.map(\.name))
    }

    // MARK: Printing

    private static func table(_ outcomes: [ReceiverDryRun.Outcome]) -> String {
        var table = TextTable(["MESSAGE", "KIND", "ASSET", "PARTITION", "DETAILS"])
        for outcome in outcomes {
            for event in outcome.events {
                table.append([
                    "\(outcome.number)", event.kind.name, LineText.plain(event.assetKey.parts.joined(separator: "/")),
                    event.partition.map { LineText.plain($0) } ?? "-", LineText.plain(details(event)),
                ])
            }
            if outcome.events.isEmpty { table.append(["\(outcome.number)", "-", "-", "-", "nothing is recorded"]) }
        }
        return table.text
    }

    // What stands out: the result of a check, the message of a failure, else the labels of the metadata.
    private static func details(_ event: Event) -> String {
        let value = { (name: String) in
            DetailMembers.value(of: name, in: event.details).map { String(decoding: $0, as: UTF8.self) }
        }
        if event.kind == .check {
            return "\(value("check_name") ?? "") passed: \(value("passed") ?? ""), severity: \(value("severity") ?? "")"
        }
        if let failure = value("failure") { return failure }
        let labels = DetailMembers.value(of: "metadata", in: event.details).flatMap { try? JSONView($0) }?.members.map(\.name) ?? []
        return labels.joined(separator: ", ")
    }

    private static func lines(_ outcomes: [ReceiverDryRun.Outcome]) -> String {
        outcomes.flatMap(\.events).map { event in
            var line: [UInt8] = []
            EventJSON.append(LoggedEvent(sequence: 0, event: event), to: &line)
            return String(decoding: line, as: UTF8.self) + "\n"
        }.joined()
    }
}
