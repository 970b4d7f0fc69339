#if Catalog
import AssetlogCore

/// Where a list continues, as text that its reader gives back: the fields of the last row in hexadecimal digits.
enum PageToken {
    static func text(_ write: (inout RecordWriter) -> Void) -> String {
        var writer = RecordWriter()
        write(&writer)
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: writer.bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Reads a token.
    ///
    /// - Throws: ``CatalogError`` when it is none of this list.
    static func read<Value>(
        _ text: String?, _ body: (inout RecordReader) throws(DamagedRecord) -> Value
    ) throws(CatalogError) -> Value? {
        guard let text else { return nil }
        guard let bytes = bytes(text) else { throw invalid }
        do {
            return try RecordReader.read(bytes, body)
        } catch {
            throw invalid
        }
    }

    static let invalid = CatalogError(
        .invalidToken, "The value of after is no token of this list. Give it the next of the page before, with the same order.")

    private static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
#endif
