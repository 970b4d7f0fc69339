#if Gzip
import AssetlogGzip
import Testing

/// Gzip data, and what a decoder must make of it.
struct GzipVector: CustomTestStringConvertible, Sendable {
    var name: String
    var bytes: [UInt8]
    /// Nil: it decodes.
    var error: GzipError.Code?
    var decoded: [UInt8]
    var testDescription: String { name }

    static let text = Array("The quick brown fox jumps over the lazy dog. ".utf8)

    static func compress(_ bytes: [UInt8], level: Int = 6) throws -> [UInt8] {
        let compressor = try GzipCompressor(level: level)
        var output: [UInt8] = []
        bytes.withUnsafeBytes { compressor.compress($0, into: &output) }
        compressor.finish(into: &output)
        return output
    }

    static func all() throws -> [GzipVector] {
        let member = try compress(text)
        let other = try compress([1, 2, 3])
        let empty = try compress([])
        let large = noise(200_000)
        let text4000 = Array(repeating: text, count: 4_000).flatMap { $0 }
        func good(_ name: String, _ bytes: [UInt8], _ decoded: [UInt8]) -> GzipVector {
            GzipVector(name: name, bytes: bytes, error: nil, decoded: decoded)
        }
        func bad(_ name: String, _ bytes: [UInt8], _ error: GzipError.Code, _ decoded: [UInt8] = []) -> GzipVector {
            GzipVector(name: name, bytes: bytes, error: error, decoded: decoded)
        }
        return [
            good("one member", member, text),
            good("an empty member", empty, []),
            good("two members", member + other, text + [1, 2, 3]),
            good("three members, one of them empty", member + empty + other, text + [1, 2, 3]),
            good("stored blocks in several steps of output", try compress(large), large),
            good("several steps of output", try compress(text4000), text4000),
            good("zero padding", member + [0, 0, 0], text),
            good("FEXTRA", try withExtras(flags: 4, [3, 0, 9, 9, 9]), text),
            good("FNAME", try withExtras(flags: 8, Array("a.json".utf8) + [0]), text),
            good("FCOMMENT", try withExtras(flags: 16, Array("hello".utf8) + [0]), text),
            good("FHCRC and all the others", try withHeaderCheck(), text),
            bad("nothing", [], .truncated),
            bad("half of the magic", [0x1F], .truncated),
            bad("half of a second magic", member + [0x1F], .truncated, text),
            bad("a second member that is cut", member + other.dropLast(3), .truncated, text + [1, 2, 3]),
            bad("plain text", text, .corrupt),
            bad("zlib's format", [0x78, 0x9C, 0x4B, 0x04, 0x00, 0x00, 0x62, 0x00, 0x62], .corrupt),
            bad("padding alone", [0, 0, 0], .corrupt),
            bad("an unknown method", [0x1F, 0x8B, 9] + member.dropFirst(3), .corrupt),
            bad("unknown header flags", [0x1F, 0x8B, 8, 0xE0] + member.dropFirst(4), .corrupt),
            bad("a wrong header check", try withHeaderCheck(error: 1), .corrupt),
            bad("a wrong CRC", changing(member, member.count - 8), .corrupt, text),
            bad("a wrong length", changing(member, member.count - 1), .corrupt, text),
            bad("a reserved block type", Array(empty.prefix(10)) + [7, 0, 0], .corrupt),
            bad("text behind the member", member + Array("xyz".utf8), .trailingGarbage, text),
            bad("text behind the padding", member + [0, 0, 1], .trailingGarbage, text),
            bad("a member behind the padding", member + [0] + other, .trailingGarbage, text),
            bad("a broken second magic", member + [0x1F, 0x8C], .trailingGarbage, text),
        ]
    }

    /// Bytes that do not compress, the same each time.
    static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state)
        }
    }

    private static func changing(_ bytes: [UInt8], _ index: Int) -> [UInt8] {
        var bytes = bytes
        bytes[index] ^= 0x55
        return bytes
    }

    private static func withExtras(flags: UInt8, _ extras: [UInt8]) throws -> [UInt8] {
        let member = try compress(text)
        return header(flags) + extras + member.dropFirst(10)
    }

    private static func withHeaderCheck(error: UInt16 = 0) throws -> [UInt8] {
        let head = header(2 + 4 + 8 + 16) + [1, 0, 7] + Array("name".utf8) + [0] + Array("comment".utf8) + [0]
        let check = UInt16(truncatingIfNeeded: crc32(head)) ^ error
        return try head + [UInt8(check & 0xFF), UInt8(check >> 8)] + compress(text).dropFirst(10)
    }

    private static func header(_ flags: UInt8) -> [UInt8] { [0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 255] }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc = ~UInt32(0)
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
#endif
