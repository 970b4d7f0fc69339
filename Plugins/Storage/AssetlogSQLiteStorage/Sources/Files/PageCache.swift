#if SQLite
/// The most memory that connections keep for pages, each by its use, in KiB.
///
/// All of them fill when a log is large enough; together with the budget they must stay within what Docs/Limits.md states.
enum PageCache {
    /// A log that is only appended to is not read again by its writer.
    static let logWriter = 8192
    /// Rows are read once, in order, so that only the inner pages of the table are used again.
    static let logReader = 2048
    /// Identities may be random, and then each touches another page.
    static let indexWriter = 49_152
    static let indexReader = 4096
    /// Commits wait for it.
    static let lookup = 32_768

    /// How many connections read one file at once.
    static let readers = 4

    static func setting(_ kibibytes: Int) -> String { "PRAGMA cache_size = -\(kibibytes)" }
}
#endif
