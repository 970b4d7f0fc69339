#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Files that are there whole or not at all, also after the power was lost.
enum DurableFile {
    /// A file of a directory.
    struct Entry: Hashable {
        var name: String
        var size: Int
    }

    /// Makes a directory for its owner only, and those above it, where they are not there.
    static func makeDirectory(_ path: String) throws {
        if mkdir(path, 0o700) == 0 { return sync(parent(of: path)) }
        switch errno {
        case EEXIST: return
        case ENOENT where parent(of: path) != path:
            try makeDirectory(parent(of: path))
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("made", path) }
            sync(parent(of: path))
        default: throw failure("made", path)
        }
    }

    /// Writes a file under a temporary name, and gives it its own when it is whole, and on the disk where it is durable.
    static func write(_ bytes: [UInt8], to name: String, in directory: String, isDurable: Bool = true) throws {
        let (path, draft) = ("\(directory)/\(name)", "\(directory)/.\(name).\(getpid())")
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("written", path) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { writeSome(descriptor, $0) }
            guard count > 0 else { throw abandon(draft, path) }
            rest = rest.dropFirst(count)
        }
        guard !isDurable || fsync(descriptor) == 0, rename(draft, path) == 0 else { throw abandon(draft, path) }
        if isDurable { sync(directory) }
    }

    /// Brings the bytes of a file to the disk, where it is there.
    static func persist(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw failure("written", path)
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("written", path) }
    }

    private static func abandon(_ draft: String, _ path: String) -> ClientError {
        let error = failure("written", path)
        unlink(draft)
        return error
    }

    /// The whole of a file; nil when there is none.
    static func read(_ path: String, limit: Int) throws -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("read", path)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= limit {
            let count = piece.withUnsafeMutableBytes { readSome(descriptor, $0) }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { break }
            bytes += piece[..<count]
        }
        return bytes
    }

    /// The files of a directory, in no order; none where there is no directory. Temporary names are left out.
    static func list(_ directory: String) throws -> [Entry] {
        var entries: [Entry] = []
        let isThere = walk(directory) { name, status, _ in
            if !name.hasPrefix(".") { entries.append(Entry(name: name, size: Int(status.st_size))) }
        }
        guard isThere || errno == ENOENT else { throw failure("read", directory) }
        return entries
    }

    /// Removes the drafts of writers that died: those that are older than an hour.
    static func removeDrafts(in directory: String) {
        let old = time(nil) - 3600
        _ = walk(directory) { name, status, directory in
            guard name.hasPrefix("."), name.contains(".report"), status.st_mtim.tv_sec < old else { return }
            unlinkat(directory, name, 0)
        }
    }

    // False when the directory can't be opened.
    private static func walk(_ directory: String, _ body: (String, stat, Int32) -> Void) -> Bool {
        guard let stream = opendir(directory) else { return false }
        defer { closedir(stream) }
        while let next = readdir(stream) {
            let name = withUnsafePointer(to: &next.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            var status = stat()
            guard fstatat(dirfd(stream), name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            body(name, status, dirfd(stream))
        }
        return true
    }

    /// Removes a file, where it is there.
    static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("removed", path) }
    }

    static func move(_ path: String, to other: String) throws {
        guard rename(path, other) == 0 else { throw failure("moved to \(other)", path) }
    }

    /// Makes the names of a directory durable.
    static func sync(_ directory: String) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        close(descriptor)
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func failure(_ verb: String, _ path: String) -> ClientError {
        let reason = String(cString: strerror(errno))
        return ClientError(.spoolFailed, "\(path) can't be \(verb): \(reason). Check the spool's directory and its owner")
    }
}

// Outside the type, whose own names hide those of the system.

private func writeSome(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    while true {
        let count = write(descriptor, bytes.baseAddress, bytes.count)
        if count >= 0 || errno != EINTR { return count }
    }
}

private func readSome(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer) -> Int {
    while true {
        let count = read(descriptor, bytes.baseAddress, bytes.count)
        if count >= 0 || errno != EINTR { return count }
    }
}
