import Foundation

extension CommandContext {
    /// The most bytes of a file that a command reads as its input.
    static let maximumInputBytes = 256 << 20

    /// Reads a file, or the standard input for `-`.
    ///
    /// - Throws: ``CommandFailure`` with the path and the reason.
    func readInput(_ path: String) throws -> [UInt8] {
        do {
            let handle = path == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: self.path(path)))
            defer { if path != "-" { try? handle.close() } }
            let data = try handle.read(upToCount: Self.maximumInputBytes + 1) ?? Data()
            guard data.count <= Self.maximumInputBytes else {
                throw CommandFailure(.failure, "\(path) has more than \(Self.maximumInputBytes >> 20) MiB")
            }
            return Array(data)
        } catch let error as CommandFailure {
            throw error
        } catch {
            let reason = (error as NSError).code == NSFileReadNoSuchFileError ? "there is no such file" : "it can't be read: \(error)"
            throw CommandFailure(.failure, "\(path): \(reason)")
        }
    }
}
