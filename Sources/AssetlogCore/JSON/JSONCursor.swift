#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A position in JSON that was validated before. It checks no grammar, but never reads beyond the end.
struct JSONCursor {
    let base: UnsafePointer<UInt8>
    private let count: Int
    var position: Int

    init(_ bytes: UnsafeRawBufferPointer, position: Int = 0) {
        self.position = position
        guard let address = bytes.baseAddress else {
            // Never read, as the count is 0.
            base = UnsafePointer(bitPattern: 1).unsafelyUnwrapped
            count = 0
            return
        }
        base = address.assumingMemoryBound(to: UInt8.self)
        count = bytes.count
    }

    @inline(__always)
    var isAtEnd: Bool { position >= count }

    /// The next byte; 0 at the end.
    @inline(__always)
    var next: UInt8 { position < count ? base[position] : 0 }

    @inline(__always)
    mutating func skipBlanks() {
        while position < count, base[position].isJSONBlank { position &+= 1 }
    }

    /// Whether the string that was read last stands there in canonical form: no backslash, no control character.
    var wasPlain = true

    /// What is between the quotes of the string that starts here; moves past it.
    mutating func string() -> UnsafeRawBufferPointer {
        wasPlain = true
        let start = min(position &+ 1, count)
        var index = start
        while index < count {
            if index &+ 8 <= count {
                let special = ByteWord.escapable(ByteWord.load(base + index))
                guard special != 0 else {
                    index &+= 8
                    continue
                }
                index &+= special.trailingZeroBitCount >> 3
            }
            if base[index] == UInt8(ascii: "\"") { break }
            if base[index] < 0x20 || base[index] == UInt8(ascii: "\\") { wasPlain = false }
            index &+= base[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        let end = min(index, count)
        position = min(end &+ 1, count)
        return UnsafeRawBufferPointer(start: base + start, count: end &- start)
    }

    /// The number or word that starts here; moves past it.
    mutating func scalar() -> UnsafeRawBufferPointer {
        number().literal
    }

    /// The number that starts here, and whether it is a float; moves past it.
    @inline(__always)
    mutating func number() -> (literal: UnsafeRawBufferPointer, isFloat: Bool) {
        let start = position
        var isFloat = false
        while position < count {
            let byte = base[position]
            if Self.endsScalar(byte) { break }
            // A point, an exponent, NaN or Infinity.
            if byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") || byte | 0x20 == UInt8(ascii: "n") {
                isFloat = true
            }
            position &+= 1
        }
        return (UnsafeRawBufferPointer(start: base + start, count: position &- start), isFloat)
    }

    @inline(__always)
    private static func endsScalar(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") || byte.isJSONBlank
    }
}

extension JSONCursor {
    /// The value that starts here, with all that is in it; moves past it.
    mutating func value() -> UnsafeRawBufferPointer {
        let start = position
        if next == UInt8(ascii: "\"") {
            _ = string()
            return slice(start..<position)
        }
        var depth = 0
        repeat {
            switch next {
            case UInt8(ascii: "\""): _ = string()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"): position += 1
            default:
                if next.isJSONBlank { position += 1 } else { _ = scalar() }
            }
        } while depth > 0 && !isAtEnd
        return slice(start..<position)
    }

    /// Some of the bytes.
    func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    }
}

extension StaticString {
    /// Whether these are the bytes of the text.
    @inline(__always)
    func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return utf8CodeUnitCount == 0 }
        return bytes.count == utf8CodeUnitCount && memcmp(base, utf8Start, bytes.count) == 0
    }
}
