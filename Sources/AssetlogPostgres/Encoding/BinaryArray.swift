#if Postgres
/// A one-dimensional array in the binary form of PostgreSQL (`array_recv`), built element by element.
///
/// Not safe to share. Clearing keeps the memory, so that the arrays of a commit allocate nothing.
public final class BinaryArray {
    /// The type of its elements.
    public let element: UInt32
    private var memory: UnsafeMutableRawBufferPointer
    private var used = BinaryArray.headerLength
    private var count: Int32 = 0
    private var hasNulls = false

    // Dimensions, flags, type, length, lower bound.
    private static let headerLength = 20

    /// Makes an empty array.
    public init(of element: UInt32) {
        self.element = element
        memory = .allocate(byteCount: 4096, alignment: 16)
    }

    deinit {
        memory.deallocate()
    }

    /// The array as it is sent; valid until the next change.
    public var bytes: UnsafeRawBufferPointer {
        var header: (Int32, Int32, UInt32, Int32, Int32) = (1, hasNulls ? 1 : 0, element.bigEndian, count.bigEndian, 1)
        header.0 = header.0.bigEndian
        header.1 = header.1.bigEndian
        header.4 = header.4.bigEndian
        withUnsafeBytes(of: &header) { memory.copyMemory(from: $0) }
        return UnsafeRawBufferPointer(rebasing: memory[..<used])
    }

    /// Removes all elements and keeps the memory.
    public func removeAll() {
        used = Self.headerLength
        count = 0
        hasNulls = false
    }

    /// Appends a number of type int8.
    public func append(_ number: Int64) {
        append(length: 8) { $0.storeBytes(of: number.bigEndian, as: Int64.self) }
    }

    /// Appends a number of type int2.
    public func append(_ number: Int16) {
        append(length: 2) { $0.storeBytes(of: number.bigEndian, as: Int16.self) }
    }

    /// Appends a truth value.
    public func append(_ flag: Bool) {
        append(length: 1) { $0.storeBytes(of: flag ? 1 : 0, as: UInt8.self) }
    }

    /// Appends a UUID, given by its halves.
    public func append(high: UInt64, low: UInt64) {
        append(length: 16) { pointer in
            pointer.storeBytes(of: high.bigEndian, as: UInt64.self)
            (pointer + 8).storeBytes(of: low.bigEndian, as: UInt64.self)
        }
    }

    /// Appends a text or bytes.
    public func append(_ bytes: UnsafeRawBufferPointer) {
        append(length: bytes.count) { pointer in
            if let start = bytes.baseAddress { pointer.copyMemory(from: start, byteCount: bytes.count) }
        }
    }

    /// Appends a text or bytes, or a null.
    public func append(_ bytes: UnsafeRawBufferPointer?) {
        guard let bytes else { return appendNull() }
        append(bytes)
    }

    private func appendNull() {
        reserve(4)
        (memory.baseAddress! + used).storeBytes(of: Int32(-1).bigEndian, as: Int32.self)
        used += 4
        count += 1
        hasNulls = true
    }

    private func append(length: Int, _ write: (UnsafeMutableRawPointer) -> Void) {
        reserve(4 + length)
        let pointer = memory.baseAddress! + used
        pointer.storeBytes(of: Int32(length).bigEndian, as: Int32.self)
        write(pointer + 4)
        used += 4 + length
        count += 1
    }

    private func reserve(_ length: Int) {
        guard used + length > memory.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(used + length, memory.count * 2), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<used]))
        memory.deallocate()
        memory = larger
    }
}
#endif
