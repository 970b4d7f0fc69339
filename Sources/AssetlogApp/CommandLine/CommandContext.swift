import ArgumentParser
import AssetlogCore
import AssetlogObservation

/// What a command works with: the plugins of the build, and the surroundings of the process.
struct CommandContext: Sendable {
    var plugins: PluginList
    var environment: [String: String]
    var workingDirectory: String
    /// What follows `--` on the command line, as it was given.
    var operands: [[UInt8]] = []
    /// Whether SIGPIPE was ignored when the process started.
    var ignoresPipes = false

    /// Writes to standard output.
    func write(_ text: String) { StandardOutput.write(text) }

    /// Tells the operator something in addition to the result, on standard error.
    func say(_ sentence: String) { StandardError.write("assetlog: \(Self.ended(sentence))") }

    /// Tells the operator something that is allowed, but looks wrong.
    func warn(_ sentence: String) { StandardError.write("assetlog: warning: \(Self.ended(sentence))") }

    // A sentence may end with a question: whether another name was meant.
    private static func ended(_ sentence: String) -> String {
        sentence.hasSuffix("?") || sentence.hasSuffix(".") ? sentence : sentence + "."
    }
}

/// A command of the tool. It gets its surroundings as a value, so that nothing global holds the list of plugins.
protocol AssetlogSubcommand: ParsableCommand {
    /// Does the work.
    ///
    /// - Throws: ``CommandFailure``, or any error that describes itself in a sentence.
    func run(in context: CommandContext) async throws
}

/// Why a command failed, and the exit code that says so.
struct CommandFailure: Error, CustomStringConvertible {
    var code: AssetlogExitCode
    var description: String

    init(_ code: AssetlogExitCode, _ sentence: String) {
        self.code = code
        description = sentence
    }

    /// The failure of a command that names what is not there, with the one that may be meant.
    static func unknown(_ thing: String, _ name: String, among known: [String]) -> CommandFailure {
        let hint = ConfigurationError.nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? "."
        let list = known.isEmpty ? "none" : known.joined(separator: ", ")
        return CommandFailure(.failure, "there is no \(thing) \(LineText.quoted(name))\(hint) Available: \(list)")
    }
}

/// The end of a command with an exit code that is not its own; everything was said.
struct CommandExit: Error {
    var code: Int32
}

/// The exit codes, as Docs/Operations.md lists them.
enum AssetlogExitCode: Int32, Sendable {
    case success = 0
    /// It failed at run time: an address in use, a file that can't be written.
    case failure = 1
    /// The data has a problem: `verify` found one, or the format is a newer release's.
    case dataProblem = 2
    /// What `assetlog wait` waits for has failed.
    case conditionFailed = 3
    /// What `assetlog wait` waits for was not so in time.
    case timeIsUp = 4
    /// The command line is wrong; `EX_USAGE`.
    case usage = 64
    /// The configuration is wrong; `EX_CONFIG`.
    case configuration = 78

    /// The code for an error that a command threw.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure.code
        case is ConfigurationError, is ConfigurationErrors: self = .configuration
        case let error as StorageError where error.code == .damaged || error.code == .tooNew: self = .dataProblem
        default: self = .failure
        }
    }
}
