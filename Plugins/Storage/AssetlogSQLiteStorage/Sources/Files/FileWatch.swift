#if SQLite
internal import Foundation
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// Notices that open files were removed or replaced: what is written to them then, nobody finds again.
struct FileWatch: Sendable {
    private struct Entry: Sendable {
        let path: String
        let device: UInt64
        let inode: UInt64
    }

    private let entries: [Entry]

    /// Remembers which files have these names now; a name that no file has is not watched.
    init(_ paths: [String]) {
        entries = paths.compactMap { path in
            Self.identity(path).map { Entry(path: path, device: $0.device, inode: $0.inode) }
        }
    }

    /// What is wrong with the files, in a sentence; nil: each is where it was, and can be written.
    func problem() -> String? {
        for entry in entries {
            guard let now = Self.identity(entry.path) else {
                return Self.sentence(entry.path, "was removed", "Put it back")
            }
            guard now.device == entry.device, now.inode == entry.inode else {
                return Self.sentence(entry.path, "was replaced by another file", "Put the right one back")
            }
        }
        guard let path = entries.first?.path, Self.isReadOnly(path) else { return nil }
        return "The file system of \(path) can only be read: it was mounted so, or the kernel did that after an error. Look at"
            + " the system's log; the server resumes by itself when it can be written again."
    }

    private static func sentence(_ path: String, _ what: String, _ advice: String) -> String {
        "\(path) \(what) while the server had it open. Events recorded now would be lost, so reports are refused. \(advice),"
            + " and the server resumes by itself; or stop the server, which saves what it can, and check the directory before"
            + " you start it again."
    }

    private static func identity(_ path: String) -> (device: UInt64, inode: UInt64)? {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        return (UInt64(truncatingIfNeeded: facts.st_dev), UInt64(truncatingIfNeeded: facts.st_ino))
    }

    private static func isReadOnly(_ path: String) -> Bool {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { return false }
        return facts.f_flag & UInt(ST_RDONLY) != 0
    }
}
#endif
