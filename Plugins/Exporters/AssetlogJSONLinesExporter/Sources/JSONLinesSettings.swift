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

    /// Reads the plugin's keys; they are documented at ``ExporterPlugin/jsonLines``.
    init(_ configuration: PluginConfiguration) throws {
        path = configuration.requiredString("path")
        guard !path.hasSuffix("/"), path.split(separator: "/").last.map({ $0 != "." && $0 != ".." }) ?? false else {
            throw configuration.error("path", "must name a file, not the directory \"\(path)\"")
        }
        rotateBytes = configuration.integer("rotate_bytes")
        guard (1 << 10...1 << 40).contains(rotateBytes) else {
            throw configuration.error("rotate_bytes", "must be from 1KiB to 1024GiB, not \(rotateBytes) bytes")
        }
        let age = configuration.duration("rotate_after")
        rotateAfter = age > .zero ? age : nil
        let files = try configuration.integer("keep_files", in: 0...1_000_000)
        keepFiles = files > 0 ? files : nil
        compress = configuration.boolean("compress")
        guard !compress || Compression.isAvailable else {
            throw configuration.error(
                "compress", "can't be true in this build: it has no gzip. Set it to false, or build with the trait Gzip")
        }
    }
}
#endif
