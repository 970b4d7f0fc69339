import AssetlogCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Reads strings of canonical JSON.
enum JSONString {
    /// The text of a string with its quotes; nil: it is none.
    static func text(_ json: UnsafeRawBufferPointer) -> String? {
        guard json.count >= 2, json.first == UInt8(ascii: "\"") else { return nil }
        return text(content: UnsafeRawBufferPointer(rebasing: json[1..<json.count - 1]))
    }

    /// Whether a string with its quotes certainly is a text; one with escaped characters is not compared.
    static func isSame(_ json: UnsafeRawBufferPointer, as text: String) -> Bool {
        guard json.count == text.utf8.count + 2, json.first == UInt8(ascii: "\"") else { return false }
        let content = UnsafeRawBufferPointer(rebasing: json[1..<json.count - 1])
        return ByteText(text).isSame(as: content) && memchr(content.baseAddress!, Int32(UInt8(ascii: "\\")), content.count) == nil
    }

    /// The text of a string's content, which is between its quotes.
    static func text(content: UnsafeRawBufferPointer) -> String {
        guard content.contains(UInt8(ascii: "\\")) else { return String(decoding: content, as: UTF8.self) }
        let array = [UInt8](#"[""#.utf8) + content + [UInt8](#""]"#.utf8)
        return CanonicalJSON.strings(inArray: array)?.first ?? String(decoding: content, as: UTF8.self)
    }
}

/// Compares values of canonical JSON, which are the same when their bytes are.
enum JSONValue {
    static func isSame(_ json: UnsafeRawBufferPointer, as bytes: [UInt8]) -> Bool {
        json.count == bytes.count && bytes.withUnsafeBytes { json.isEmpty || memcmp(json.baseAddress!, $0.baseAddress!, json.count) == 0 }
    }
}

/// Reads numbers of canonical JSON.
enum JSONNumber {
    /// The number that is nearest to a literal; nil: it is none.
    static func double(_ json: UnsafeRawBufferPointer) -> Double? {
        guard (1...400).contains(json.count) else { return nil }
        if let small = small(json) { return Double(small) }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: json.count + 1) { text in
            for (index, byte) in json.enumerated() { text[index] = CChar(truncatingIfNeeded: byte) }
            text[json.count] = 0
            var end: UnsafeMutablePointer<CChar>?
            let number = strtod(text.baseAddress!, &end)
            return end == text.baseAddress! + json.count ? number : nil
        }
    }

    // Up to fifteen digits, which a double holds exactly.
    private static func small(_ json: UnsafeRawBufferPointer) -> Int64? {
        let isNegative = json[0] == UInt8(ascii: "-")
        let start = isNegative ? 1 : 0
        guard (1...15).contains(json.count - start) else { return nil }
        var value: Int64 = 0
        for index in start..<json.count {
            let digit = json[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return isNegative ? -value : value
    }
}
