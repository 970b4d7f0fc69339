package import AssetlogCore
package import AssetlogWeb

// The parameters that name assets, texts and times, the same in every route.
extension QueryParameters {
    /// The asset: as text that is split at every slash, as in the path of a report, or as a JSON array of the parts.
    package func assetKey() throws(RequestError) -> AssetKey? {
        guard let text = self["asset"] else { return try key("asset_key", example: Self.exampleOfKey) }
        guard self["asset_key"] == nil else {
            throw .badParameter("asset", "and asset_key both name the asset; give one of them")
        }
        guard AssetKey(json: text) == nil else {
            throw .badParameter(
                "asset", "is split at its slashes; a JSON array is given as asset_key, not \(text.quoted)",
                example: "warehouse/orders")
        }
        return try split("asset", text)
    }

    /// The parts that keys begin with, in either form.
    package func prefix() throws(RequestError) -> AssetKey? {
        guard let text = self["prefix"] else { return nil }
        guard text.utf8.first == UInt8(ascii: "[") else { return try split("prefix", text) }
        return try key("prefix", example: "warehouse/raw")
    }

    private static let exampleOfKey = "%5B%22warehouse%22,%22orders%22%5D"

    private func key(_ name: String, example: String) throws(RequestError) -> AssetKey? {
        guard let text = self[name] else { return nil }
        guard let key = AssetKey(json: text) else {
            let other = name == "asset_key" ? "; asset=warehouse/orders is the short form" : ""
            throw .badParameter(
                name, "must be a JSON array of at least one string, percent-encoded, not \(text.quoted)\(other)",
                example: example)
        }
        return key
    }

    private func split(_ name: String, _ text: String) throws(RequestError) -> AssetKey {
        guard !text.isEmpty else {
            throw .badParameter(name, "must name at least one part", example: "warehouse/orders")
        }
        try check(name, text)
        // By bytes: a slash with a combining mark is another character, and still a slash in the path of a report.
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return AssetKey(parts.map { String(decoding: $0, as: UTF8.self) })
    }

    /// A text that an event may have; nil when it is absent.
    package func text(_ name: String) throws(RequestError) -> String? {
        guard let text = self[name] else { return nil }
        try check(name, text)
        return text
    }

    // No event has such a text, so asking for it is a mistake.
    private func check(_ name: String, _ text: String) throws(RequestError) {
        guard !text.utf8.contains(0) else { throw .badParameter(name, "must not contain NUL; no event does") }
        guard text.utf8.count <= EventFilter.maximumTextLength else {
            throw .badParameter(name, "may have \(EventFilter.maximumTextLength) bytes of UTF-8, as in an event")
        }
    }

    /// A time of RFC 3339; nil when it is absent.
    package func time(_ name: String) throws(RequestError) -> Timestamp? {
        guard let text = self[name] else { return nil }
        guard text.utf8.count <= 64, let time = Timestamp(text) ?? Timestamp(Self.withColon(text)) else {
            let plus = text.utf8.dropFirst(19).contains(UInt8(ascii: " ")) ? " (in a URL, + is written %2B)" : ""
            throw .badParameter(
                name, "must be a time of RFC 3339 with its offset, not \(text.quoted)\(plus)",
                example: "2026-11-23T00:00:00Z")
        }
        return time
    }

    /// A span of time: `from`, and `to`, which does not belong to it.
    ///
    /// - Throws: ``RequestError`` also when the end is before the beginning.
    package func period() throws(RequestError) -> (from: Timestamp?, to: Timestamp?) {
        let (from, to) = (try time("from"), try time("to"))
        if let from, let to, from > to {
            throw .badParameter("to", "is before from; it is the end of the time that is asked about")
        }
        return (from, to)
    }

    // Python's %z, and clients that are generated for it, write an offset without its colon.
    private static func withColon(_ text: String) -> String {
        let offset = text.utf8.suffix(5)
        guard let sign = offset.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), offset.count == 5 else { return text }
        return "\(text.dropLast(2)):\(text.suffix(2))"
    }
}
