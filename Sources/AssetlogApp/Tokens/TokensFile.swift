import AssetlogAccess
import AssetlogCore
import Dispatch

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

    // Disks are waited for on a queue, never on the threads of Swift's tasks.
    private let queue = DispatchQueue(label: "assetlog.tokens")

    init(_ path: String) {
        self.path = path
    }

    func version() async throws -> [Int64] {
        try await onQueue {
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
        try await onQueue {
            let text = try ConfigurationFile.readText(path, name: path, noun: "the token list")
            return try TokenListReader.read(text, file: path)
        }
    }

    private func onQueue<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result(catching: body)) }
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
