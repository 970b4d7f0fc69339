package import AssetlogCore
package import Logging

#if Catalog
import AssetlogSQLite
#endif

/// A catalog that follows the log as long as it runs.
package protocol FollowingCatalog: CatalogQueries {
    /// Follows the log until it is cancelled, and then writes what is in memory. Whatever fails is logged and tried again.
    func run() async

    /// The names of the assets that the catalog's file has, in order.
    ///
    /// - Parameter name: Only those behind it; nil: from the first on.
    func assetNames(after name: AssetName?, limit: Int) async throws -> [AssetName]
}

/// What a verification of a catalog has found.
package struct CatalogReport: Hashable, Sendable {
    /// The last sequence of the log that the catalog's file contains.
    package var position: Int64
    /// The number of its assets.
    package var assets: Int
    /// A sentence for each of the first differences from the log; empty: there is none.
    package var differences: [String]
}

/// Makes catalogs where the build has them: with the package trait `Catalog`.
package enum CatalogFactory {
    #if Catalog
    /// Whether this build has catalogs.
    package static let isCompiledIn = true

    /// Makes a catalog of a log; nil: this build has none.
    ///
    /// - Parameter changes: A new stream with an element after every commit of this server.
    package static func make(
        _ settings: CatalogSettings, log: any LogReader, changes: @escaping @Sendable () -> AsyncStream<Void>, logger: Logger
    ) -> (any FollowingCatalog)? {
        Catalog(settings: settings, log: log, changes: changes, logger: logger)
    }

    /// Folds the log again, and compares a catalog's file with the result; a server may use the file in the meantime.
    ///
    /// - Returns: What was found; nil: this build has no catalogs.
    /// - Throws: A sentence about what can't be read.
    package static func verify(_ path: String, log: any LogReader, logger: Logger) async throws -> CatalogReport? {
        try await CatalogVerification(path: path, log: log, logger: logger).run()
    }

    /// Reads names of assets from a catalog's file, beside a server or without one; see ``FollowingCatalog/assetNames(after:limit:)``. It
    /// blocks.
    package static func assetNames(in path: String, after name: AssetName?, limit: Int) throws -> [AssetName] {
        let connection = try Connection(path, ConnectionOptions(mode: .readOnly))
        defer { connection.close() }
        return try AssetNames.read(connection, after: name, limit: limit)
    }

    /// Removes a catalog's file. A server that uses it makes another one from the log; it notices within a second. It blocks.
    package static func remove(_ path: String) { CatalogFile.remove(path) }
    #else
    package static let isCompiledIn = false

    package static func make(
        _ settings: CatalogSettings, log: any LogReader, changes: @escaping @Sendable () -> AsyncStream<Void>, logger: Logger
    ) -> (any FollowingCatalog)? { nil }

    package static func verify(_ path: String, log: any LogReader, logger: Logger) async throws -> CatalogReport? { nil }

    package static func assetNames(in path: String, after name: AssetName?, limit: Int) throws -> [AssetName] { [] }

    package static func remove(_ path: String) {}
    #endif
}
