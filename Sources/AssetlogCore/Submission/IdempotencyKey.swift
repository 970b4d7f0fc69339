/// The value of an `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header): a quoted string, or the bare
/// text that many clients send.
public enum IdempotencyKey {
    /// The most bytes of a key.
    public static let maximumBytes = 255

    /// What a key must be, for the one who sent another.
    public static let rule =
        "The Idempotency-Key must be 1 to 255 visible ASCII characters, such as a UUID, in quotes or without."

    /// Why several fields of the name are refused.
    public static let ambiguity =
        "The request has several Idempotency-Key fields with different keys; send one."

    /// Why a request has no key that can be used.
    public struct Failure: Error, Hashable, Sendable {
        /// What was wrong and what to do, for the one who sent it.
        public var message: String
    }

    /// Reads all fields of the name; nil when there is none. Equal keys are one.
    public static func parse(fields: [some Collection<UInt8>]) throws(Failure) -> [UInt8]? {
        var key: [UInt8]?
        for field in fields {
            guard let own = parse(field) else { throw Failure(message: rule) }
            guard key == nil || key == own else { throw Failure(message: ambiguity) }
            key = own
        }
        return key
    }

    /// Reads the value of the header; nil when it is no key.
    public static func parse(_ value: some Collection<UInt8>) -> [UInt8]? {
        var key: [UInt8] = []
        var isEscaped = false
        let isQuoted = value.first == UInt8(ascii: "\"")
        var rest = isQuoted ? value.dropFirst() : value[...]
        if isQuoted {
            var isClosed = false
            while let byte = rest.popFirst() {
                if isEscaped {
                    // RFC 8941, section 3.3.3: only these two are escaped.
                    guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { return nil }
                    key.append(byte)
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isClosed = true
                    break
                } else {
                    key.append(byte)
                }
            }
            guard isClosed, rest.isEmpty else { return nil }
        } else {
            key = Array(rest)
        }
        let isVisible = key.allSatisfy { $0 > 0x20 && $0 < 0x7f || (isQuoted && $0 == 0x20) }
        return (1...maximumBytes).contains(key.count) && isVisible ? key : nil
    }
}
