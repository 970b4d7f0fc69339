#if JSONLines
import AssetlogCore

/// Where the lines go, and when a new file is begun.
struct JSONLinesSettings: Sendable {
    var path: String
    var rotateBytes = 64 << 20
    var rotateAfter: Duration?
    var keepFiles: Int?
    var compress = false

    init(path: String) {
        self.path = path
    }

    /// Reads the plugin's keys.
    init(_ configuration: PluginConfiguration) throws {
        path = try configuration[JSONLinesKeys.path]
        guard !path.hasSuffix("/"), path.split(separator: "/").last.map({ $0 != "." && $0 != ".." }) ?? false else {
            throw configuration.error(JSONLinesKeys.path, "must name a file, not the directory \"\(path)\"")
        }
        rotateBytes = try configuration[JSONLinesKeys.rotateBytes]
        // Not the range of the key, whose message would give these bounds as plain numbers.
        guard (1 << 10...1 << 40).contains(rotateBytes) else {
            throw configuration.error(JSONLinesKeys.rotateBytes, "must be from 1KiB to 1024GiB, not \(rotateBytes) bytes")
        }
        let age = try configuration[JSONLinesKeys.rotateAfter]
        rotateAfter = age > .zero ? age : nil
        let files = try configuration[JSONLinesKeys.keepFiles]
        keepFiles = files > 0 ? files : nil
        compress = try configuration[JSONLinesKeys.compress]
        guard !compress || Compression.isAvailable else {
            throw configuration.error(
                JSONLinesKeys.compress, "can't be true in this build: it has no gzip. Set it to false, or build with the trait Gzip")
        }
    }
}
#endif
