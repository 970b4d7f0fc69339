/// The files that dbt writes to its target directory, as far as they are there.
public struct DbtFiles: Sendable {
    /// The kinds of files.
    public enum Name: String, CaseIterable, Sendable {
        /// What a command did with each node.
        case runResults = "run_results"
        /// What the project consists of. Always needed.
        case manifest
        /// How fresh the sources are.
        case sources
        /// The columns of the tables, as the database has them.
        case catalog
    }

    private var contents: [Name: [UInt8]] = [:]

    /// Makes a set without files.
    public init() {}

    /// The bytes of a file; nil: it is not there.
    public subscript(name: Name) -> [UInt8]? {
        get { contents[name] }
        set { contents[name] = newValue }
    }

    /// Whether there is something to report in them.
    public var hasResults: Bool { self[.runResults] != nil || self[.sources] != nil }
}
