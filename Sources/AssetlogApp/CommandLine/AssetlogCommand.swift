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
            Ask what it knows:     assetlog asset list
            Follow what comes in:  assetlog tail
            Wait for a table:      assetlog wait my_asset --newer-than 26h

            Exit codes: 0 success, 1 failure, 2 problem with the data, 3 and 4 of `assetlog wait`, 64 wrong command line, \
            78 wrong configuration.
            """,
        version: Assetlog.version,
        subcommands: [
            ServeCommand.self, ReportCommand.self, RunCommand.self, AssetCommand.self, WaitCommand.self, TailCommand.self,
            InitCommand.self, TokenCommand.self, CheckConfigCommand.self, ConfigCommand.self, PluginsCommand.self, BackupCommand.self,
            CompactCommand.self, VerifyCommand.self, CopyCommand.self, ConsumerCommand.self, ExporterCommand.self, ReceiverCommand.self,
            CatalogCommand.self, RetentionCommand.self, HealthCommand.self, RunDbtCommand.self,
        ])
}
