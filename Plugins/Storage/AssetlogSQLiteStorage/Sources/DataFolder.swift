#if SQLite
internal import AssetlogCore
internal import Foundation
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// The folder that holds the files of a storage.
enum DataFolder {
    /// Makes the folder, and those above it, where they are not there.
    static func make(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch {
            throw StorageError(
                .unavailable,
                "The folder \(path) can't be made: \(error.localizedDescription) Check that the one above it exists and"
                    + " belongs to the server's user.")
        }
    }

    /// Makes the names in the folder, and its own name in the one above it, durable.
    static func sync(_ path: String) throws {
        for folder in [path, parent(path)] { try syncFile(folder, flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
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
        StorageError(.unavailable, "\(path) can't be made durable: \(String(cString: strerror(errno))).")
    }
}
#endif
