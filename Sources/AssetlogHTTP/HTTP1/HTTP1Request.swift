import AssetlogAccess
import AssetlogBody
import AssetlogCore
import AssetlogObservation
import NIOHTTP1

/// What is known of the request that an HTTP/1 connection reads or answers: for its answer, and for its record.
struct HTTP1Request {
    /// Nil: it could not be read.
    var head: HTTPRequestHead?
    var route = RequestRoute.other
    var deployment: String?
    var identity = RequestIdentity()
    /// The rates that its answer states.
    var rateFields: [(name: String, value: String)] = []
}

/// A report whose body is being read.
struct HTTP1Report {
    var route: ReportRoute
    var target: [UInt8]
    var contentType: [UInt8]?
    var body: GatheredBody
    /// The values of its Idempotency-Key fields.
    var keys: [[UInt8]]
    /// Whether the client says that its timestamp is approximate.
    var isTimestampApproximate: Bool

    /// - Throws: ``RequestBodyError`` when the body that the head announces can't be taken.
    init(
        _ head: HTTPRequestHead, _ route: ReportRoute, target: [UInt8], limits: RequestBodyLimits, memory: MemoryBudget.Share
    ) throws(RequestBodyError) {
        self.route = route
        self.target = target
        body = try GatheredBody(
            codings: head.headers["content-encoding"],
            announcedBytes: head.headers.first(name: "content-length").flatMap { Int($0) }, limits: limits, memory: memory)
        contentType = head.headers["content-type"].first.map { Array($0.utf8) }
        keys = head.headers[AccessField.idempotencyKey.name].map { Array($0.utf8) }
        isTimestampApproximate =
            head.headers.first(name: TimestampField.name).map { TimestampField.isApproximate($0.utf8) } ?? false
    }

    /// The whole body has come.
    ///
    /// - Returns: The answer when it ends too early, or when the report has no one valid key.
    func finish() -> ReportAnswer? {
        do throws(RequestBodyError) {
            try body.finish()
        } catch {
            return .refused(error)
        }
        do {
            // Several fields of one key are one.
            _ = try IdempotencyKey.parse(fields: keys)
            return nil
        } catch {
            return .refused(400, error.message)
        }
    }

    /// Lends the report to `use`, with the value of its Idempotency-Key.
    func withRequest<R>(_ use: (borrowing ReportRequest, _ key: UnsafeRawBufferPointer?) -> R) -> R {
        let key = keys.first
        return target.withUnsafeBytes { target in
            (contentType ?? []).withUnsafeBytes { type in
                body.bytes.withUnsafeBytes { bytes in
                    let request = ReportRequest(
                        endpoint: route.endpoint, keyPath: UnsafeRawBufferPointer(rebasing: target[route.keyPath]),
                        query: route.query.map { UnsafeRawBufferPointer(rebasing: target[$0]) },
                        contentType: contentType == nil ? nil : type, body: bytes,
                        isTimestampApproximate: isTimestampApproximate)
                    return (key ?? []).withUnsafeBytes { use(request, key == nil ? nil : $0) }
                }
            }
        }
    }
}
