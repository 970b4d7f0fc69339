import ArgumentParser
import AssetlogCore
import Logging

/// The storage at one end of a copy, as the command line names it.
struct CopySide {
    /// The storage, and what can be done with it.
    let storage: ConfiguredStorage
    private let flag: String

    /// Reads `TYPE:LOCATION`, `TYPE`, or a configuration alone; the location wins over the configuration.
    ///
    /// - Throws: `ConfigurationError`, `ConfigurationErrors`, `ValidationError`.
    init(_ text: String?, config: String?, flag: String, in context: CommandContext) throws {
        try Self.check(text, config: config, flag: flag)
        var input = ConfigurationInput(workingDirectory: context.workingDirectory)
        input.file = try config.map { try ConfigurationFile.read($0, workingDirectory: context.workingDirectory) }
        // What a variable says of the one storage of a server would be said of both.
        input.environment = context.environment.filter { !["ASSETLOG_STORAGE_TYPE", "ASSETLOG_SERVER_DATA"].contains($0.key) }
        input.flags = try text.map { try Self.flags($0, flag, context.plugins) } ?? []
        storage = try ConfigurationResolver.resolve(input, plugins: context.plugins).server.storage
        self.flag = flag
    }

    /// Checks that one of the two flags of a side was given.
    ///
    /// - Throws: `ValidationError`.
    static func check(_ text: String?, config: String?, flag: String) throws {
        guard text == nil, config == nil else { return }
        throw ValidationError("Name the storage with \(flag) TYPE:LOCATION or \(flag)-config FILE.")
    }

    private static func flags(_ text: String, _ flag: String, _ plugins: PluginList) throws -> [ConfigurationInput.Flag] {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let type = String(parts[0])
        let plugin: StoragePlugin
        do {
            plugin = try plugins.storage(named: type)
        } catch var error as ConfigurationError {
            error.location = flag
            if parts.count == 2, parts[1].hasPrefix("//") {
                error.problem = "is missing before the address; write \(flag) TYPE:ADDRESS, such as \(flag) postgres:postgresql://…"
            }
            throw error
        }
        var flags = [ConfigurationInput.Flag(key: ServerKeys.storageType.path, value: type, flag: flag)]
        guard parts.count == 2 else { return flags }
        guard let key = plugin.locationKey else {
            throw ValidationError("\(flag): the storage \(type) has no location; write \(flag) \(type).")
        }
        guard !parts[1].isEmpty else {
            throw ValidationError("\(flag): \(type): must be followed by its location, the value of storage.\(type).\(key).")
        }
        flags.append(ConfigurationInput.Flag(key: "storage.\(type).\(key)", value: String(parts[1]), flag: flag))
        return flags
    }

    /// Opens the log for reading, next to a server where the storage can.
    func openForReading() async throws -> any LogReader { try await storage.openForReading(Self.logger) }

    /// Opens the storage as a server does.
    ///
    /// - Throws: `StorageError`, also when it can't be reached within some seconds.
    func open() async throws -> any Storage { try await storage.open(Self.logger) }

    private static var logger: Logger { Logger(label: "assetlog.copy") { _ in SwiftLogNoOpLogHandler() } }
}

extension ConfiguredStorage {
    /// Opens the log for reading, next to a server where the storage can.
    func openForReading(_ logger: Logger) async throws -> any LogReader {
        guard let open = setup.openForReading else { return try await self.open(logger) }
        return try await open()
    }

    /// Opens the storage as a server does.
    ///
    /// - Throws: `StorageError`, also when it can't be reached within some seconds.
    fileprivate func open(_ logger: Logger) async throws -> any Storage {
        let opened = try await setup.open(PluginContext(name: name, logger: logger))
        for attempt in 0... {
            guard let problem = opened.health().problem else { break }
            guard attempt < 50 else {
                await opened.close()
                throw StorageError(.unavailable, problem)
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        return opened
    }
}

/// Does something while a storage does its background work, and closes it.
func working<Result: Sendable>(
    with reader: any LogReader, _ body: () async throws -> Result
) async throws -> Result {
    let background = (reader as? any Storage).map { storage in Task { try await storage.run() } }
    let result: Swift.Result<Result, any Error>
    do {
        result = .success(try await body())
    } catch {
        result = .failure(error)
    }
    background?.cancel()
    _ = await background?.result
    await reader.close()
    return try result.get()
}
