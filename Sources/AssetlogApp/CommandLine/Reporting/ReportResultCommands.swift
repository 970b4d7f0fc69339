import ArgumentParser
import AssetlogCore
import AssetlogResults

/// The files of a tool, and the asset that they are about.
struct ResultFileOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The files.", valueName: "file"))
    var files: [String]

    @Option(
        help: ArgumentHelp(
            "The asset of all results, such as warehouse/orders, in place of those that the files name.", valueName: "key"))
    var asset: String?

    func validate() throws {
        _ = try key()
        if files.contains("") { throw ValidationError("The name of a file is empty. Was a variable not set?") }
    }

    func key() throws -> AssetKey? {
        if asset == "" { throw ValidationError("--asset is empty. Was a variable not set?") }
        return try asset.map { AssetKey(try ReportContentOptions.parts([$0])) }
    }

    func send(
        _ sending: ResultSendingOptions, in context: CommandContext, _ read: ([UInt8], ResultOptions) throws -> ResultReading
    ) async throws {
        let options = ResultOptions(keyPrefix: try sending.prefix(), assetKey: try key())
        try await sending.send(try ResultFiles.reading(files, in: context) { try read($0, options) }, in: context)
    }
}

/// `assetlog report great-expectations`
struct ReportGreatExpectationsCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "great-expectations", abstract: "Report validation results of Great Expectations as checks.",
        discussion: """
            A file holds to_json_dict() of a validation result, or a list or an object of several. Exit codes as for \
            `assetlog report dbt`.
            """)

    @OptionGroup var files: ResultFileOptions
    @OptionGroup var sending: ResultSendingOptions

    func run(in context: CommandContext) async throws {
        try await files.send(sending, in: context) { try GreatExpectationsReader.read($0, $1) }
    }
}

/// `assetlog report soda`
struct ReportSodaCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "soda", abstract: "Report the results of Soda as checks.",
        discussion: """
            A file is what `soda scan --scan-results-file` of version 3 writes, or what the hook for version 4 in Docs/Receivers.md \
            writes. Exit codes as for `assetlog report dbt`.
            """)

    @OptionGroup var files: ResultFileOptions
    @OptionGroup var sending: ResultSendingOptions

    func run(in context: CommandContext) async throws {
        try await files.send(sending, in: context) { try SodaReader.read($0, $1) }
    }
}

/// `assetlog report dlt`
struct ReportDltCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "dlt", abstract: "Report the loads of dlt as materializations.",
        discussion: """
            A file is pipeline.last_trace.asdict() as JSON, which counts the rows, or asdict() of what pipeline.run returns. Exit \
            codes as for `assetlog report dbt`.
            """)

    @Argument(help: ArgumentHelp("The files.", valueName: "file"))
    var files: [String]

    @OptionGroup var sending: ResultSendingOptions

    func run(in context: CommandContext) async throws {
        let options = ResultOptions(keyPrefix: try sending.prefix())
        try await sending.send(try ResultFiles.reading(files, in: context) { try DltReader.read($0, options) }, in: context)
    }
}
