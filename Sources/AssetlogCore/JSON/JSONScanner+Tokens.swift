extension JSONScanner {
    /// Reads a string that starts at its quote.
    mutating func string() -> Bool {
        escaped = false
        var index = position &+ 1
        while true {
            index = plainRun(from: index)
            guard index < count else { return fail(.badEscape, at: count) }
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                position = index &+ 1
                return true
            }
            if byte == UInt8(ascii: "\\") {
                escaped = true
                let length = escape(at: index)
                guard length > 0 else { return false }
                index &+= length
            } else if byte >= 0x80 {
                let length = UTF8Text.sequenceLength(bytes + index, count &- index)
                guard length > 0 else { return badUTF8(at: index) }
                index &+= length
            } else {
                guard mode == .lenient || byte >= 0x20 else { return fail(.controlCharacter, at: index) }
                index &+= 1
            }
        }
    }

    /// The index of the first byte that is not a printable ASCII character of a string, eight at a time.
    @inline(__always)
    private func plainRun(from start: Int) -> Int {
        var index = start
        while index &+ 8 <= count {
            let special = ByteWord.special(ByteWord.load(bytes + index))
            if special != 0 { return index &+ special.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        return index
    }

    // The length of the escape at `index`; 0 after a fault.
    private mutating func escape(at index: Int) -> Int {
        guard index &+ 1 < count else { return failed(.badEscape, at: count) }
        switch bytes[index &+ 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return 2
        case UInt8(ascii: "u"):
            guard let unit = JSONText.codeUnit(bytes, count, at: index) else { return failed(.badEscape, at: index) }
            guard unit & 0xf800 == 0xd800 else { return 6 }
            guard unit < 0xdc00, let low = JSONText.codeUnit(bytes, count, at: index &+ 6), low & 0xfc00 == 0xdc00
            else { return failed(.loneSurrogate, at: index) }
            return 12
        default:
            return failed(.badEscape, at: index)
        }
    }

    private mutating func failed(_ reason: JSONFault.Reason, at index: Int) -> Int {
        _ = fail(reason, at: index)
        return 0
    }

    // Three bytes that would be a surrogate deserve their own sentence.
    private mutating func badUTF8(at index: Int) -> Bool {
        let isSurrogate = bytes[index] == 0xed && index &+ 2 < count && bytes[index &+ 1] >= 0xa0
        return fail(isSurrogate ? .loneSurrogate : .badUTF8, at: index)
    }

    /// Reads a number, or -Infinity.
    mutating func number() -> JSONKind? {
        var index = position
        if bytes[index] == UInt8(ascii: "-") {
            index &+= 1
            if index < count, bytes[index] == UInt8(ascii: "I") {
                position = index
                return word("Infinity") ? .float : nil
            }
        }
        let start = index
        index = digits(from: index)
        let length = index &- start
        guard length > 0 else { return refuse(.badNumber, at: index) }
        if length > 1, bytes[start] == UInt8(ascii: "0") { return refuse(.badNumber, at: start) }
        guard index < count, bytes[index] == UInt8(ascii: ".") || bytes[index] | 0x20 == UInt8(ascii: "e") else {
            guard length <= Self.maximumDigits else { return refuse(.tooManyDigits) }
            position = index
            return .integer
        }
        if bytes[index] == UInt8(ascii: ".") {
            let fraction = index &+ 1
            index = digits(from: fraction)
            guard index > fraction else { return refuse(.badNumber, at: index) }
        }
        if index < count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index &+= 1
            if index < count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index &+= 1 }
            let exponent = index
            index = digits(from: exponent)
            guard index > exponent else { return refuse(.badNumber, at: index) }
        }
        position = index
        return .float
    }

    private mutating func refuse(_ reason: JSONFault.Reason, at index: Int? = nil) -> JSONKind? {
        _ = fail(reason, at: index)
        return nil
    }

    @inline(__always)
    private func digits(from start: Int) -> Int {
        var index = start
        while index < count, bytes[index] &- UInt8(ascii: "0") < 10 { index &+= 1 }
        return index
    }
}

/// Eight bytes at a time.
package enum ByteWord {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    @inline(__always)
    static func load(_ pointer: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self))
    }

    /// How many bytes of a string's content at least come before a control character, a quote or a backslash; a multiple of eight.
    package static func plainCount(in bytes: UnsafeRawBufferPointer) -> Int {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
        var index = 0
        while index &+ 8 <= bytes.count, escapable(load(base + index)) == 0 { index &+= 8 }
        return index
    }

    /// The high bit of the first byte that is a control character, a quote, a backslash or not ASCII is set, and none
    /// before it; those after it are not to be relied on.
    @inline(__always)
    static func special(_ word: UInt64) -> UInt64 {
        escapable(word) | (word & highs)
    }

    /// The same for a control character, a quote or a backslash.
    @inline(__always)
    static func escapable(_ word: UInt64) -> UInt64 {
        let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let controls = (word &- (ones &* 0x20)) & ~word
        return (controls | ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)) & highs
    }
}
