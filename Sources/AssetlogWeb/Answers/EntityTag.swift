import AssetlogCore
import HTTPTypes
package import HummingbirdCore

/// The tag of what an answer says (RFC 9110, section 8.8.3), by which a client that asks again learns that it is the same.
///
/// It is weak: compressed or not, and with a later sequence in `as_of`, an answer says the same.
package struct EntityTag: Hashable, Sendable {
    private let opaque: String

    /// Makes the tag of what an answer says.
    package init(of content: [UInt8]) {
        opaque = content.withUnsafeBytes { ContentTag.text(of: $0) }
    }

    /// The value of the field `ETag`.
    package var field: String { "W/\"\(opaque)\"" }

    /// Whether a client has what the tag stands for, by the values of its field `If-None-Match` (section 13.1.2).
    package func isKnown(to values: [String]) -> Bool {
        values.joined(separator: ",").split(separator: ",").contains { value in
            let tag = value.trimmed
            return tag == "*" || (tag.hasPrefix("W/") ? tag.dropFirst(2) : tag) == "\"\(opaque)\""
        }
    }
}

extension Response {
    /// Tags the answer, and leaves out its body where the client has the same already.
    ///
    /// - Parameter content: What the answer says, without what may differ though it says the same.
    package mutating func tag(_ content: [UInt8], for request: Request) {
        let tag = EntityTag(of: content)
        headers[.eTag] = tag.field
        // Every time the client asks; and no cache between keeps what a token may read.
        headers[.cacheControl] = "private, no-cache"
        guard status == .ok, tag.isKnown(to: request.headers[values: .ifNoneMatch]) else { return }
        status = .notModified
        headers[.contentType] = nil
        body = .init()
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        return start[..<(start.lastIndex { $0 != " " && $0 != "\t" }.map(start.index(after:)) ?? start.startIndex)]
    }
}
