import ArgumentParser

/// `assetlog report`
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Report what happened to an asset.",
        discussion: """
            assetlog report materialization warehouse orders --partition 2026-11-22 --metadata rows=10 source=s3://bucket/orders
            assetlog report check warehouse orders --check-name no_nulls --passed true
            assetlog report observation warehouse orders --description seen
            assetlog report failure warehouse orders --message 'out of memory'
            assetlog report dbt target/

            If the server can't be reached or is busy, the report waits in a directory, the spool; the next report of the asset, \
            or `assetlog report flush`, delivers it. See Docs/Reporting.md.

            Exit codes: 0 recorded, or kept for later with a message on standard error; 1 refused by the server, or neither \
            recorded nor kept; 64 wrong command line.
            """,
        subcommands: [
            ReportMaterializationCommand.self, ReportCheckCommand.self, ReportObservationCommand.self, ReportStartedCommand.self,
            ReportFailureCommand.self, ReportSkippedCommand.self, ReportDbtCommand.self, ReportGreatExpectationsCommand.self,
            ReportSodaCommand.self, ReportDltCommand.self, ReportFlushCommand.self, ReportListCommand.self,
        ])
}
