#if SQLite
internal import CSQLite

/// How a connection opens its file.
public struct OpenMode: Hashable, Sendable {
    private enum Value: Hashable { case readWrite, readOnly, immutable, unshared }
    private let value: Value

    /// For reading and writing; the file is made where there is none.
    public static let readWrite = OpenMode(value: .readWrite)
    /// For reading a file that is there, and that others may write.
    public static let readOnly = OpenMode(value: .readOnly)
    /// For reading a file that nobody writes, without locks, as on a read-only file system. A write-ahead log is ignored.
    public static let immutable = OpenMode(value: .immutable)
    /// For reading a file and its write-ahead log, which nobody writes, without locks, and with the shared memory on the
    /// heap: where the directory can't be written.
    public static let unshared = OpenMode(value: .unshared)

    /// Whether a connection can only read.
    public var isReadOnly: Bool { value != .readWrite }

    var flags: Int32 {
        // NOMUTEX: a connection is never used by two threads at once.
        switch value {
        case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        case .readOnly: SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
        case .immutable, .unshared: SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI
        }
    }

    /// What has to be said before the first access to the file.
    var preparation: String? {
        // Otherwise shared memory is asked for, which this file system (`vfs`) does not have.
        value == .unshared ? "PRAGMA locking_mode = EXCLUSIVE" : nil
    }

    /// What SQLite is given to open.
    func name(of path: String) -> String {
        switch value {
        case .immutable: "\(Self.uri(path))?immutable=1"
        case .unshared: "\(Self.uri(path))?vfs=unix-none"
        // Names that SQLite would read as a URI, or as a database in memory.
        case .readWrite, .readOnly: path.isEmpty || path.hasPrefix(":") || path.hasPrefix("file:") ? "./\(path)" : path
        }
    }

    private static func uri(_ path: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
        let digits = Array("0123456789ABCDEF")
        return path.utf8.reduce(into: "file:") { uri, byte in
            uri += plain.contains(byte) ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }
    }
}
#endif
