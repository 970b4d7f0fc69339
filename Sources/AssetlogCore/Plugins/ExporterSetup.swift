/// An exporter whose configuration was checked.
public struct ExporterSetup: Sendable {
    /// Opens the exporter.
    public var open: @Sendable (PluginContext) async throws -> any Exporter
    /// Looks at the files and directories that the exporter needs, without changing them, and returns a sentence about each that
    /// it can't use, as ``PathInspection`` makes them. Nil: it needs none.
    public var inspectFiles: (@Sendable () async -> [String])?

    /// Makes a setup.
    public init(
        open: @escaping @Sendable (PluginContext) async throws -> any Exporter,
        inspectFiles: (@Sendable () async -> [String])? = nil
    ) {
        self.open = open
        self.inspectFiles = inspectFiles
    }
}
