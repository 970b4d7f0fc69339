#if Postgres
/// A step of the schema's history. What was released is never changed; a newer step follows it.
struct Migration: Sendable {
    /// From 1, without gaps.
    let version: Int64
    /// Statements separated by semicolons, with `{schema}` for the schema's name.
    let script: String

    /// All steps, in order.
    static let all = [tables, functions, settings, truth, deadLetters, removal].enumerated().map { index, script in
        Migration(version: Int64(index) + 1, script: script)
    }

    /// The version that this release works with.
    static var current: Int64 { Int64(all.count) }
}
#endif
