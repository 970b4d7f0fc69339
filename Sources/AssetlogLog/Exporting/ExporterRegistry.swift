public import AssetlogCore
import Synchronization

/// The exporters of a server, by name: of which type they are, and how they are doing. State lives in a `Mutex`.
public final class ExporterRegistry: ExporterDirectory {
    private struct Entry: Sendable {
        var type: String
        var runner: ExporterRunner?
        var failure: String?
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Makes an empty registry.
    public init() {}

    /// Adds an exporter that is not open yet.
    ///
    /// - Parameter failure: Why it could not be opened; nil: nobody tried yet.
    public func set(_ name: String, type: String, failure: String? = nil) {
        entries.withLock { $0[name] = Entry(type: type, failure: failure) }
    }

    /// Adds an exporter that runs, or replaces the one of this name.
    public func set(_ name: String, type: String, runner: ExporterRunner) {
        entries.withLock { $0[name] = Entry(type: type, runner: runner) }
    }

    public var exporters: [ListedExporter] {
        entries.withLock { $0 }
            .map { ListedExporter(name: $0, type: $1.type, report: $1.runner?.report, failure: $1.failure) }
            .sorted { $0.name < $1.name }
    }

    public func restart(_ name: String) {
        entries.withLock { $0[name]?.runner }?.restart()
    }

    public func test(_ name: String, with event: LoggedEvent) async throws -> String {
        let entry = entries.withLock { $0[name] }
        guard let runner = entry?.runner else {
            throw ExportError(entry?.failure ?? "The exporter \(name) is not open yet; try again in a moment.")
        }
        return try await runner.test(with: event)
    }
}
