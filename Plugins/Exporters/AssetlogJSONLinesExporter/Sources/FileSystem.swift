#if JSONLines
import AssetlogCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A change of the file system that a crash can come before, or into the middle of.
struct FileStep: Hashable, Sendable {
    enum Operation: String, Sendable { case create, write, sync, truncate, rename, remove, syncDirectory }
    var operation: Operation
    var path: String
    /// How many bytes a write is about.
    var count = 0
}

/// Thrown by a test before a write of which only the first bytes are to be written.
struct TornWrite: Error {
    var count: Int
}

/// An open file; the kernel frees its lock with it.
final class OpenFile {
    let path: String
    fileprivate let descriptor: CInt

    fileprivate init(path: String, descriptor: CInt) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }
}

/// What a path leads to.
struct FileStatus: Equatable {
    var size: Int
    var isRegular: Bool
    var device: UInt64
    var inode: UInt64

    func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }
}

/// The system calls that are needed, each with a clear error, and each change announced before it is made.
struct FileSystem: Sendable {
    /// Called before each change; a test throws from it where the process is to crash.
    var beforeStep: @Sendable (FileStep) throws -> Void = { _ in }

    /// The errors of all calls: `ExportError`, retriable, because full disks and lost mounts come back.
    static func failure(_ what: String, _ path: String, _ code: CInt = errno) -> ExportError {
        ExportError("\(path) can't be \(what): \(String(cString: strerror(code))). The delivery will be retried.")
    }

    func createDirectory(_ path: String) throws {
        var facts = stat()
        if stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR { return }
        if let slash = path.dropLast().lastIndex(of: "/"), slash != path.startIndex {
            try createDirectory(String(path[..<slash]))
        }
        guard mkdir(path, 0o750) == 0 || errno == EEXIST else { throw Self.failure("created as a directory", path) }
    }

    func open(_ path: String, create: Bool) throws -> OpenFile {
        if create { try beforeStep(FileStep(operation: .create, path: path)) }
        let flags = O_RDWR | O_CLOEXEC | O_APPEND | O_NOCTTY | O_NONBLOCK | (create ? O_CREAT : 0)
        let descriptor = retrying { systemOpen(path, flags, 0o640) }
        guard descriptor >= 0 else { throw Self.failure("opened", path) }
        return OpenFile(path: path, descriptor: descriptor)
    }

    /// Takes the lock of a file; false: another process, or this one, still has it after so many attempts, 20 ms apart.
    func lock(_ file: OpenFile, attempts: Int) throws -> Bool {
        for attempt in 1...max(attempts, 1) {
            if flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK || errno == EINTR else { throw Self.failure("locked", file.path) }
            if attempt < attempts { usleep(20_000) }
        }
        return false
    }

    func write(_ bytes: some Collection<UInt8>, to file: OpenFile) throws {
        let bytes = Array(bytes)
        do {
            try beforeStep(FileStep(operation: .write, path: file.path, count: bytes.count))
        } catch let torn as TornWrite {
            try writeAll(Array(bytes.prefix(torn.count)), to: file)
            throw torn
        }
        try writeAll(bytes, to: file)
    }

    private func writeAll(_ bytes: [UInt8], to file: OpenFile) throws {
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let count = retrying { systemWrite(file.descriptor, part.baseAddress, part.count) }
                guard count > 0 else { throw Self.failure("written", file.path) }
                rest = rest.dropFirst(count)
            }
        }
    }

    func read(_ file: OpenFile, at offset: Int, count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                retrying { pread(file.descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled)) }
            }
            guard got >= 0 else { throw Self.failure("read", file.path) }
            if got == 0 { break }
            filled += got
        }
        return Array(bytes[..<filled])
    }

    func sync(_ file: OpenFile) throws {
        try beforeStep(FileStep(operation: .sync, path: file.path))
        guard retrying({ fsync(file.descriptor) }) == 0 else { throw Self.failure("synced to disk", file.path) }
    }

    func truncate(_ file: OpenFile, to size: Int) throws {
        try beforeStep(FileStep(operation: .truncate, path: file.path))
        guard retrying({ ftruncate(file.descriptor, off_t(size)) }) == 0 else {
            throw Self.failure("truncated", file.path)
        }
    }

    func rename(_ source: String, to target: String) throws {
        try beforeStep(FileStep(operation: .rename, path: target))
        guard systemRename(source, target) == 0 else { throw Self.failure("renamed to \(target)", source) }
    }

    func remove(_ path: String) throws {
        try beforeStep(FileStep(operation: .remove, path: path))
        guard unlink(path) == 0 || errno == ENOENT else { throw Self.failure("removed", path) }
    }

    func syncDirectory(_ path: String) throws {
        try beforeStep(FileStep(operation: .syncDirectory, path: path))
        let descriptor = retrying { systemOpen(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) }
        guard descriptor >= 0 else { throw Self.failure("opened", path) }
        defer { close(descriptor) }
        guard retrying({ fsync(descriptor) }) == 0 else { throw Self.failure("synced to disk", path) }
    }

    /// The file that a path leads to through symbolic links, whether the last of them names anything yet or not.
    ///
    /// A rotation renames the file: it must be the file's own name, or the link would be renamed.
    func target(of path: String) throws -> String {
        var path = path
        // As many as the kernel follows.
        for _ in 0..<40 {
            var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink(path, &bytes, bytes.count)
            guard count >= 0 else {
                if errno == EINVAL || errno == ENOENT { return path }
                throw Self.failure("examined", path)
            }
            guard let link = String(validating: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) else {
                throw ExportError("\(path) is a link to a name that is not UTF-8. Choose another path.", isRetriable: false)
            }
            path = link.hasPrefix("/") ? link : FilePaths(active: path).inDirectory(link)
        }
        throw Self.failure("followed", path, ELOOP)
    }

    /// The facts about a path; nil: there is nothing.
    func facts(_ path: String) throws -> FileStatus? {
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            if errno == ENOENT { return nil }
            throw Self.failure("examined", path)
        }
        return FileStatus(facts)
    }

    func facts(_ file: OpenFile) throws -> FileStatus {
        var facts = stat()
        guard fstat(file.descriptor, &facts) == 0 else { throw Self.failure("examined", file.path) }
        return FileStatus(facts)
    }

    func entries(of directory: String) throws -> [String] {
        guard let stream = opendir(directory) else { throw Self.failure("listed", directory) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { name in
                    name.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: name.pointee)) {
                        String(cString: $0)
                    }
                })
        }
        return names
    }
}

extension FileStatus {
    fileprivate init(_ facts: stat) {
        size = Int(facts.st_size)
        isRegular = facts.st_mode & S_IFMT == S_IFREG
        device = UInt64(facts.st_dev)
        inode = UInt64(facts.st_ino)
    }
}

private func systemOpen(_ path: String, _ flags: CInt, _ mode: mode_t) -> CInt { open(path, flags, mode) }
private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
private func systemRename(_ source: String, _ target: String) -> CInt { rename(source, target) }

private func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}
#endif
