import AssetlogCore
import Foundation

/// A file of records: a length, a checksum, and so many bytes. A record is in it as a whole or not at all.
final class RecordFile {
    private let handle: FileHandle
    /// Where the last whole record ends.
    private var length: UInt64 = 0
    private var isSuspect = false

    /// Opens the file, hands every whole record to `body`, and cuts off one that a crash has torn.
    init(path: String, body: ([UInt8]) throws -> Void) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw StorageError(.unavailable, "\(path) can't be opened: \(String(cString: strerror(errno))).")
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        // The kernel frees this lock with the process, however it ends.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw StorageError(.inUse, "Another server is using \(path). Stop it, or choose another directory.")
        }
        while let record = try next() {
            try body(record)
            length += UInt64(8 + record.count)
        }
        try cut()
    }

    private func next() throws -> [UInt8]? {
        guard let header = try handle.read(upToCount: 8), header.count == 8 else { return nil }
        let numbers = [UInt8](header)
        let count = Int(UInt32(littleEndianBytes: numbers[..<4]))
        guard count > 0, let data = try handle.read(upToCount: count), data.count == count else { return nil }
        let record = [UInt8](data)
        return checksum(record) == UInt32(littleEndianBytes: numbers[4...]) ? record : nil
    }

    /// Appends a record and returns when it is durable. After an error it is not in the file.
    func append(_ record: [UInt8]) throws {
        if isSuspect { try cut() }
        isSuspect = true
        let header = UInt32(record.count).littleEndianBytes + checksum(record).littleEndianBytes
        try handle.write(contentsOf: header + record)
        try handle.synchronize()
        isSuspect = false
        length += UInt64(8 + record.count)
    }

    private func cut() throws {
        try handle.truncate(atOffset: length)
        try handle.synchronize()
        isSuspect = false
    }
}

/// CRC-32 as in zip files, which finds every torn or exchanged block of a disk.
private func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0xffff_ffff
    for byte in bytes { sum = table[Int((sum ^ UInt32(byte)) & 0xff)] ^ (sum >> 8) }
    return ~sum
}

private let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 0 ? value >> 1 : 0xedb8_8320 ^ (value >> 1) }
}
