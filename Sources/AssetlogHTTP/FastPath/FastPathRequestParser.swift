import AssetlogCore

/// The head of a report in the plainest form of HTTP/1.1, as ranges into the bytes it was read from.
struct FastPathRequestHead: Equatable {
    /// The request target.
    var target: Range<Int>
    /// The value of the first Content-Type field.
    var contentType: Range<Int>?
    /// The value of Host.
    var host = 0..<0
    /// The fields that say who sent it, and from where.
    var access = AccessFields()
    /// The value of the first User-Agent field.
    var userAgent: Range<Int>?
    /// Whether the client says that its timestamp is approximate.
    var isTimestampApproximate = false
    /// The number of bytes of the head, with the empty line at its end.
    var byteCount: Int
    /// The number of bytes of the body, unless it comes in chunks.
    var contentLength: Int
    /// Whether the body comes in chunks.
    var isChunked = false
    /// Whether the body is compressed.
    var isGzip = false
    /// Whether the client asks to close the connection after the answer.
    var closes: Bool
}

/// Reads the head of a report if it has the one plain form that the fast path takes.
///
/// It never decides what a doubtful request means: whatever is not plainly `POST` with HTTP/1.1, exactly one Host that is
/// one, at most one Content-Length of digits or one Transfer-Encoding that is `chunked`, at most one Content-Encoding that is
/// `gzip`, at most one of each field that decides who may come in, and no other of the fields that change how a message is
/// read (Expect, Trailer, TE) is left to the HTTP/1 handler's parser, from its first byte. An offer to change to another protocol changes nothing about the message
/// that makes it, and is ignored (RFC 9110, section 7.8). A pure function of bytes (RFC 9112).
enum FastPathRequestParser {
    enum Result: Equatable {
        case complete(FastPathRequestHead)
        /// All bytes so far fit; more are needed.
        case incomplete
        /// For the HTTP/1 handler.
        case other
    }

    /// Heads that grow over this many bytes are left to the HTTP/1 handler and its limits.
    static let maximumHeadBytes = 8 << 10

    static func parse(_ bytes: UnsafeRawBufferPointer) -> Result {
        let method: StaticString = "POST /"
        let compared = min(bytes.count, method.utf8CodeUnitCount)
        for index in 0..<compared where bytes[index] != method.utf8Start[index] { return .other }
        guard bytes.count > method.utf8CodeUnitCount else { return .incomplete }

        // The target: visible ASCII up to the one space before the version.
        var position = 5
        while position < bytes.count, bytes[position] > 0x20, bytes[position] < 0x7f { position += 1 }
        let target = 5..<position
        guard position < bytes.count else { return incomplete(bytes) }
        guard bytes[position] == 0x20 else { return .other }
        let version: StaticString = " HTTP/1.1\r\n"
        for index in 0..<version.utf8CodeUnitCount {
            guard position + index < bytes.count else { return incomplete(bytes) }
            guard bytes[position + index] == version.utf8Start[index] else { return .other }
        }
        position += version.utf8CodeUnitCount

        var head = FastPathRequestHead(target: target, contentType: nil, byteCount: 0, contentLength: 0, closes: false)
        var hosts = 0
        // Content-Length and Transfer-Encoding.
        var lengths = 0
        while true {
            guard position < bytes.count else { return incomplete(bytes) }
            if bytes[position] == 0x0d {
                guard position + 1 < bytes.count else { return incomplete(bytes) }
                guard bytes[position + 1] == 0x0a, hosts == 1 else { return .other }
                head.byteCount = position + 2
                return .complete(head)
            }
            let name = position
            while position < bytes.count, isToken[Int(bytes[position])] { position += 1 }
            guard position < bytes.count else { return incomplete(bytes) }
            guard bytes[position] == UInt8(ascii: ":"), position > name else { return .other }
            let nameEnd = position
            position += 1
            var value = position
            while position < bytes.count, bytes[position] >= 0x20, bytes[position] < 0x7f || bytes[position] == 0x09 {
                position += 1
            }
            guard position + 1 < bytes.count else {
                return position < bytes.count && bytes[position] != 0x0d ? .other : incomplete(bytes)
            }
            guard bytes[position] == 0x0d, bytes[position + 1] == 0x0a else { return .other }
            var valueEnd = position
            position += 2
            while value < valueEnd, isWhitespace(bytes[value]) { value += 1 }
            while valueEnd > value, isWhitespace(bytes[valueEnd - 1]) { valueEnd -= 1 }

            switch Field(UnsafeRawBufferPointer(rebasing: bytes[name..<nameEnd])) {
            case .host:
                hosts += 1
                head.host = value..<valueEnd
                guard HostField.isValid(UnsafeRawBufferPointer(rebasing: bytes[head.host])) else { return .other }
            case .contentType: if head.contentType == nil { head.contentType = value..<valueEnd }
            case .contentLength:
                lengths += 1
                guard lengths == 1, valueEnd > value, valueEnd - value <= 10 else { return .other }
                for index in value..<valueEnd {
                    guard bytes[index] >= 0x30, bytes[index] <= 0x39 else { return .other }
                    head.contentLength = head.contentLength * 10 + Int(bytes[index] - 0x30)
                }
            case .connection:
                let options = ConnectionOptions(UnsafeRawBufferPointer(rebasing: bytes[value..<valueEnd]))
                guard options.arePlain else { return .other }
                if options.close { head.closes = true }
            case .transferEncoding:
                lengths += 1
                guard lengths == 1, equals(UnsafeRawBufferPointer(rebasing: bytes[value..<valueEnd]), "chunked") else { return .other }
                head.isChunked = true
            case .contentEncoding:
                guard !head.isGzip, equals(UnsafeRawBufferPointer(rebasing: bytes[value..<valueEnd]), "gzip") else { return .other }
                head.isGzip = true
            case .timestamp:
                head.isTimestampApproximate = TimestampField.isApproximate(UnsafeRawBufferPointer(rebasing: bytes[value..<valueEnd]))
            case .userAgent: if head.userAgent == nil { head.userAgent = value..<valueEnd }
            case .access(let field):
                guard head.access[field] == nil else { return .other }
                head.access[field] = value..<valueEnd
            case .http1: return .other
            case .ignored: break
            }
        }
    }

    private static func incomplete(_ bytes: UnsafeRawBufferPointer) -> Result {
        bytes.count > maximumHeadBytes ? .other : .incomplete
    }

    /// The fields that the fast path knows; every other one does not matter to it.
    private enum Field {
        case host, contentType, contentLength, contentEncoding, transferEncoding, connection, userAgent, timestamp, http1, ignored
        case access(AccessField)

        init(_ name: UnsafeRawBufferPointer) {
            switch name.count {
            case 2: self = equals(name, "te") ? .http1 : .ignored
            case 4: self = equals(name, "host") ? .host : .ignored
            case 6: self = equals(name, "expect") ? .http1 : equals(name, "origin") ? .access(.origin) : .ignored
            case 7: self = equals(name, "trailer") ? .http1 : .ignored
            case 9: self = equals(name, "forwarded") ? .access(.forwarded) : .ignored
            case 10: self = equals(name, "connection") ? .connection : equals(name, "user-agent") ? .userAgent : .ignored
            case 12: self = equals(name, "content-type") ? .contentType : .ignored
            case 13: self = equals(name, "authorization") ? .access(.authorization) : .ignored
            case 14:
                self =
                    equals(name, "content-length")
                    ? .contentLength : equals(name, "sec-fetch-site") ? .access(.fetchSite) : .ignored
            case 15:
                self =
                    equals(name, "x-forwarded-for")
                    ? .access(.forwardedFor) : equals(name, "idempotency-key") ? .access(.idempotencyKey) : .ignored
            case 16:
                self = equals(name, "content-encoding") ? .contentEncoding : equals(name, "proxy-connection") ? .http1 : .ignored
            case 17:
                self =
                    equals(name, "transfer-encoding")
                    ? .transferEncoding : equals(name, "x-forwarded-proto") ? .access(.forwardedProto) : .ignored
            case 18: self = equals(name, "assetlog-timestamp") ? .timestamp : .ignored
            case 23: self = equals(name, "dagster-cloud-api-token") ? .access(.apiToken) : .ignored
            default: self = .ignored
            }
        }
    }

    /// The options of a Connection field: `Upgrade, HTTP2-Settings`.
    private struct ConnectionOptions {
        /// Whether they are a list of tokens with nothing but commas and whitespace between them.
        private(set) var arePlain = false
        /// Whether `close` is one of them.
        private(set) var close = false

        init(_ value: UnsafeRawBufferPointer) {
            var position = 0
            while true {
                let start = position
                while position < value.count, isToken[Int(value[position])] { position += 1 }
                guard position > start else { return }
                if equals(UnsafeRawBufferPointer(rebasing: value[start..<position]), "close") { close = true }
                while position < value.count, isWhitespace(value[position]) { position += 1 }
                guard position < value.count else { break }
                guard value[position] == UInt8(ascii: ",") else { return }
                position += 1
                while position < value.count, isWhitespace(value[position]) { position += 1 }
            }
            arePlain = true
        }
    }

    /// A space or a tab: what may stand around a value (RFC 9110, section 5.6.3).
    private static func isWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// Compares without regard to ASCII case; `expected` is in lower case.
    private static func equals(_ bytes: UnsafeRawBufferPointer, _ expected: StaticString) -> Bool {
        guard bytes.count == expected.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count {
            let byte = bytes[index]
            let lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
            if lower != expected.utf8Start[index] { return false }
        }
        return true
    }

    /// RFC 9110, section 5.6.2.
    private static let isToken: [Bool] = (0..<256).map { value in
        guard let byte = UInt8(exactly: value), byte < 0x7f else { return false }
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: return true
        default: return "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
