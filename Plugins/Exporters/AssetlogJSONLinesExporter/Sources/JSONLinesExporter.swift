#if JSONLines
import AssetlogCore
import Logging

/// Delivers to a ``LineFile``, and compresses rotated files in the background.
actor JSONLinesExporter: Exporter {
    private let thread: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private nonisolated let settings: JSONLinesSettings
    private nonisolated let archivist: Archivist
    private nonisolated let logger: Logger
    private nonisolated let (rotations, announceRotation) = AsyncStream.makeStream(
        of: Void.self, bufferingPolicy: .bufferingNewest(1))
    private var file: LineFile?

    /// Opens the files of an exporter.
    static func open(
        _ settings: JSONLinesSettings, logger: Logger, fileSystem: FileSystem = FileSystem()
    ) async throws -> JSONLinesExporter {
        var settings = settings
        settings.path = try await BlockingPool("jsonlines-open").run { [path = settings.path] in
            try LineFile.path(behind: path, fileSystem)
        }
        let exporter = try JSONLinesExporter(settings, logger: logger, fileSystem: fileSystem)
        try await exporter.openFile(fileSystem)
        return exporter
    }

    /// What keeps the files from being used, without changing anything.
    static func problems(of settings: JSONLinesSettings) -> [String] {
        do {
            let fileSystem = FileSystem()
            let paths = FilePaths(active: try fileSystem.target(of: settings.path))
            if let problem = PathInspection.problem(ofDirectory: paths.directory) { return [problem] }
            guard try fileSystem.facts(paths.active) != nil else { return [] }
            return [PathInspection.problem(ofAppending: paths.active)].compactMap { $0 }
        } catch {
            return ["\(error)"]
        }
    }

    private init(_ settings: JSONLinesSettings, logger: Logger, fileSystem: FileSystem) throws {
        thread = try ThreadExecutor("jsonlines")
        self.settings = settings
        self.logger = logger
        archivist = try Archivist(
            Archive(paths: FilePaths(active: settings.path), fileSystem: fileSystem, settings: settings))
    }

    private func openFile(_ fileSystem: FileSystem) throws {
        file = try LineFile(settings, logger: logger, fileSystem: fileSystem)
    }

    func deliver(_ batch: ExportBatch) throws -> [DeliveryResult] {
        guard let file else {
            throw ExportError("The exporter to \(settings.path) was closed.", isRetriable: false)
        }
        if try file.append(batch) { announceRotation.yield() }
        return batch.results(.delivered)
    }

    func position() throws -> DeliveredPosition? {
        guard let file else {
            throw ExportError("The exporter to \(settings.path) was closed.", isRetriable: false)
        }
        return file.delivered
    }

    func close() {
        file = nil
    }

    // MARK: Background

    nonisolated func run() async throws {
        announceRotation.yield()  // What an earlier process left.
        let timer = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: min(settings.rotateAfter ?? .seconds(60), .seconds(60)))
                await rotateByAge()
                announceRotation.yield()
            }
        }
        defer { timer.cancel() }
        for await _ in rotations { await tidy() }
    }

    private func rotateByAge() {
        guard settings.rotateAfter != nil, let file else { return }
        do {
            _ = try file.rotateByAge()
        } catch {
            tell(error)
        }
    }

    private nonisolated func tidy() async {
        do {
            try await archivist.tidy()
        } catch {
            tell(error)
        }
    }

    private nonisolated func tell(_ error: any Error) {
        logger.warning(
            "Rotated files could not be compressed or deleted; retrying.",
            metadata: ["path": "\(settings.path)", "error": "\(error)"])
    }
}

/// Does the work on rotated files on a thread of its own, alongside deliveries.
private actor Archivist {
    private let thread: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
    private let archive: Archive

    init(_ archive: Archive) throws {
        thread = try ThreadExecutor("jsonlines-tidy")
        self.archive = archive
    }

    func tidy() throws {
        try archive.tidy(isCancelled: { Task.isCancelled })
    }
}
#endif
