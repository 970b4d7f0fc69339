import ArgumentParser
import AssetlogClient
import AssetlogCore
import AssetlogObservation

/// `assetlog asset void`
struct AssetVoidCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "void", abstract: "Void an event that should not have been reported: it stays readable, and counts no more.",
        discussion: "Needs a token with the right admin. The void is an event of the log itself and can't be undone.")

    @Argument(help: ArgumentHelp("The event's ID.", valueName: "event ID"))
    var event: String

    @Option(help: ArgumentHelp("Why, for those who read the log.", valueName: "text"))
    var reason: String

    @OptionGroup var source: ReadOptions

    func validate() throws {
        guard EventID(event) != nil else {
            throw ValidationError(
                "\(LineText.quoted(event)) is not an event ID. Event IDs are UUIDs, as in the field event_id of an event.")
        }
        guard !reason.isEmpty else { throw ValidationError("--reason is empty. Was a variable not set?") }
    }

    func run(in context: CommandContext) async throws {
        guard let id = EventID(event) else { return }
        let change = try await source.reader(in: context).void(id, reason: reason)
        context.write("The event \(id) counts no more; the event \(LineText.plain(change.value.eventID)) records that.\n")
    }
}

/// `assetlog asset wipe`
struct AssetWipeCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "wipe", abstract: "Wipe an asset, or some of its partitions: what was recorded before counts no more.",
        discussion: "Needs a token with the right admin. The wipe is an event of the log itself and can't be undone; the events stay"
            + " readable.")

    @OptionGroup var asset: AssetArgument

    @Option(help: ArgumentHelp("Only this partition; can be repeated.", valueName: "partition"))
    var partition: [String] = []

    @Option(help: ArgumentHelp("Why, for those who read the log.", valueName: "text"))
    var reason: String

    @OptionGroup var source: ReadOptions

    func validate() throws {
        // An empty variable would otherwise wipe something else than was meant.
        guard !partition.contains("") else { throw ValidationError("--partition is empty. Was a variable not set?") }
        guard !reason.isEmpty else { throw ValidationError("--reason is empty. Was a variable not set?") }
    }

    func run(in context: CommandContext) async throws {
        let key = try asset.key()
        let change = try await source.reader(in: context).wipe(key, partitions: partition, reason: reason)
        let what = partition.isEmpty ? "" : "\(partition.count == 1 ? "1 partition" : "\(partition.count) partitions") of "
        context.write("Wiped \(what)\(Cell.key(key.parts)); the event \(LineText.plain(change.value.eventID)) records that.\n")
    }
}
