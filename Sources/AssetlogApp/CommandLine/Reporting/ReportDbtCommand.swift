import ArgumentParser
import AssetlogCore
import AssetlogResults

/// `assetlog report dbt`
struct ReportDbtCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "dbt", abstract: "Report the results of dbt: models, seeds, snapshots, tests, freshness of sources.",
        discussion: """
            Reads run_results.json and sources.json in dbt's target directory, with manifest.json and, where there is one, \
            catalog.json. Repeating it is safe: each result is recorded once. See Docs/Reporting.md.

            Exit codes: 0 everything is recorded, whatever the results were; 1 the server refuses something or can't be reached, or \
            a file can't be read; 64 wrong command line.
            """)

    @Argument(help: ArgumentHelp("dbt's target directory.", valueName: "directory"))
    var target = "target"

    @OptionGroup var sending: ResultSendingOptions

    func run(in context: CommandContext) async throws {
        let directory = DbtTarget(directory: context.path(target))
        let files = try directory.files()
        let options = ResultOptions(keyPrefix: try sending.prefix())
        try await sending.send(try ResultFiles.reading(target) { try DbtReader.read(files, options) }, in: context)
    }
}

/// dbt's target directory.
struct DbtTarget {
    let directory: String

    /// The files that are there.
    ///
    /// - Parameter names: Those that are read.
    /// - Throws: ``CommandFailure``.
    func files(_ names: [DbtFiles.Name] = DbtFiles.Name.allCases) throws -> DbtFiles {
        var files = DbtFiles()
        for name in names { files[name] = try ResultFiles.readIfThere(path(name)) }
        return files
    }

    func path(_ name: DbtFiles.Name) -> String { "\(directory)/\(name.rawValue).json" }
}
