import AssetlogCore
import Foundation

/// A small file of JSON that is replaced as a whole.
struct SmallFile<Content: Codable & Sendable>: Sendable {
    let path: String
    /// What an operator loses who removes the file, as the end of a sentence.
    let loss: String

    /// Reads it; nil when there is none.
    func read() throws -> Content? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return try JSONDecoder().decode(Content.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw StorageError(.damaged, "\(path) can't be read: \(error). Remove it, and \(loss).")
        }
    }

    /// Writes it and returns when it is durable.
    func write(_ content: Content) throws {
        let new = path + ".new"
        guard FileManager.default.createFile(atPath: new, contents: nil, attributes: [.posixPermissions: 0o640]),
            let handle = FileHandle(forWritingAtPath: new)
        else {
            throw StorageError(.unavailable, "\(new) can't be written. Check the directory's permissions.")
        }
        try handle.write(contentsOf: JSONEncoder().encode(content))
        try handle.synchronize()
        try handle.close()
        guard rename(new, path) == 0 else {
            throw StorageError(.unavailable, "\(new) can't be renamed: \(String(cString: strerror(errno))).")
        }
        try syncDirectory()
    }

    // Without this a loss of power could bring the old file back.
    private func syncDirectory() throws {
        let directory = open((path as NSString).deletingLastPathComponent, O_RDONLY)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }
}
