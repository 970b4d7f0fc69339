public import AssetlogCore

/// What is kept of one request that was answered. Values of the request are taken as they came; a caller that writes them
/// bounds and escapes them.
public struct AccessRecord: Sendable {
    /// ``refusal``: the token does not allow what was asked for.
    public static let noRight = "no_right"
    /// ``refusal``: the server takes no events.
    public static let readOnly = "read_only"

    /// When it was answered.
    public var time: Timestamp
    /// How long it took from its first byte to the last of its answer, in nanoseconds.
    public var nanoseconds: Int
    /// The client's address, without a port; nil where it has none.
    public var client: String?
    /// The name of the reporter, or reader, whose token was sent; nil: none was.
    public var reporter: String?
    /// The deployment that was asked about; nil where that was never found out.
    public var deployment: String?
    /// The method.
    public var method: String
    /// The path as it was sent. What follows a question mark is never written.
    public var path: String
    /// The name of the route, as in the metrics.
    public var route: String
    /// The status of the answer.
    public var status: Int
    /// Why the request was refused, in a word: `no_token`; nil: it was not, or there is nothing to add to the status.
    public var refusal: String?
    /// The bytes of the request's body, as they came.
    public var requestBytes: Int
    /// The bytes of the answer's body.
    public var responseBytes: Int
    /// The version of TLS: `TLSv1.3`; nil: plain HTTP.
    public var tlsVersion: String?
    /// What the client calls itself.
    public var userAgent: String?

    /// Makes a record; what is not given was not known.
    public init(
        time: Timestamp = .now(), nanoseconds: Int, client: String? = nil, reporter: String? = nil,
        deployment: String? = nil, method: String, path: String, route: String, status: Int, refusal: String? = nil,
        requestBytes: Int = 0, responseBytes: Int = 0, tlsVersion: String? = nil, userAgent: String? = nil
    ) {
        self.time = time
        self.nanoseconds = nanoseconds
        self.client = client
        self.reporter = reporter
        self.deployment = deployment
        self.method = method
        self.path = path
        self.route = route
        self.status = status
        self.refusal = refusal
        self.requestBytes = requestBytes
        self.responseBytes = responseBytes
        self.tlsVersion = tlsVersion
        self.userAgent = userAgent
    }
}
