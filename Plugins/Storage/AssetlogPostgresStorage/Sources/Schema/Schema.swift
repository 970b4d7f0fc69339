#if Postgres
internal import Foundation

/// The names of the database's objects, all in one schema.
struct Schema: Sendable {
    /// Its name: `[a-z_][a-z0-9_]*`, at most 40 characters, so that it can stand in any statement.
    let name: String

    init?(_ name: String) {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let isFine = name.utf8.enumerated().allSatisfy { index, byte in
            letters.contains(byte) || byte == UInt8(ascii: "_") || (index > 0 && digits.contains(byte))
        }
        guard isFine, (1...40).contains(name.utf8.count), !name.hasPrefix("pg_") else { return nil }
        self.name = name
    }

    /// A statement of this plugin with the schema's name where it says `{schema}`.
    func sql(_ statement: String) -> String {
        statement.replacingOccurrences(of: "{schema}", with: "\"\(name)\"").replacingOccurrences(of: "{name}", with: name)
    }
}
#endif
