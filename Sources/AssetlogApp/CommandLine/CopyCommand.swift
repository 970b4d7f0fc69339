import ArgumentParser
import AssetlogCore
import Synchronization

/// `assetlog copy`
struct CopyCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy the log of one storage into another, empty one, and compare them.",
        discussion: """
            assetlog copy --from sqlite:./assetlog-data --to postgres:postgresql://role@host/database

            TYPE is a storage that `assetlog plugins` lists, PLACE its folder or address. It goes on where an earlier copy was \
            cut off, and refuses a destination with other events. Exits with 0 when both hold the same, 1 when it failed and can \
            be run again, 2 when the destination holds something else.
            """)

    @Option(help: ArgumentHelp("The storage that is read; a server may be running on it.", valueName: "type:place"))
    var from: String?

    @Option(help: ArgumentHelp("The configuration whose storage is read.", valueName: "file"))
    var fromConfig: String?

    @Option(help: ArgumentHelp("The storage that is written; no server should take reports on it.", valueName: "type:place"))
    var to: String?

    @Option(help: ArgumentHelp("The configuration whose storage is written.", valueName: "file"))
    var toConfig: String?

    @Flag(help: "Copy the tokens too, and what was revoked.")
    var tokens = false

    @Flag(help: "Let the exporters go on in the destination where they are in the source.")
    var consumers = false

    func validate() throws {
        try CopySide.check(from, config: fromConfig, flag: "--from")
        try CopySide.check(to, config: toConfig, flag: "--to")
    }

    func run(in context: CommandContext) async throws {
        let source = try CopySide(from, config: fromConfig, flag: "--from", in: context)
        let destination = try CopySide(to, config: toConfig, flag: "--to", in: context)
        if tokens { try CopiedTokens.check(source.storage, destination.storage) }
        let cursors = consumers ? try await CopiedConsumers.read(source.storage) : []
        let report = try await copy(source, destination, cursors, context)
        context.write(report.text)
        guard report.counted == report.digest.count else {
            throw CommandFailure(
                .dataProblem, "the destination counts \(report.counted) events, and \(report.digest.count) were found in it")
        }
        if tokens { context.write(try await CopiedTokens.copy(source.storage, destination.storage)) }
    }

    private func copy(
        _ source: CopySide, _ destination: CopySide, _ cursors: [ConsumerCursor], _ context: CommandContext
    ) async throws -> CopyReport {
        do {
            let reader = try await source.openForReading()
            return try await working(with: reader) {
                let total = try await reader.statistics().events
                let storage = try await destination.open()
                return try await working(with: storage) {
                    let teller = CopyTeller(of: total, context)
                    let report = try await LogCopy.run(from: reader, to: storage, cursors: cursors, telling: teller.tell)
                    if consumers { context.write(try await CopiedConsumers.place(report.cursors, in: storage)) }
                    return report
                }
            }
        } catch let problem as CopyProblem {
            throw CommandFailure(.dataProblem, problem.description)
        } catch let error as StorageError where error.code == .unavailable || error.code == .full {
            throw CommandFailure(.failure, "\(error) When that is mended, run the same command again; it goes on where it stopped")
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
        case .compared(let count): context.say("\(count) events that were copied before are the same")
        case .copied(let count): context.say("copied \(count) of \(max(total, count)) events")
        case .verified(let count): context.say("read \(count) events back, and they are the same")
        }
    }
}
