import AssetlogCore
import AssetlogResults
import Foundation

/// Reads result files from the disk, within limits.
enum ResultFiles {
    /// The most bytes of a file. The manifest of a large project has some hundred MiB.
    private static let maximumBytes = 1 << 30

    /// Reads a file.
    ///
    /// - Throws: ``CommandFailure`` that names it.
    static func read(_ path: String, in context: CommandContext) throws -> [UInt8] {
        guard let bytes = try readIfThere(context.path(path)) else {
            throw CommandFailure(.failure, "\(path) does not exist; check its path")
        }
        return bytes
    }

    /// Reads a file; nil: there is none.
    static func readIfThere(_ path: String) throws -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)?.intValue ?? 0
        guard size <= maximumBytes else { throw CommandFailure(.failure, "\(path) has more than \(maximumBytes >> 20) MiB") }
        guard let data = FileManager.default.contents(atPath: path) else { throw CommandFailure(.failure, "\(path) can't be read") }
        return [UInt8](data)
    }

    /// Reads a file as results.
    ///
    /// - Throws: ``CommandFailure`` that names it.
    static func reading(_ path: String, _ read: () throws -> ResultReading) throws -> ResultReading {
        do {
            return try read()
        } catch let error as ResultFileError {
            throw CommandFailure(.failure, "\(path): \(error)")
        }
    }

    /// Reads files as results, one after the other.
    ///
    /// - Throws: ``CommandFailure`` that names the first that can't be read.
    static func reading(
        _ paths: [String], in context: CommandContext, _ read: ([UInt8]) throws -> ResultReading
    ) throws -> ResultReading {
        try paths.reduce(into: ResultReading()) { results, path in
            let bytes = try self.read(path, in: context)
            results.append(try reading(path) { try read(bytes) })
        }
    }

    /// When a file was last written; nil: there is none.
    static func modified(_ path: String) -> Date? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
    }
}
