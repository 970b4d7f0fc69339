import AssetlogAccess
import NIOHTTP1

/// A field that decides whether a request is let in, or whether it was sent before.
enum AccessField: CaseIterable {
    case apiToken, authorization, origin, fetchSite, forwardedFor, forwardedProto, forwarded, idempotencyKey

    /// The field's name, in lower case.
    var name: String {
        switch self {
        case .apiToken: "dagster-cloud-api-token"
        case .authorization: "authorization"
        case .origin: "origin"
        case .fetchSite: "sec-fetch-site"
        case .forwardedFor: "x-forwarded-for"
        case .forwardedProto: "x-forwarded-proto"
        case .forwarded: "forwarded"
        case .idempotencyKey: "idempotency-key"
        }
    }

    /// Whether several fields of the name are one list; of the others the first counts.
    var isList: Bool { self == .forwardedFor || self == .forwarded }
}

/// The values of these fields, as ranges of the bytes that a head was read from.
struct AccessFields: Equatable {
    private var apiToken: Range<Int>?
    private var authorization: Range<Int>?
    private var origin: Range<Int>?
    private var fetchSite: Range<Int>?
    private var forwardedFor: Range<Int>?
    private var forwardedProto: Range<Int>?
    private var forwarded: Range<Int>?
    private var idempotencyKey: Range<Int>?

    subscript(field: AccessField) -> Range<Int>? {
        get {
            switch field {
            case .apiToken: apiToken
            case .authorization: authorization
            case .origin: origin
            case .fetchSite: fetchSite
            case .forwardedFor: forwardedFor
            case .forwardedProto: forwardedProto
            case .forwarded: forwarded
            case .idempotencyKey: idempotencyKey
            }
        }
        set {
            switch field {
            case .apiToken: apiToken = newValue
            case .authorization: authorization = newValue
            case .origin: origin = newValue
            case .fetchSite: fetchSite = newValue
            case .forwardedFor: forwardedFor = newValue
            case .forwardedProto: forwardedProto = newValue
            case .forwarded: forwarded = newValue
            case .idempotencyKey: idempotencyKey = newValue
            }
        }
    }
}

extension RequestAttributes {
    /// The facts of a request in the fast path.
    init(_ head: FastPathRequestHead, in bytes: UnsafeRawBufferPointer, of connection: Connection) {
        func part(_ range: Range<Int>?) -> UnsafeRawBufferPointer? {
            range.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
        }
        self.init(
            apiToken: part(head.access[.apiToken]), authorization: part(head.access[.authorization]),
            host: part(head.host), origin: part(head.access[.origin]), fetchSite: part(head.access[.fetchSite]),
            forwardedFor: part(head.access[.forwardedFor]), forwardedProto: part(head.access[.forwardedProto]),
            forwarded: part(head.access[.forwarded]), peer: connection.peer,
            certificateNames: connection.certificateNames, tlsVersion: connection.tlsVersion)
    }

    /// Lends the facts of a request in the HTTP/1 handler to `body`.
    static func with<R>(_ head: HTTPRequestHead, of connection: Connection, _ body: (borrowing RequestAttributes) -> R) -> R {
        // The fields are copied into one buffer, which the facts borrow from.
        var bytes: [UInt8] = []
        func keep(_ name: String, listSeparator: String? = nil) -> Range<Int>? {
            let values = head.headers[name]
            guard let first = values.first else { return nil }
            let start = bytes.count
            bytes += (listSeparator.map { values.joined(separator: $0) } ?? first).utf8
            return start..<bytes.count
        }
        var fields = AccessFields()
        for field in AccessField.allCases { fields[field] = keep(field.name, listSeparator: field.isList ? "," : nil) }
        let host = keep("host")
        // Not among the fields above: reports, which the fast path reads, count no sessions.
        let cookie = keep("cookie", listSeparator: "; ")
        return bytes.withUnsafeBytes { bytes in
            func part(_ range: Range<Int>?) -> UnsafeRawBufferPointer? {
                range.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
            }
            return body(
                RequestAttributes(
                    apiToken: part(fields[.apiToken]), authorization: part(fields[.authorization]), host: part(host),
                    origin: part(fields[.origin]), fetchSite: part(fields[.fetchSite]),
                    forwardedFor: part(fields[.forwardedFor]), forwardedProto: part(fields[.forwardedProto]),
                    forwarded: part(fields[.forwarded]), cookie: part(cookie), peer: connection.peer,
                    certificateNames: connection.certificateNames, tlsVersion: connection.tlsVersion))
        }
    }
}
