/// The header field by which an answer that records nothing says that it is the server's own.
///
/// Proxies, portals and load balancers answer with the same statuses. A client that must lose no report gives up only
/// where the server itself has decided.
package enum AnswerField {
    /// The field's name.
    package static let name = "Assetlog-Answer"
    /// The same request would be answered so again.
    package static let refused = "refused"
    /// The same request may be taken later.
    package static let later = "later"

    /// The value for an answer of a status; nil: the answer says yes, and has no such field.
    package static func value(status: Int) -> String? {
        switch status {
        case ..<400: nil
        case 501: refused
        case 408, 425, 429, 500...: later
        default: refused
        }
    }
}

/// The header field by which a client says how the timestamps of a request came about.
package enum TimestampField {
    /// The field's name.
    package static let name = "Assetlog-Timestamp"
    /// They are readings of the client's clock, which may be wrong, and nobody chose them.
    package static let approximate = "approximate"

    /// Whether a value of the field says that.
    package static func isApproximate(_ value: some Sequence<UInt8>) -> Bool {
        value.elementsEqual(approximate.utf8)
    }
}
