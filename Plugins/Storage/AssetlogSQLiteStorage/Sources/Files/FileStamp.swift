#if SQLite
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// What tells whether a file has changed.
struct FileStamp: Equatable {
    var size: Int64 = -1
    private var (seconds, nanoseconds) = (0, 0)

    var exists: Bool { size >= 0 }

    init(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        size = Int64(status.st_size)
        #if canImport(Darwin)
        (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
        #else
        (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        #endif
    }
}
#endif
