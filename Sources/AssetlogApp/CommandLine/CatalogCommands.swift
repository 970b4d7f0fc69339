import ArgumentParser
import AssetlogCatalog
import AssetlogCore
import Logging

/// `assetlog catalog`
struct CatalogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog", abstract: "Make the catalog again from the log, or compare it with the log.",
        subcommands: [CatalogRebuildCommand.self, CatalogVerifyCommand.self])
}

/// `assetlog catalog rebuild`
struct CatalogRebuildCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Let the server make its catalog again from the log, even while it runs.",
        discussion: "Removes the catalog's file. A running server notices that and begins at once, otherwise the next start does.")

    @OptionGroup var options: ConfigurationOptions

    func run(in context: CommandContext) async throws {
        let catalog = try options.catalog(in: context).settings
        guard ServerFiles.exists(catalog.path) else {
            context.write("There is no catalog at \(catalog.path) yet; the server makes it when it starts.\n")
            return
        }
        CatalogFactory.remove(catalog.path)
        guard !ServerFiles.exists(catalog.path) else {
            throw CommandFailure(.failure, "\(catalog.path) can't be removed; check who owns its directory")
        }
        context.write("\(catalog.path) was removed; the server makes it again from the log.\n")
    }
}

/// `assetlog catalog verify`
struct CatalogVerifyCommand: AssetlogSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Fold the log again and compare the catalog with it, even while the server runs.",
        discussion: "Needs as much space beside the catalog as it takes. Exits with 2 if it finds a difference.")

    @OptionGroup var options: ConfigurationOptions

    func run(in context: CommandContext) async throws {
        let (settings, storage) = try options.catalog(in: context)
        try settings.checkExists()
        let logger = Logger(label: "assetlog.catalog") { _ in SwiftLogNoOpLogHandler() }
        let log = try await storage.openForReading(logger)
        let report = try await working(with: log) {
            try await CatalogFactory.verify(settings.path, log: log, logger: logger)
        }
        guard let report else { return }
        let assets = report.assets == 1 ? "1 asset" : "\(report.assets) assets"
        for difference in report.differences { context.write("\(difference)\n") }
        guard report.differences.isEmpty else {
            throw CommandFailure(
                .dataProblem,
                "the catalog differs from the log up to sequence \(report.position); make it again with `assetlog catalog rebuild`")
        }
        context.write("\(assets) compared with the log up to sequence \(report.position), no differences found.\n")
    }
}

extension ConfigurationOptions {
    /// The catalog of a configuration, and the storage of its log.
    fileprivate func catalog(in context: CommandContext) throws -> (settings: CatalogSettings, storage: ConfiguredStorage) {
        let server = try resolve(in: context).server
        guard let settings = server.catalog else {
            throw CommandFailure(.failure, "this server keeps no catalog; set catalog.enabled to true for one")
        }
        return (settings, server.storage)
    }
}

extension CatalogSettings {
    /// Checks that a server has made the catalog's file.
    ///
    /// - Throws: ``CommandFailure``.
    func checkExists() throws {
        guard !ServerFiles.exists(path) else { return }
        throw CommandFailure(.failure, "there is no catalog at \(path); the server makes it when it starts")
    }
}
