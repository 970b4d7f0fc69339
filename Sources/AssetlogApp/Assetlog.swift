import ArgumentParser
public import AssetlogCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The program: what a `main` calls with its list of plugins.
public enum Assetlog {
    /// The version of this release.
    public static let version = "0.1.0"

    /// Runs the command line of the process with the plugins of this build, and ends the process.
    ///
    /// Exit codes: 0 done, 1 failed at run time, 2 a problem with the data, 64 a wrong command line, 78 a wrong
    /// configuration.
    public nonisolated(nonsending) static func main(plugins: PluginList) async -> Never {
        // Before everything else, and on the thread of the process's start: another one would have to be made first.
        let commandLine = ProcessInput.commandLine()
        EarlySignals.take(for: commandLine.map { String(decoding: $0, as: UTF8.self) })
        // A closed pipe is an error of one write, not the end of a server.
        let ignoresPipes = unsafeBitCast(signal(SIGPIPE, SIG_IGN), to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
        let code: Int32
        do {
            let arguments = try ProcessInput.arguments(commandLine)
            var context = CommandContext(
                plugins: plugins, environment: try ProcessInput.environment(environ),
                workingDirectory: ConfigurationFile.workingDirectory())
            context.operands = ProcessInput.operands(commandLine)
            context.ignoresPipes = ignoresPipes
            code = await run(arguments, in: context)
        } catch {
            code = fail(error, .usage)
        }
        // Without the handlers of `exit`: they take libcrypto's memory from under threads that still wait for a peer.
        fflush(nil)
        _exit(code)
    }

    /// Runs a command line; returns the exit code.
    static func run(_ arguments: [String], in context: CommandContext) async -> Int32 {
        do {
            try CommandWords.check(arguments)
            var (words, context) = (arguments, context)
            if words.first == RunCommand.configuration.commandName { words = RunCommand.words(of: arguments, &context) }
            var command = try AssetlogCommand.parseAsRoot(DashedValues.joined(words))
            if let command = command as? any AssetlogSubcommand {
                try await run(command, in: context)
            } else {
                try command.run()
            }
            return AssetlogExitCode.success.rawValue
        } catch let exit as CommandExit {
            return exit.code
        } catch let error as CommandFailure {
            return fail(error, error.code)
        } catch  where isAboutTheCommandLine(error) {
            return explain(error)
        } catch {
            return fail(error, AssetlogExitCode(error))
        }
    }

    // What the parser can't see is about the command line too, and the parser shows the usage of the root for it.
    private static func run(_ command: any AssetlogSubcommand, in context: CommandContext) async throws {
        do {
            try await command.run(in: context)
        } catch let error as ValidationError {
            let usage = AssetlogCommand.usageString(for: type(of: command))
            StandardError.write("assetlog: \(error.message)\nUsage: \(usage)")
            throw CommandExit(code: AssetlogExitCode.usage.rawValue)
        }
    }

    private static func isAboutTheCommandLine(_ error: any Error) -> Bool {
        let code = AssetlogCommand.exitCode(for: error)
        return code == .success || code == .validationFailure
    }

    // Help and versions are no errors: they go to standard output.
    private static func explain(_ error: any Error) -> Int32 {
        let text = AssetlogCommand.fullMessage(for: error)
        guard AssetlogCommand.exitCode(for: error) != .success else {
            StandardOutput.write(text + "\n")
            return AssetlogExitCode.success.rawValue
        }
        StandardError.write("assetlog: " + text.replacingPrefix("Error: "))
        return AssetlogExitCode.usage.rawValue
    }

    private static func fail(_ error: any Error, _ code: AssetlogExitCode) -> Int32 {
        for line in "\(error)".split(separator: "\n") {
            let sentence = line.hasSuffix(".") || line.hasSuffix("?") ? "\(line)" : "\(line)."
            StandardError.write("assetlog: \(sentence)")
        }
        return code.rawValue
    }
}

extension String {
    fileprivate func replacingPrefix(_ prefix: String) -> String {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }
}
