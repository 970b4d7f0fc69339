#if TLS
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What tells a file from its replacement, without reading it. Symbolic links are followed, so that a link that points
/// elsewhere is a change.
struct FileStamp: Hashable {
    private var device: UInt64 = 0
    private var inode: UInt64 = 0
    private var size: Int64 = 0
    private var modified = Moment()
    /// Also of the owner and the permissions, which may have been what was wrong.
    private var changed = Moment()
    /// Why there is no more to say, else 0.
    private var error: Int32 = 0

    private struct Moment: Hashable {
        var seconds: Int64 = 0
        var nanoseconds: Int64 = 0

        init() {}

        init(_ time: timespec) { (seconds, nanoseconds) = (Int64(time.tv_sec), Int64(time.tv_nsec)) }
    }

    init(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            error = errno
            return
        }
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
        size = Int64(status.st_size)
        #if canImport(Darwin)
        (modified, changed) = (Moment(status.st_mtimespec), Moment(status.st_ctimespec))
        #else
        (modified, changed) = (Moment(status.st_mtim), Moment(status.st_ctim))
        #endif
    }
}
#endif
