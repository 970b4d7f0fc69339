import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Makes files that the server is to read, and nobody else where that matters.
///
/// What root makes it gives to the owner of the directory around it: the server's user could not read it otherwise.
enum ServerFiles {
    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }

    /// Makes a directory, and those above it, where they are not there.
    ///
    /// - Throws: ``CommandFailure``.
    static func makeDirectory(_ path: String) throws {
        guard !exists(path) else { return }
        let parent = directory(of: path)
        if parent != path { try makeDirectory(parent) }
        guard mkdir(path, 0o750) == 0 || errno == EEXIST else { throw failure(path) }
        var owner = stat()
        if geteuid() == 0, stat(parent, &owner) == 0 { _ = chown(path, owner.st_uid, owner.st_gid) }
    }

    /// Makes a file, whole or not at all, and durably.
    ///
    /// - Parameter replaces: Whether a file of this name may be replaced; a link is followed then, and a device refused.
    /// - Throws: ``CommandFailure``.
    static func make(_ path: String, _ bytes: [UInt8], mode: mode_t, replaces: Bool = false) throws {
        let path = replaces ? try replaceable(path) : path
        let directory = directory(of: path)
        try makeDirectory(directory)
        let draft = "\(path).\(getpid())"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw failure(draft) }
        defer {
            close(descriptor)
            unlink(draft)
        }
        var owner = stat()
        if geteuid() == 0, stat(directory, &owner) == 0 { _ = fchown(descriptor, owner.st_uid, owner.st_gid) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw failure(path) }
            rest = rest.dropFirst(count)
        }
        // A second name can't be given over a file that is there; the draft's own name is removed above.
        guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0,
            replaces ? rename(draft, path) == 0 : link(draft, path) == 0
        else { throw failure(path) }
        sync(directory)
    }

    // Renaming over `/dev/stdout` would replace the link of that name for every program.
    private static func replaceable(_ path: String) throws -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return path }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw CommandFailure(.failure, "\(path) is not a regular file, and can't be replaced by one; name another file")
        }
        return URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    private static func sync(_ directory: String) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        close(descriptor)
    }

    static func directory(of path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure(
            .failure, "\(path) can't be created: \(String(cString: strerror(errno))). Check the path, and who owns its directory")
    }
}
