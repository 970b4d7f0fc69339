import AssetlogCore
import Foundation

/// The cursors of the consumers, in a small file that is replaced as a whole.
struct CursorFile {
    private struct Entry: Codable {
        var consumer: String
        var generation: Int64
        var position: Int64
        var log: String?
        var event: String?
    }

    let path: String

    func read() throws -> [String: ConsumerCursor] {
        guard FileManager.default.fileExists(atPath: path) else { return [:] }
        do {
            let entries = try JSONDecoder().decode([Entry].self, from: Data(contentsOf: URL(filePath: path)))
            let cursors = entries.map { entry in
                ConsumerCursor(
                    consumer: entry.consumer, generation: entry.generation, position: entry.position,
                    log: entry.log.flatMap { LogID($0) }, event: entry.event.flatMap { EventID($0) })
            }
            return Dictionary(cursors.map { ($0.consumer, $0) }, uniquingKeysWith: { $1 })
        } catch {
            throw StorageError(.damaged, "\(path) can't be read: \(error). Remove it, and all consumers start from the beginning.")
        }
    }

    /// Writes all cursors and returns when they are durable.
    func write(_ cursors: some Sequence<ConsumerCursor>) throws {
        let entries = cursors.map {
            Entry(
                consumer: $0.consumer, generation: $0.generation, position: $0.position, log: $0.log?.description,
                event: $0.event?.description)
        }
        let new = path + ".new"
        guard FileManager.default.createFile(atPath: new, contents: nil, attributes: [.posixPermissions: 0o640]),
            let handle = FileHandle(forWritingAtPath: new)
        else {
            throw StorageError(.unavailable, "\(new) can't be written. Check the directory's permissions.")
        }
        try handle.write(contentsOf: JSONEncoder().encode(entries))
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
