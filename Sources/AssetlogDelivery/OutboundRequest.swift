public import AssetlogCore

/// A request that is sent to a server.
public struct OutboundRequest: Sendable {
    /// A field of the head. Its value may be a credential, so it is never printed.
    public struct Header: Sendable {
        /// The name.
        public var name: String
        /// The value.
        public var value: Secret

        /// Makes a field.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = Secret(value)
        }
    }

    /// The method: `POST`.
    public var method: String
    /// The URL, of http or https.
    public var url: String
    /// The fields of the head; `Content-Length` is added.
    public var headers: [Header]
    /// The body.
    public var body: [UInt8]
    /// The longest time until there is a connection.
    public var connectTimeout: Duration
    /// The longest time for all of it.
    public var timeout: Duration
    /// A PEM file with the only authorities that are trusted; nil: the system's.
    public var caFile: String?
    /// A PEM file with the certificate, and those between it and its authority, by which this side is known; nil: none.
    public var clientCertificateFile: String?
    /// A PEM file with the key of the client certificate, without a passphrase; nil: it stands in the certificate's file.
    public var clientKeyFile: String?
    /// The proxy for this request, whatever the environment says: `http://proxy:3128`; empty: none. Nil: the environment's.
    public var proxy: Secret?
    /// Whether an address that is not of the public Internet is refused: loopback, private, link-local, multicast and others.
    ///
    /// It is checked on the address that is connected to, after every resolution of the name. Behind a proxy that address is
    /// not known here: only one in place of a name is checked then, and the proxy's is not.
    public var refusesPrivateAddresses = false
    /// How much of an answer's body is kept; what follows is dropped.
    public var maximumAnswerBytes = 1 << 20

    /// Makes a request.
    ///
    /// The proxy comes from the environment, as curl reads it: `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`.
    public init(
        method: String = "POST", url: String, headers: [Header] = [], body: [UInt8] = [],
        connectTimeout: Duration = .seconds(10), timeout: Duration = .seconds(30), caFile: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.caFile = caFile
    }

    /// Scheme, host and port: what may be said about the URL, whose rest may hold credentials.
    var origin: String {
        guard let scheme = url.firstRange(of: "://") else { return "the server" }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        return "\(url[..<scheme.upperBound])\(host)"
    }
}

/// What a server answered.
public struct OutboundAnswer: Hashable, Sendable {
    /// A field of the head, as it came.
    public struct Header: Hashable, Sendable {
        /// The name, in lower case.
        public var name: String
        /// The value, without the blanks around it.
        public var value: String

        /// Makes a field.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The most fields that are kept, and their bytes.
    static let maximumHeaders = (count: 200, bytes: 64 << 10)

    /// The status: 200.
    public var status: Int
    /// The fields of the head, in their order; what comes after 200 fields or 64 KiB is dropped.
    public var headers: [Header] = []
    /// The body, or its beginning.
    public var body: [UInt8] = []
    /// Whether the body was longer than the request allowed.
    public var isBodyCut = false

    /// Makes an answer.
    public init(status: Int) {
        self.status = status
    }

    /// The value of the first field of a name, which is given in lower case; nil when there is none.
    public subscript(name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    /// The value of `Retry-After`: seconds or a date.
    public var retryAfter: String? { self["retry-after"] }
    /// The value of `Assetlog-Event-Id`.
    public var eventID: String? { self["assetlog-event-id"] }
    /// Whether the server gave the answer that it had given to the same request before.
    public var isReplayed: Bool {
        guard let value = self["idempotency-replayed"] else { return false }
        return value.lowercased() == "true" || value == "?1"
    }
}
