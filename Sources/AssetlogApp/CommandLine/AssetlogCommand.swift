import ArgumentParser

/// The root of the command line.
struct AssetlogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assetlog",
        abstract: "Records what happens to data assets: materializations, observations and check results.",
        discussion: """
            Start a server:        assetlog serve
            Report to it:          assetlog report materialization my_asset
            Run a job, and report: assetlog run my_asset -- ./job.sh
            Read what it recorded: curl localhost:3000/api/v1/events

            Exit codes: 0 success, 1 failure, 2 problem with the data, 64 wrong command line, 78 wrong configuration.
            """,
        version: Assetlog.version,
        subcommands: [
            ServeCommand.self, ReportCommand.self, RunCommand.self, InitCommand.self, TokenCommand.self, CheckConfigCommand.self,
            ConfigCommand.self, PluginsCommand.self, BackupCommand.self, CompactCommand.self, VerifyCommand.self, CopyCommand.self,
            ConsumerCommand.self, ExporterCommand.self, HealthCommand.self,
        ])
}
