#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Looks at files and directories without changing them, for `assetlog check-config --files`: says what this user could not do.
public enum PathInspection {
    /// Why files can't be made in a directory, which need not exist yet; nil: they can.
    public static func problem(ofDirectory path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return problem(ofMaking: path, errno) }
        guard isDirectory(status) else { return "\(path) is not a directory; choose another path, or move it away." }
        return problem(path, W_OK | X_OK, "can't be written to")
    }

    /// Why a file can't be read; nil: it can.
    public static func problem(ofReading path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return sentence(path, "can't be read", errno) }
        guard !isDirectory(status) else { return "\(path) is a directory; name the file itself." }
        return problem(path, R_OK, "can't be read")
    }

    /// Why lines can't be appended to a file, which need not exist yet, though its directory must; nil: they can.
    public static func problem(ofAppending path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT, stat(parent(of: path), &status) == 0 else { return sentence(path, "can't be made", errno) }
            return problem(ofDirectory: parent(of: path))
        }
        guard !isDirectory(status) else { return "\(path) is a directory; name a file in it." }
        return problem(path, W_OK, "can't be written to")
    }

    // A missing directory is made in the nearest one above it that is there.
    private static func problem(ofMaking path: String, _ code: Int32) -> String? {
        guard code == ENOENT, parent(of: path) != path else { return sentence(path, "can't be made", code) }
        var status = stat()
        guard stat(parent(of: path), &status) == 0 else { return problem(ofMaking: parent(of: path), errno) }
        guard isDirectory(status) else { return "\(path) can't be made: \(parent(of: path)) is not a directory." }
        return problem(parent(of: path), W_OK | X_OK, "can't be written to, and \(path) is to be made there")
    }

    private static func problem(_ path: String, _ mode: Int32, _ what: String) -> String? {
        // As the user that this process works as, and not as the one who started it.
        faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0 ? nil : sentence(path, what, errno)
    }

    private static func sentence(_ path: String, _ what: String, _ code: Int32) -> String {
        let advice =
            switch code {
            case EACCES, EPERM: " Give the server's user access to it and its parent directories."
            case EROFS: " Choose a path on a file system that is not read-only."
            case ENOENT, ENOTDIR: " Correct the path, or make it."
            default: ""
            }
        return "\(path) \(what): \(String(cString: strerror(code))).\(advice)"
    }

    private static func isDirectory(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFDIR }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
