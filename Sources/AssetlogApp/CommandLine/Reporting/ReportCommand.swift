import ArgumentParser

/// `assetlog report`
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Report what happened to an asset, to a server or, while it is away, to the spool.",
        discussion: """
            assetlog report materialization warehouse orders --partition 2026-11-22 --metadata rows=10 source=s3://bucket/orders
            assetlog report check warehouse orders --check-name no_nulls --passed true
            assetlog report observation warehouse orders --description seen
            assetlog report failure warehouse orders --message 'out of memory'

            A server that can't be reached, or is busy, costs nothing: the report waits in a folder, and the next report of \
            the asset, or `assetlog report flush`, delivers it. Docs/Reporting.md explains it.

            Exit codes: 0 recorded, or kept for later, which standard error says; 1 refused by the server, or neither recorded \
            nor kept; 64 a wrong command line.
            """,
        subcommands: [
            ReportMaterializationCommand.self, ReportCheckCommand.self, ReportObservationCommand.self, ReportStartedCommand.self,
            ReportFailureCommand.self, ReportSkippedCommand.self, ReportFlushCommand.self, ReportListCommand.self,
        ])
}
