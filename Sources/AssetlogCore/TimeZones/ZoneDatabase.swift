internal import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The time zones that the machine knows: the files of the IANA time zone database, each read when it is first asked for.
///
/// What was read stays in memory until the process ends.
final class ZoneDatabase: Sendable {
    /// Why there are no rules for a name.
    enum Refusal: Error, Hashable {
        /// There is no such zone, but perhaps one that was meant.
        case unknown(guess: String?)
        /// The machine has no time zone data at all.
        case noData
    }

    /// The database of this machine: where `TZDIR` says, or where systems keep it.
    static let system = ZoneDatabase(directory: getenv("TZDIR").map { String(cString: $0) } ?? usualDirectory)

    private static let usualDirectory: String = {
        let directories = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"]
        return directories.first { access($0, R_OK) == 0 } ?? directories[0]
    }()

    private struct State {
        var zones: [String: ZoneRules] = [:]
        /// All names; nil: nobody has made a mistake yet.
        var names: [String]?
    }

    private let directory: String
    private let state = Mutex(State())

    init(directory: String) {
        self.directory = directory
    }

    /// The rules of the zone with an IANA name.
    func rules(of name: String) throws(Refusal) -> ZoneRules {
        if let known = state.withLock({ $0.zones[name] }) { return known }
        if Self.isName(name), let file = Self.contents(of: "\(directory)/\(name)"), let rules = ZoneRules(file: file) {
            // There are no more of them than there are files.
            state.withLock { $0.zones[name] = rules }
            return rules
        }
        let names = self.names()
        throw names.isEmpty ? .noData : .unknown(guess: Self.guess(name, among: names))
    }

    // In lower case are files that are no zones, and `posix` and `right`, where all zones are again, with leap seconds.
    private static func isName(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return name.utf8.count <= 64
            && parts.allSatisfy { part in
                part.first.map { isUpper($0) } == true
                    && part.allSatisfy { isUpper($0) || isUpper($0 & 0xdf) || "0123456789_+-".utf8.contains($0) }
            }
    }

    private static func isUpper(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

    /// The name that was meant: spelt otherwise, without its continent, or with a slip.
    private static func guess(_ name: String, among names: [String]) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let wanted = name.lowercased().split(separator: " ").joined(separator: "_")
        if let same = names.first(where: { $0.lowercased() == wanted }) { return same }
        if let inner = names.first(where: { $0.contains("/") && wanted.hasSuffix("/" + $0.lowercased()) }) { return inner }
        if let city = names.first(where: { $0.lowercased().hasSuffix("/" + wanted) }) { return city }
        // The search grows with the product of the lengths; a slip in the first letter is rare.
        let likely = names.filter { $0.first == name.first && abs($0.utf8.count - name.utf8.count) <= 2 }
        return WordDistance.nearest(to: name, among: likely)
    }

    private func names() -> [String] {
        if let names = state.withLock({ $0.names }) { return names }
        let names = (Self.names(in: directory, prefix: "", depth: 0) ?? []).sorted()
        state.withLock { $0.names = names.isEmpty ? nil : names }
        return names
    }

    // The names of the files in a directory and those below it; nil: it is no directory.
    private static func names(in directory: String, prefix: String, depth: Int) -> [String]? {
        guard let stream = opendir(directory) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard isName(name) else { continue }
            let below = depth < 3 ? Self.names(in: "\(directory)/\(name)", prefix: "\(prefix)\(name)/", depth: depth + 1) : []
            names += below ?? [prefix + name]
        }
        return names
    }

    private static func contents(of path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        // The largest has 4 KB.
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return count > 0 && count < bytes.count ? Array(bytes[..<count]) : nil
    }
}
