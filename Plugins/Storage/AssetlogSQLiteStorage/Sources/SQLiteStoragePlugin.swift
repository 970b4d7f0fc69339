#if SQLite
public import AssetlogCore

extension StoragePlugin {
    /// Keeps the log in SQLite files of one directory.
    ///
    /// - `path` (path, default: the data directory): The directory of the files.
    /// - `checkpoint_pages` (integer, default 4000): After so many pages of 4 KiB the write-ahead log is copied into
    ///   the file.
    public static let sqlite = StoragePlugin(
        name: "sqlite",
        summary: "Keeps the log in SQLite files in one directory, for one server.",
        stability: .beta,
        keys: [SQLiteKeys.path, SQLiteKeys.checkpointPages],
        locationKey: SQLiteKeys.path,
        configure: { configuration in
            let pages = try configuration[SQLiteKeys.checkpointPages]
            let directory = try configuration[SQLiteKeys.path] ?? configuration.dataDirectory
            let options = SQLiteStorage.Options(directory: directory, checkpointPages: pages)
            return StorageSetup(
                open: { context in
                    var options = options
                    options.acceptsLoss = context.acceptsLoss
                    let storage = try await onThread { [options] in try SQLiteStorage(options, logger: context.logger) }
                    try await storage.settleCursors()
                    return storage
                },
                backUp: { file in try await onThread { try Backup(directory: directory).write(to: file) } },
                verify: { try await onThread { try Verification(directory: directory).report() } },
                openForReading: { try await onThread { try LogFileReader(directory: directory) } },
                openConsumers: { try await onThread { try ConsumerFile.openForCommand(directory: directory) } },
                openTokens: { try await onThread { try TokenFile(directory: directory) } },
                inspectFiles: { [PathInspection.problem(ofDirectory: directory)].compactMap { $0 } },
                compact: { try await onThread { try Compaction(directory: directory).run() } }, canRemoveEvents: true)
        })
}

private enum SQLiteKeys {
    static let path = ConfigurationKey.optional("path", .path, "The directory of the files. Default: server.data.")
    static let checkpointPages = ConfigurationKey(
        "checkpoint_pages", .integer(in: 100...100_000), default: 4000,
        "How many 4 KiB pages the write-ahead log collects before they are copied into the file, 100 to 100000.")
}
#endif
