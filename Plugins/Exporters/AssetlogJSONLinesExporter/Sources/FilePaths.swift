#if JSONLines
/// The names of the files of one exporter, all in one directory.
///
/// For `events.jsonl`: rotated files are `events-000001.jsonl` and on, so that in the order of names all come before
/// the active file and the oldest first. What is not for readers has a name that starts with a dot.
struct FilePaths: Sendable {
    let directory: String
    let active: String
    private let stem: String
    private let suffix: String
    private let name: String

    init(active path: String) {
        active = path
        let slash = path.lastIndex(of: "/")
        directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        if let dot = name.lastIndex(of: "."), dot != name.startIndex {
            stem = String(name[..<dot])
            suffix = String(name[dot...])
        } else {
            stem = name
            suffix = ""
        }
    }

    var lock: String { inDirectory(".\(name).lock") }
    var state: String { inDirectory(".\(name).state") }
    var newState: String { inDirectory(".\(name).state.new") }

    func rotated(_ number: Int) -> String {
        let digits = String(number)
        return inDirectory("\(stem)-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits)\(suffix)")
    }

    func compressed(_ number: Int) -> String { rotated(number) + ".gz" }

    /// Where a file is compressed to, before it gets its name.
    func compressing(_ number: Int) -> String { inDirectory(".\(stem)-\(number)\(suffix).gz.new") }

    /// The number of a rotated file of this exporter; nil for any other name.
    func number(ofRotated entry: String) -> (number: Int, isCompressed: Bool)? {
        let isCompressed = entry.hasSuffix(".gz")
        let plain = isCompressed ? String(entry.dropLast(3)) : entry
        guard plain.hasPrefix(stem + "-"), plain.hasSuffix(suffix) else { return nil }
        let digits = plain.dropFirst(stem.count + 1).dropLast(suffix.count)
        guard digits.count >= 6, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits),
            number >= 1, inDirectory(plain) == rotated(number)
        else { return nil }
        return (number, isCompressed)
    }

    /// Whether a crash may have left this file, which nobody needs.
    func isLeftover(_ entry: String) -> Bool {
        if inDirectory(entry) == newState { return true }
        guard entry.hasPrefix(".\(stem)-"), entry.hasSuffix("\(suffix).gz.new") else { return false }
        return Int(entry.dropFirst(stem.count + 2).dropLast(suffix.count + 7)) != nil
    }

    func inDirectory(_ entry: String) -> String {
        directory.hasSuffix("/") ? directory + entry : "\(directory)/\(entry)"
    }
}
#endif
