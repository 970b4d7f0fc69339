import ArgumentParser
import AssetlogCore
import Synchronization

/// `assetlog copy`
struct CopyCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy the log of one storage to another, empty one, and compare them.",
        discussion: """
            assetlog copy --from sqlite:./assetlog-data --to postgres:postgresql://role@host/database

            TYPE is a storage type of `assetlog plugins`, LOCATION its directory or address. An interrupted copy continues when it \
            is run again; a destination with other events is refused. Exits with 0 if both have the same events, 1 if it failed and \
            can be run again, 2 if the destination has something else.
            """)

    @Option(help: ArgumentHelp("The storage to read; a server may be running on it.", valueName: "type:location"))
    var from: String?

    @Option(help: ArgumentHelp("The configuration whose storage to read.", valueName: "file"))
    var fromConfig: String?

    @Option(help: ArgumentHelp("The storage to write; no server should be running on it.", valueName: "type:location"))
    var to: String?

    @Option(help: ArgumentHelp("The configuration whose storage to write.", valueName: "file"))
    var toConfig: String?

    @Flag(help: "Also copy tokens and revocations.")
    var tokens = false

    @Flag(help: "Also copy cursors, dead letters and pauses, so that exporters continue where they are.")
    var consumers = false

    func validate() throws {
        try CopySide.check(from, config: fromConfig, flag: "--from")
        try CopySide.check(to, config: toConfig, flag: "--to")
    }

    func run(in context: CommandContext) async throws {
        let source = try CopySide(from, config: fromConfig, flag: "--from", in: context)
        let destination = try CopySide(to, config: toConfig, flag: "--to", in: context)
        if tokens { try CopiedTokens.check(source.storage, destination.storage) }
        let kept = consumers ? try await CopiedConsumers.read(source.storage) : []
        let report = try await copy(source, destination, kept, context)
        context.write(report.text)
        guard report.counted == report.digest.count else {
            throw CommandFailure(
                .dataProblem, "the destination counts \(report.counted) events, but \(report.digest.count) were found in it")
        }
        if tokens { context.write(try await CopiedTokens.copy(source.storage, destination.storage)) }
    }

    private func copy(
        _ source: CopySide, _ destination: CopySide, _ kept: [KeptConsumer], _ context: CommandContext
    ) async throws -> CopyReport {
        do {
            let reader = try await source.openForReading()
            return try await working(with: reader) {
                let total = try await reader.statistics().events
                let storage = try await destination.open()
                return try await working(with: storage) {
                    let teller = CopyTeller(of: total, context)
                    let report = try await LogCopy.run(from: reader, to: storage, consumers: kept, telling: teller.tell)
                    if consumers { context.write(try await CopiedConsumers.create(report.consumers, in: storage)) }
                    return report
                }
            }
        } catch let problem as CopyProblem {
            throw CommandFailure(.dataProblem, problem.description)
        } catch let error as StorageError where error.code == .unavailable || error.code == .full {
            throw CommandFailure(.failure, "\(error) Fix that and run the same command again; it continues where it stopped")
        }
    }
}

/// Tells how a copy is going, every two seconds.
private final class CopyTeller: Sendable {
    private let total: Int64
    private let context: CommandContext
    private let last = Mutex(ContinuousClock.now)

    init(of total: Int64, _ context: CommandContext) {
        self.total = total
        self.context = context
    }

    @Sendable func tell(_ progress: LogCopy.Progress) {
        let isDue = last.withLock { last in
            guard ContinuousClock.now - last >= .seconds(2) else { return false }
            last = .now
            return true
        }
        guard isDue else { return }
        switch progress {
        case .compared(let count): context.say("compared \(count) events that were copied before: identical")
        case .copied(let count): context.say("copied \(count) of \(max(total, count)) events")
        case .verified(let count): context.say("read \(count) events back: identical")
        }
    }
}
