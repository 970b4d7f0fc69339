import AssetlogAccess
import AssetlogCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A file of tokens, `auth.tokens_file`, which is looked at once a second.
struct TokensFile: TokenSource {
    /// The file; an absolute path.
    let path: String

    var name: String { AuthKeys.tokensFile.path }
    var pause: Duration? { .seconds(1) }

    // Disks are waited for on a thread of their own, never on those of Swift's tasks.
    private let thread = BlockingPool("tokens-file")

    init(_ path: String) {
        self.path = path
    }

    func version() async throws -> [Int64] {
        try await thread.run {
            var status = stat()
            guard stat(path, &status) == 0 else {
                throw ConfigurationError("the token list", "can't be read: \(String(cString: strerror(errno)))", at: path)
            }
            let (seconds, nanoseconds) = status.modification
            let now = time(nil)
            // Two changes may fall into one tick of the file system's clock, so a young file is read each time.
            let age = now - seconds < 3 ? Int64(now) : 0
            return [
                Int64(truncatingIfNeeded: status.st_dev), Int64(truncatingIfNeeded: status.st_ino), Int64(status.st_size),
                Int64(seconds), Int64(nanoseconds), age,
            ]
        }
    }

    func tokens() async throws -> [TokenRecord] {
        try await thread.run {
            let text = try ConfigurationFile.readText(path, name: path, label: "the token list")
            return try TokenListReader.read(text, file: path)
        }
    }
}

extension stat {
    /// When the content was changed.
    fileprivate var modification: (seconds: Int, nanoseconds: Int) {
        #if canImport(Darwin)
        (st_mtimespec.tv_sec, st_mtimespec.tv_nsec)
        #else
        (st_mtim.tv_sec, st_mtim.tv_nsec)
        #endif
    }
}
