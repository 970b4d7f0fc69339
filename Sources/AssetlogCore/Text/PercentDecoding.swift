/// Percent-encoded text, read as Python's `urllib` reads it.
enum PercentDecoding {
    /// Appends the decoded text as UTF-8: broken escapes stay as they are, bytes that are not UTF-8 become U+FFFD.
    static func append(_ text: UnsafeRawBufferPointer, plusIsSpace: Bool, to output: inout ByteScratch) {
        guard let base = text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        let count = text.count
        let start = output.count
        var isASCII = true
        var copied = 0
        var index = 0
        while index < count {
            let byte = base[index]
            if byte == UInt8(ascii: "%"), index + 2 < count, let high = base[index + 1].hexadecimalValue,
                let low = base[index + 2].hexadecimalValue
            {
                output.append(UnsafeRawPointer(base + copied), count: index - copied)
                output.append(high << 4 | low)
                if high >= 8 { isASCII = false }
                index += 3
                copied = index
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                output.append(UnsafeRawPointer(base + copied), count: index - copied)
                output.append(UInt8(ascii: " "))
                index += 1
                copied = index
            } else {
                if byte >= 0x80 { isASCII = false }
                index += 1
            }
        }
        output.append(UnsafeRawPointer(base + copied), count: index - copied)
        if !isASCII { repairUTF8(from: start, in: &output) }
    }

    // Each byte, or start of a character, that is not UTF-8 becomes one U+FFFD.
    private static func repairUTF8(from start: Int, in output: inout ByteScratch) {
        var position = start
        while position < output.count {
            let rest = (output.base + position).assumingMemoryBound(to: UInt8.self)
            let prefix = UTF8Text.wellFormedPrefix(rest, output.count - position)
            guard prefix.complete else { return rebuild(from: start, position, in: &output) }
            position += prefix.count
        }
    }

    private static func rebuild(from start: Int, _ firstFault: Int, in output: inout ByteScratch) {
        let decoded = Array(output.bytes(in: firstFault..<output.count))
        output.truncate(to: firstFault)
        decoded.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            var index = 0
            while index < bytes.count {
                let prefix = UTF8Text.wellFormedPrefix(base + index, bytes.count - index)
                if prefix.complete {
                    output.append(UnsafeRawPointer(base + index), count: prefix.count)
                } else {
                    output.append("\u{fffd}")
                }
                index += prefix.count
            }
        }
    }
}
