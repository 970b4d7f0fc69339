/// A path at which a receiver takes requests with POST.
public struct ReceiverRoute: Hashable, Sendable {
    /// How the elements stand in a body.
    public enum Form: Hashable, Sendable {
        /// All of the body is one element, whatever it is.
        case single
        /// The body is a JSON array of elements, or one JSON object.
        case array
        /// Each line is an element.
        case lines
    }

    /// A kind of body that a route takes.
    public struct Body: Hashable, Sendable {
        /// The media type without parameters in lower case, `application/json`; `*` for every one, and none.
        public var mediaType: String
        /// How the elements stand in it.
        public var form: Form

        /// Makes a kind of body.
        public init(_ mediaType: String, _ form: Form) {
            self.mediaType = mediaType
            self.form = form
        }
    }

    /// The path below the server's prefix, without parameters: `/api/v1/lineage`. One below `/api/v1/` is there for each deployment;
    /// another is there once, for the default deployment.
    public var path: String
    /// The kinds of bodies that it takes; the first that fits counts.
    public var bodies: [Body]
    /// The most bytes of an element after decompression.
    public var maximumElementBytes: Int
    /// The headers that the receiver is shown, in lower case; one that ends with `-` stands for all that begin so: `ce-`.
    public var headers: [String]

    /// Makes a route.
    public init(
        _ path: String, bodies: [Body] = [Body("application/json", .single)], maximumElementBytes: Int = 16 << 20, headers: [String] = []
    ) {
        self.path = path
        self.bodies = bodies
        self.maximumElementBytes = maximumElementBytes
        self.headers = headers
    }

    /// How the elements stand in a body of a type; nil: it takes no such body.
    public func form(contentType: String?) -> Form? {
        let type = (contentType ?? "").prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        return bodies.first { $0.mediaType == "*" || $0.mediaType == type }?.form
    }

    /// Whether the receiver is shown a header, whose name is in lower case.
    public func shows(header name: String) -> Bool {
        headers.contains { $0.hasSuffix("-") ? name.hasPrefix($0) : name == $0 }
    }
}
