#if JSONLines
import AssetlogCore

/// The keys of the exporter; they are documented at ``ExporterPlugin/jsonLines``.
enum JSONLinesKeys {
    static let path = ConfigurationKey.required("path", .path, "The file to write to; rotated files are kept next to it.")
    static let rotateBytes = ConfigurationKey(
        "rotate_bytes", .bytes, default: 64 << 20, "Rotates the file before it exceeds this size.")
    static let rotateAfter = ConfigurationKey(
        "rotate_after", .duration, default: .zero,
        "Rotates the file when its first line is this old; 0s: never because of age.")
    static let keepFiles = ConfigurationKey(
        "keep_files", .integer(in: 0...1_000_000), default: 0,
        "How many rotated files to keep; older ones are deleted. 0: all.")
    static let compress = ConfigurationKey(
        "compress", .boolean, default: Compression.isAvailable, "Compresses rotated files with gzip.")

    static let all: [any DeclaredKey] = [path, rotateBytes, rotateAfter, keepFiles, compress]
}
#endif
