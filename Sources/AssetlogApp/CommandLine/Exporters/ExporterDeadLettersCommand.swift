import ArgumentParser
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import Foundation

/// `assetlog exporter dead-letters`
struct ExporterDeadLettersCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Show the events that an exporter's destination did not take, or discard them.",
        discussion: """
            assetlog exporter dead-letters warehouse
            assetlog exporter dead-letters warehouse --discard 4711 4712
            assetlog exporter dead-letters warehouse --discard --all

            Discarded, they are not delivered any more; the events stay in the log. To deliver them, see `assetlog exporter replay`.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The exporter's name, as `assetlog exporter list` shows it.")
    var name: String

    @Option(help: ArgumentHelp("How many to show, the oldest first.", valueName: "count"))
    var limit = 100

    @Flag(help: "Print a JSON array.")
    var json = false

    @Flag(help: "Discard those of the sequences, or with --all every one.")
    var discard = false

    @Flag(help: "With --discard: every one.")
    var all = false

    @Argument(help: "With --discard: the sequences of those to discard.")
    var sequences: [Int64] = []

    func validate() throws {
        guard (1...DeadLetter.maximumCount).contains(limit) else {
            throw ValidationError("--limit must be 1 to \(DeadLetter.maximumCount), not \(limit).")
        }
        guard discard || (!all && sequences.isEmpty) else {
            throw ValidationError("--all and sequences say what to discard; add --discard.")
        }
        guard !discard || all != !sequences.isEmpty else {
            throw ValidationError("Say what to discard: sequences, or --all.")
        }
    }

    func run(in context: CommandContext) async throws {
        let server = try options.resolve(in: context).server
        guard !discard else { return try await discard(of: server, context) }
        let (letters, count) = try await ExporterCommand.control(name, of: server) { _, store in
            (try await page(of: store), try await store.deadLetterCount(of: name))
        }
        if json { return context.write(try Self.json(letters)) }
        guard !letters.isEmpty else { return context.write("\(name) has no dead letters.\n") }
        context.write(letters.map(Self.text).joined())
        if count > letters.count { context.say("these are the first \(letters.count) of \(count); --limit shows more") }
    }

    private func page(of store: any ConsumerStore) async throws -> [DeadLetter] {
        var letters: [DeadLetter] = []
        while letters.count < limit {
            let page = try await store.deadLetters(
                of: name, after: letters.last?.sequence ?? 0, limit: min(500, limit - letters.count))
            guard !page.isEmpty else { break }
            letters += page
        }
        return letters
    }

    private func discard(of server: ServerConfiguration, _ context: CommandContext) async throws {
        let selection: DeadLetterSelection = all ? .all : .sequences(Set(sequences))
        let count = try await ExporterCommand.control(name, of: server) { control, _ in
            do {
                return try await control.discard(selection)
            } catch let error as MissingDeadLetters {
                throw Self.failure(error, name)
            }
        }
        guard count > 0 else { return context.write("\(name) has no dead letters.\n") }
        context.audit(
            AuditEvent(.deadLettersDiscarded, [LogField("exporter", name), LogField("count", count)]), in: server.log)
        context.write("\(count) dead \(count == 1 ? "letter" : "letters") of \(name) discarded.\n")
    }

    /// Says which dead letters an exporter does not have.
    static func failure(_ missing: MissingDeadLetters, _ name: String) -> CommandFailure {
        let list = WordList.text(missing.sequences.prefix(10).map(String.init), "and")
        let rest = missing.sequences.count > 10 ? " and \(missing.sequences.count - 10) more" : ""
        return CommandFailure(
            .failure,
            "\(name) has no dead \(missing.sequences.count == 1 ? "letter" : "letters") of sequence \(list)\(rest), so nothing was"
                + " changed; `assetlog exporter dead-letters \(name)` lists what it has")
    }

    // MARK: Showing

    private static func text(_ letter: DeadLetter) -> String {
        let attempts = letter.attempts == 1 ? "1 attempt" : "\(letter.attempts) attempts"
        let isWaiting = letter.isReplayRequested ? ", to be delivered again" : ""
        let answer = letter.answer.isEmpty ? "" : "    answer: \(LineText.plain(letter.answer))\n"
        return """
            \(letter.sequence): event \(letter.event), given up at \(letter.failedAt) after \(attempts)\(isWaiting)
                \(LineText.plain(letter.message))

            """ + answer
    }

    private static func json(_ letters: [DeadLetter]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(letters.map(ShownDeadLetter.init)), as: UTF8.self) + "\n"
    }
}

/// A dead letter as it is printed, with the members that the API has.
private struct ShownDeadLetter: Encodable {
    private enum CodingKeys: String, CodingKey {
        case sequence, attempts, message, answer
        case event = "event_id"
        case failedAt = "failed_at"
        case isReplayRequested = "replay_requested"
    }

    private let sequence: Int64
    private let event: String
    private let attempts: Int
    private let failedAt: String
    private let message: String
    private let answer: String
    private let isReplayRequested: Bool

    init(_ letter: DeadLetter) {
        (sequence, event, attempts) = (letter.sequence, letter.event.description, letter.attempts)
        (failedAt, message, answer) = (letter.failedAt.description, letter.message, letter.answer)
        isReplayRequested = letter.isReplayRequested
    }
}
