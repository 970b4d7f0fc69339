/// UTF-8 as bytes.
enum UTF8Text {
    /// The length of the well-formed character at `bytes`, which starts with a byte of 0x80 or more; 0 when it is not
    /// well-formed (Unicode 16, table 3-7).
    @inline(__always)
    static func sequenceLength(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        let length = wellFormedPrefix(bytes, count)
        return length.complete ? length.count : 0
    }

    /// How many bytes at `bytes` are the start of one well-formed character, and whether they are the whole of it.
    static func wellFormedPrefix(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> (count: Int, complete: Bool) {
        let first = bytes[0]
        if first < 0x80 { return (1, true) }
        let length: Int
        var (low, high): (UInt8, UInt8) = (0x80, 0xbf)
        switch first {
        case 0xc2...0xdf: length = 2
        case 0xe0: (length, low) = (3, 0xa0)
        case 0xed: (length, high) = (3, 0x9f)
        case 0xe1...0xef: length = 3
        case 0xf0: (length, low) = (4, 0x90)
        case 0xf4: (length, high) = (4, 0x8f)
        case 0xf1...0xf3: length = 4
        default: return (1, false)
        }
        var index = 1
        while index < length {
            guard index < count, bytes[index] >= low, bytes[index] <= high else { return (index, false) }
            (low, high) = (0x80, 0xbf)
            index &+= 1
        }
        return (length, true)
    }

    /// Writes a scalar value that is not a surrogate to `buffer`, which has room for four bytes; returns its length.
    @inline(__always)
    static func encode(_ scalar: UInt32, to buffer: UnsafeMutablePointer<UInt8>) -> Int {
        func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: scalar >> shift) & 0x3f }
        if scalar < 0x80 {
            buffer[0] = UInt8(truncatingIfNeeded: scalar)
            return 1
        }
        if scalar < 0x800 {
            buffer[0] = 0xc0 | UInt8(truncatingIfNeeded: scalar >> 6)
            buffer[1] = tail(0)
            return 2
        }
        if scalar < 0x1_0000 {
            buffer[0] = 0xe0 | UInt8(truncatingIfNeeded: scalar >> 12)
            buffer[1] = tail(6)
            buffer[2] = tail(0)
            return 3
        }
        buffer[0] = 0xf0 | UInt8(truncatingIfNeeded: scalar >> 18)
        buffer[1] = tail(12)
        buffer[2] = tail(6)
        buffer[3] = tail(0)
        return 4
    }
}
