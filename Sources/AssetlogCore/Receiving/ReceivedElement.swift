import Synchronization

/// One message of a request: all of its body, or an element of its list.
public struct ReceivedElement: Sendable {
    /// The most events that are looked up for an element.
    public static let maximumLookups = 8

    /// The route to which it came, as ``ReceiverRoute/path`` names it.
    public var path: String
    /// The bytes, decompressed. Nothing has been checked, but that the limits are kept.
    public var body: [UInt8] {
        didSet { parsed = ParsedBody() }
    }
    /// The Content-Type of the request; nil: it had none.
    public var contentType: String?
    /// The headers that the route asks for, by their names in lower case; of several of one name, the last.
    public var headers: [String: String]
    private var parsed = ParsedBody()

    /// Makes an element.
    public init(path: String, body: [UInt8], contentType: String? = "application/json", headers: [String: String] = [:]) {
        self.path = path
        self.body = body
        self.contentType = contentType
        self.headers = headers
    }

    /// The body as JSON, which is parsed once for both steps of a receiver.
    ///
    /// - Throws: ``JSONError`` that says where it is none.
    public func json() throws(JSONError) -> JSONView { try parsed.result(of: body).get() }

    /// What has come of parsing a body. Guarded by a lock.
    private final class ParsedBody: Sendable {
        private let known = Mutex<Result<JSONView, JSONError>?>(nil)

        func result(of body: [UInt8]) -> Result<JSONView, JSONError> {
            known.withLock { known in
                if let known { return known }
                let result = Result { () throws(JSONError) in try JSONView(body) }
                known = result
                return result
            }
        }
    }
}

/// What a receiver has read in an element.
public struct ReceivedReading: Sendable {
    /// What becomes events.
    public var items: [EventItem]
    /// What could not be mapped, each with a sentence that says what and why. Counted, and shown to operators.
    public var unmapped: [String]
    /// Why the element is no message of the receiver's protocol, in a sentence for its sender; nil: it is one.
    public var refusal: String?

    /// Makes a reading.
    public init(items: [EventItem] = [], unmapped: [String] = []) {
        self.items = items
        self.unmapped = unmapped
    }

    /// An element that is no message of the protocol.
    public static func refused(_ reason: String) -> ReceivedReading {
        var reading = ReceivedReading()
        reading.refusal = reason
        return reading
    }
}
