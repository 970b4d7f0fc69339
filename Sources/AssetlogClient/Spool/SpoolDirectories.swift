#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The directories in which the spool of a user may lie, in the order in which they are tried: below `XDG_STATE_HOME`, the
/// `HOME` of the environment, the home of the user's account, the first `STATE_DIRECTORY` of systemd, and `/var/tmp`.
///
/// Services, `cron` and `env -i` run without a home, or with one that they can't write to; their reports must be kept too.
struct SpoolDirectories {
    /// The environment of the process.
    var environment: [String: String]
    /// The home of the account that runs the process; nil: it has none.
    var accountHome = Self.homeOfAccount()
    /// The directory in which everybody may make directories that outlive a restart.
    var sharedDirectory = "/var/tmp"

    /// The first directory that can be used.
    ///
    /// - Throws: ``ClientError`` when there is none.
    func first() throws -> String {
        if let state = absolute("XDG_STATE_HOME"), Self.canMake(state) { return "\(state)/assetlog/spool" }
        for home in [absolute("HOME"), accountHome].compactMap({ $0 }) where Self.isDirectory(home) {
            let state = "\(home)/.local/state"
            if Self.canMake(state) { return "\(state)/assetlog/spool" }
        }
        if let state = systemdState, Self.canMake(state) { return "\(state)/assetlog/spool" }
        if let directory = ownSharedDirectory() { return "\(directory)/spool" }
        throw ClientError(
            .spoolFailed,
            "there is no directory for the spool: neither XDG_STATE_HOME, nor a home, nor STATE_DIRECTORY, nor \(sharedDirectory) can be"
                + " written to; specify a directory")
    }

    private func absolute(_ name: String) -> String? {
        environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    private var systemdState: String? {
        environment["STATE_DIRECTORY"]?.split(separator: ":").first.map { String($0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    /// A directory that only this user can have made: another could wait there with one of his own.
    private func ownSharedDirectory() -> String? {
        let path = "\(sharedDirectory)/assetlog-\(geteuid())"
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { return nil }
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o077 == 0
        else { return nil }
        return path
    }

    private static func homeOfAccount() -> String? {
        var (entry, found) = (passwd(), UnsafeMutablePointer<passwd>?.none)
        var buffer = [CChar](repeating: 0, count: 1 << 14)
        guard getpwuid_r(geteuid(), &entry, &buffer, buffer.count, &found) == 0, found != nil, let home = entry.pw_dir
        else { return nil }
        return String(validatingCString: home).flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether a directory is there and can be written to, or can be made.
    private static func canMake(_ path: String) -> Bool {
        var path = path[...]
        while true {
            if access(String(path), F_OK) == 0 { return isDirectory(String(path)) && access(String(path), W_OK | X_OK) == 0 }
            guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return false }
            path = path[..<slash]
        }
    }
}
