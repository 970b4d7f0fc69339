#if JSONLines && Gzip
import AssetlogGzip

/// Compresses one rotated file.
final class Compression {
    static let isAvailable = true
    private let compressor: GzipCompressor

    init() throws {
        compressor = try GzipCompressor()
    }

    func compress(_ bytes: [UInt8]) throws -> [UInt8] {
        var output: [UInt8] = []
        bytes.withUnsafeBytes { compressor.compress($0, into: &output) }
        return output
    }

    func finish() throws -> [UInt8] {
        var output: [UInt8] = []
        compressor.finish(into: &output)
        return output
    }
}
#endif
