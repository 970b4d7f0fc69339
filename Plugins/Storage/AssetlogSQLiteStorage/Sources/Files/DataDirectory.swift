#if SQLite
internal import AssetlogCore
internal import Foundation
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// The directory that holds the files of a storage.
enum DataDirectory {
    /// Makes the directory, and those above it, where they are not there.
    static func make(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch {
            throw StorageError(
                .unavailable,
                "The directory \(path) can't be created: \(error.localizedDescription) Check that its parent exists and"
                    + " belongs to the server's user.")
        }
    }

    /// Makes an empty file that only its owner can read, unless there is one of this name.
    ///
    /// A command that root runs gives it to the owner of the directory: the server could not read it otherwise.
    /// - Returns: Whether it was made.
    static func makePrivateFile(_ path: String) throws -> Bool {
        // An existing file is not opened, for closing it would take away SQLite's locks of this process.
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            guard errno != EEXIST else { return false }
            throw StorageError(
                .unavailable,
                "\(path) can't be created: \(String(cString: strerror(errno))). Check that its directory belongs to the server's"
                    + " user.")
        }
        defer { close(descriptor) }
        var directory = stat()
        if geteuid() == 0, stat(parent(path), &directory) == 0 {
            _ = fchown(descriptor, directory.st_uid, directory.st_gid)
        }
        return true
    }

    /// Makes the names in the directory, and its own name in the one above it, durable.
    static func sync(_ path: String) throws {
        for directory in [path, parent(path)] { try syncFile(directory, flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    }

    /// Makes the content of a file durable.
    static func syncFile(_ path: String, flags: Int32 = O_RDONLY | O_CLOEXEC) throws {
        let descriptor = open(path, flags)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    static func parent(_ path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    private static func failure(_ path: String) -> StorageError {
        StorageError(.unavailable, "\(path) can't be synced to disk: \(String(cString: strerror(errno))).")
    }
}
#endif
