/// Strings of JSON that was validated before.
enum JSONText {
    /// The code unit of the escape `\uXXXX` at `index`; nil when there is no such escape.
    static func codeUnit(_ bytes: UnsafePointer<UInt8>, _ count: Int, at index: Int) -> UInt32? {
        guard index &+ 6 <= count, bytes[index] == UInt8(ascii: "\\"), bytes[index &+ 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt32 = 0
        for offset in 2..<6 {
            guard let digit = bytes[index &+ offset].hexadecimalValue else { return nil }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    /// Decodes the escape at `index` into `buffer`, which has room for four bytes.
    ///
    /// - Returns: The length of the escape, at least 1, and of what it stands for.
    static func unescape(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, at index: Int, to buffer: UnsafeMutablePointer<UInt8>
    ) -> (read: Int, written: Int) {
        guard index &+ 1 < count else { return (1, 0) }
        switch bytes[index &+ 1] {
        case UInt8(ascii: "b"): buffer[0] = 0x08
        case UInt8(ascii: "f"): buffer[0] = 0x0c
        case UInt8(ascii: "n"): buffer[0] = 0x0a
        case UInt8(ascii: "r"): buffer[0] = 0x0d
        case UInt8(ascii: "t"): buffer[0] = 0x09
        case UInt8(ascii: "u"):
            guard var scalar = codeUnit(bytes, count, at: index) else { return (2, 0) }
            var length = 6
            if scalar & 0xfc00 == 0xd800, let low = codeUnit(bytes, count, at: index &+ 6), low & 0xfc00 == 0xdc00 {
                scalar = 0x1_0000 + (scalar & 0x3ff) << 10 + (low & 0x3ff)
                length = 12
            } else if scalar & 0xf800 == 0xd800 {
                scalar = 0xfffd
            }
            return (length, UTF8Text.encode(scalar, to: buffer))
        default: buffer[0] = bytes[index &+ 1]
        }
        return (2, 1)
    }
}

extension ByteScratch {
    /// Appends what a validated string stands for; `content` is the string without its quotes.
    mutating func appendUnescaped(_ content: UnsafeRawBufferPointer) {
        guard let base = content.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        var index = 0
        var start = 0
        while index < content.count {
            guard base[index] == UInt8(ascii: "\\") else {
                index &+= 1
                continue
            }
            append(UnsafeRawPointer(base + start), count: index - start)
            index &+= appendEscaped(base, content.count, at: index, canonical: false)
            start = index
        }
        append(UnsafeRawPointer(base + start), count: index - start)
    }

    /// Appends a canonical JSON string, with its quotes, of UTF-8.
    mutating func appendString(_ text: UnsafeRawBufferPointer) {
        append(UInt8(ascii: "\""))
        appendContent(text, hasEscapes: false)
        append(UInt8(ascii: "\""))
    }

    /// Appends the string at a position of validated JSON in canonical form; moves the position past it.
    @inline(__always)
    mutating func appendString(_ cursor: inout JSONCursor) {
        let start = cursor.position
        let content = cursor.string()
        if cursor.wasPlain { return append(cursor.slice(start..<cursor.position)) }
        append(UInt8(ascii: "\""))
        appendContent(content, hasEscapes: true)
        append(UInt8(ascii: "\""))
    }

    private mutating func appendContent(_ content: UnsafeRawBufferPointer, hasEscapes: Bool) {
        guard let base = content.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        let count = content.count
        var index = 0
        var start = 0
        while index < count {
            if index &+ 8 <= count {
                let special = ByteWord.escapable(ByteWord.load(base + index))
                guard special != 0 else {
                    index &+= 8
                    continue
                }
                index &+= special.trailingZeroBitCount >> 3
            }
            let byte = base[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                index &+= 1
                continue
            }
            append(UnsafeRawPointer(base + start), count: index - start)
            if hasEscapes, byte == UInt8(ascii: "\\") {
                index &+= appendEscaped(base, count, at: index, canonical: true)
            } else {
                appendCanonical(byte)
                index &+= 1
            }
            start = index
        }
        append(UnsafeRawPointer(base + start), count: index - start)
    }

    // Appends what the escape at `index` stands for, as it is or in canonical form; returns the length of the escape.
    private mutating func appendEscaped(
        _ base: UnsafePointer<UInt8>, _ count: Int, at index: Int, canonical: Bool
    ) -> Int {
        var decoded: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
        let (read, written) = withUnsafeMutableBytes(of: &decoded) { buffer in
            // A tuple of four bytes has an address.
            guard let address = buffer.baseAddress else { return (1, 0) }
            return JSONText.unescape(base, count, at: index, to: address.assumingMemoryBound(to: UInt8.self))
        }
        if written == 1, canonical {
            appendCanonical(decoded.0)
        } else {
            withUnsafeBytes(of: decoded) { append(UnsafeRawBufferPointer(rebasing: $0[..<written])) }
        }
        return read
    }

    // One ASCII character of a string, escaped where it must be.
    private mutating func appendCanonical(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x0a: append("\\n")
        case 0x0d: append("\\r")
        case 0x09: append("\\t")
        case 0..<0x20:
            append("\\u00")
            append(UInt8(ascii: "0") + byte >> 4)
            append((byte & 0xf) + (byte & 0xf < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10))
        default: append(byte)
        }
    }
}
