/// What the gate looks at: header fields as borrowed bytes, and where the connection comes from.
///
/// Valid only during the call it is made for.
public struct RequestAttributes {
    /// The value of `Dagster-Cloud-Api-Token`.
    public var apiToken: UnsafeRawBufferPointer?
    /// The value of `Authorization`.
    public var authorization: UnsafeRawBufferPointer?
    /// The value of `Host`.
    public var host: UnsafeRawBufferPointer?
    /// The value of `Origin`.
    public var origin: UnsafeRawBufferPointer?
    /// The value of `Sec-Fetch-Site`.
    public var fetchSite: UnsafeRawBufferPointer?
    /// The value of `X-Forwarded-For`; several fields are joined by commas.
    public var forwardedFor: UnsafeRawBufferPointer?
    /// The value of `X-Forwarded-Proto`.
    public var forwardedProto: UnsafeRawBufferPointer?
    /// The value of `Forwarded`; several fields are joined by commas.
    public var forwarded: UnsafeRawBufferPointer?
    /// The value of `Cookie`, where sessions may count; several fields are joined by semicolons.
    public var cookie: UnsafeRawBufferPointer?
    /// The address at the other end of the connection; nil where it has none.
    public var peer: ClientAddress?
    /// The names in the client's verified certificate.
    public var certificateNames: [String]
    /// The version of TLS that the connection speaks; nil: plain HTTP.
    public var tlsVersion: String?

    /// Makes attributes.
    public init(
        apiToken: UnsafeRawBufferPointer? = nil, authorization: UnsafeRawBufferPointer? = nil,
        host: UnsafeRawBufferPointer? = nil, origin: UnsafeRawBufferPointer? = nil,
        fetchSite: UnsafeRawBufferPointer? = nil, forwardedFor: UnsafeRawBufferPointer? = nil,
        forwardedProto: UnsafeRawBufferPointer? = nil, forwarded: UnsafeRawBufferPointer? = nil,
        cookie: UnsafeRawBufferPointer? = nil,
        peer: ClientAddress? = nil, certificateNames: [String] = [], tlsVersion: String? = nil
    ) {
        self.apiToken = apiToken
        self.authorization = authorization
        self.host = host
        self.origin = origin
        self.fetchSite = fetchSite
        self.forwardedFor = forwardedFor
        self.forwardedProto = forwardedProto
        self.forwarded = forwarded
        self.cookie = cookie
        self.peer = peer
        self.certificateNames = certificateNames
        self.tlsVersion = tlsVersion
    }

    /// Whether there is anything that may stand for a token.
    var hasCredentials: Bool { apiToken != nil || bearerToken != nil || !certificateNames.isEmpty }

    /// The token behind `Bearer `, in any case (RFC 6750).
    var bearerToken: UnsafeRawBufferPointer? {
        guard let authorization, authorization.count > 7, authorization[6] == UInt8(ascii: " "),
            authorization.prefix(6).elementsEqual("bearer".utf8, by: { $0 | 0x20 == $1 })
        else { return nil }
        let start = authorization[7...].firstIndex { $0 != UInt8(ascii: " ") } ?? authorization.count
        return UnsafeRawBufferPointer(rebasing: authorization[start...])
    }
}
