public import AssetlogCore
import AssetlogCrypto

/// Reads identities of runs as producers write them.
enum ReceivedRunID {
    /// The UUID, in any case, with or without braces or `urn:uuid:`. What is no UUID becomes one that follows from the text. Nil:
    /// there is none.
    static func read(_ json: JSONView?) -> EventID? {
        guard var text = json?.text, !text.isEmpty else { return nil }
        if let id = EventID(text) { return id }
        if text.lowercased().hasPrefix("urn:uuid:") { text.removeFirst(9) }
        if text.hasPrefix("{"), text.hasSuffix("}") { text = String(text.dropFirst().dropLast()) }
        if text.utf8.count == 32, let id = EventID(hyphenated(text)) { return id }
        if let id = EventID(text) { return id }
        let name = Array("urn:assetlog:openlineage:run:\(text)".utf8)
        return (try? NameUUID.version5(name, in: NameUUID.Namespace.url)).flatMap { EventID(bytes: $0) }
    }

    private static func hyphenated(_ digits: String) -> String {
        var text: [UInt8] = []
        for (index, digit) in digits.utf8.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append(UInt8(ascii: "-")) }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Reads times as producers write them.
public enum ReceivedTime {
    /// The time of RFC 3339; without an offset it is in UTC, as in Python's `isoformat()`. Nil: it is none.
    public static func read(_ json: JSONView?) -> Timestamp? {
        guard let text = json?.text, (10...64).contains(text.utf8.count) else { return nil }
        return Timestamp(text) ?? Timestamp(text + "Z") ?? Timestamp(withColon(text))
    }

    // The offset of ISO 8601's basic form: +0200.
    private static func withColon(_ text: String) -> String { "\(text.dropLast(2)):\(text.suffix(2))" }
}
