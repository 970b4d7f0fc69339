#if Delivery
internal import CCurl

/// A URL as libcurl reads it, so that what is said about it holds for the connection too: `http://127.1` is 127.0.0.1 here.
struct OutboundURL: Hashable, Sendable {
    let scheme: String
    let host: String
    let hasUser: Bool
    let hasFragment: Bool

    /// Reads a URL with a scheme; nil for what libcurl does not read.
    init?(_ text: String) {
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }), let handle = curl_url() else { return nil }
        defer { curl_url_cleanup(handle) }
        guard curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK,
            let scheme = Self.part(CURLUPART_SCHEME, of: handle), let host = Self.part(CURLUPART_HOST, of: handle)
        else { return nil }
        (self.scheme, self.host) = (scheme.lowercased(), host)
        hasUser = Self.part(CURLUPART_USER, of: handle) != nil
        hasFragment = Self.part(CURLUPART_FRAGMENT, of: handle) != nil
    }

    /// The address that stands in place of a name.
    var address: IPAddress? { IPAddress(host) }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
#endif
