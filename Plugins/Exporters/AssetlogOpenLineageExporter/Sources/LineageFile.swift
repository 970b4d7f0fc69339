#if OpenLineage
import AssetlogCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file of events, one a line, that is opened for each batch: it may be moved away at any time. Its calls block.
struct LineageFile: Sendable {
    let path: String
    /// What every line of ours begins with, so that a torn one is known from somebody else's.
    private static let lineStart = Array(#"{"eventTime":""#.utf8)

    /// Why lines can't be appended; nil: they can.
    static func problem(of path: String) -> String? { PathInspection.problem(ofAppending: path) }

    /// Appends lines, and returns when they are durable. When it throws, the file is as it was before, or has torn lines that the
    /// next call removes.
    func append(_ lines: [UInt8]) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0o640)
        guard descriptor >= 0 else { throw failure("opened") }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw ExportError("\(path) is being written by another exporter; give each its own file.")
        }
        let size = try removeTornLine(descriptor)
        do {
            try write(lines, descriptor, at: size)
            guard fsync(descriptor) == 0 else { throw failure("synced to disk") }
        } catch {
            ftruncate(descriptor, off_t(size))
            throw error
        }
        if size == 0 { try syncDirectory() }
    }

    // Returns the size. A crash may have left the beginning of a line at the end.
    private func removeTornLine(_ descriptor: CInt) throws -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("examined") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ExportError("\(path) is no regular file; name another one.") }
        let size = Int(status.st_size)
        let start = try startOfLastLine(descriptor, size)
        guard start < size else { return size }
        let beginning = try read(descriptor, at: start, count: min(size - start, Self.lineStart.count))
        guard Self.lineStart.starts(with: beginning) else {
            throw ExportError("\(path) ends in the middle of a line that is no event of OpenLineage; name another file, or end the line.")
        }
        guard ftruncate(descriptor, off_t(start)) == 0 else { throw failure("truncated") }
        return start
    }

    // The size where the last line is whole.
    private func startOfLastLine(_ descriptor: CInt, _ size: Int) throws -> Int {
        var end = size
        while end > 0 {
            let count = min(end, 64 << 10)
            let piece = try read(descriptor, at: end - count, count: count)
            if let last = piece.lastIndex(of: UInt8(ascii: "\n")) { return end - count + last + 1 }
            end -= count
        }
        return 0
    }

    private func read(_ descriptor: CInt, at offset: Int, count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = pread(descriptor, &bytes, count, off_t(offset))
        guard got == count else { throw failure("read") }
        return bytes
    }

    private func write(_ bytes: [UInt8], _ descriptor: CInt, at offset: Int) throws {
        try bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw failure("written") }
                written += count
            }
        }
    }

    private func syncDirectory() throws {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("synced to disk") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("synced to disk") }
    }

    private func failure(_ what: String) -> ExportError {
        ExportError("\(path) can't be \(what): \(String(cString: strerror(errno))). The delivery will be retried.")
    }
}
#endif
