#if SQLite
public import AssetlogCore

extension StoragePlugin {
    /// Keeps the log in SQLite files of one folder.
    ///
    /// - `path` (path, default: the data folder): The folder of the files.
    /// - `checkpoint_pages` (integer, default 4000): After so many pages of 4 KiB the write-ahead log is copied into
    ///   the file.
    public static let sqlite = StoragePlugin(
        name: "sqlite",
        summary: "Keeps the log in SQLite files in one directory, for one server.",
        stability: .beta,
        keys: [SQLiteKeys.path, SQLiteKeys.checkpointPages],
        placeKey: SQLiteKeys.path,
        configure: { configuration in
            let pages = try configuration[SQLiteKeys.checkpointPages]
            let folder = try configuration[SQLiteKeys.path] ?? configuration.dataFolder
            let options = SQLiteStorage.Options(folder: folder, checkpointPages: pages)
            return StorageSetup(
                open: { context in
                    var options = options
                    options.acceptsLoss = context.acceptsLoss
                    let storage = try await onThread { [options] in try SQLiteStorage(options, logger: context.logger) }
                    try await storage.settleCursors()
                    return storage
                },
                backUp: { file in try await onThread { try Backup(folder: folder).write(to: file) } },
                verify: { try await onThread { try Verification(folder: folder).report() } },
                openForReading: { try await onThread { try LogFileReader(folder: folder) } },
                openConsumers: { try await onThread { try ConsumerFile.openForCommand(folder: folder) } },
                openTokens: { try await onThread { try TokenFile(folder: folder) } },
                inspectFiles: { [PathInspection.problem(ofFolder: folder)].compactMap { $0 } })
        })
}

private enum SQLiteKeys {
    static let path = ConfigurationKey.optional("path", .path, "The directory of the files. Default: server.data.")
    static let checkpointPages = ConfigurationKey(
        "checkpoint_pages", .integer(in: 100...100_000), default: 4000,
        "How many 4 KiB pages the write-ahead log collects before they are copied into the file, 100 to 100000.")
}
#endif
