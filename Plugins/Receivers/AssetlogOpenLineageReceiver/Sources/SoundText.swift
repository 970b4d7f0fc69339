#if OpenLineageReceiver
import AssetlogCore

/// Texts of strangers as events take them.
enum SoundText {
    /// The most bytes of a text that is only read by people.
    static let maximumBytes = 4000
    /// The most bytes of a text that identifies something.
    static let maximumIdentifierBytes = 2048

    /// The text without NUL characters, cut after so many bytes.
    static func cut(_ text: String, bytes: Int = maximumBytes) -> String {
        (text.utf8.contains(0) ? text.replacing("\0", with: "\u{fffd}") : text).prefix(bytes: bytes)
    }

    /// The text, if it can identify something; nil otherwise.
    static func identifier(_ text: String?) -> String? {
        guard let text, !text.isEmpty, text.utf8.count <= maximumIdentifierBytes, !text.utf8.contains(0) else { return nil }
        return text
    }

    /// The text as a sentence shows it: between quotes, and not too long.
    static func quoted(_ text: String) -> String {
        let shown = cut(text, bytes: 200)
        return "\"\(shown)\(shown.utf8.count < text.utf8.count ? "…" : "")\""
    }
}
#endif
