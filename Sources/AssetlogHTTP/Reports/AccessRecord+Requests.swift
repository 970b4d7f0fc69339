import AssetlogAccess
import AssetlogCore
import AssetlogObservation
import NIOCore
import NIOHTTP1

extension AccessRecord {
    /// The record of a request on the fast path, before its answer is known.
    ///
    /// - Parameters:
    ///   - route: The route of a report; nil: it is none, or not known yet.
    ///   - requestBytes: How many bytes of its body have come.
    init(
        _ head: FastPathRequestHead, in bytes: UnsafeRawBufferPointer, _ route: ReportRoute?,
        _ identity: RequestIdentity, requestBytes: Int, of connection: Connection
    ) {
        let target = bytes[head.target]
        self.init(
            nanoseconds: 0, client: (identity.address ?? connection.peer)?.description,
            reporter: identity.caller.name,
            deployment: route.map { OrganizationPolicy.qualified($0.deployment, organization: identity.organization) },
            method: "POST",
            path: String(decoding: target.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self),
            route: (route.map { RequestRoute($0.endpoint) } ?? .other).name, status: 0,
            refusal: identity.refusal?.reason.name, requestBytes: requestBytes, responseBytes: 2,
            tlsVersion: connection.tlsVersion, userAgent: head.userAgent.map { String(decoding: bytes[$0], as: UTF8.self) })
    }

    /// The record of a request behind the HTTP/1 handler, before its answer is known.
    ///
    /// - Parameter bodyBytes: How many bytes of its body have come.
    init(_ request: HTTP1Request, bodyBytes: Int, of connection: Connection) {
        let (head, identity) = (request.head, request.identity)
        self.init(
            nanoseconds: 0, client: (identity.address ?? connection.peer)?.description,
            reporter: identity.caller.name,
            deployment: request.deployment.map { OrganizationPolicy.qualified($0, organization: identity.organization) },
            method: head?.method.rawValue ?? "", path: String(head?.uri.prefix { $0 != "?" } ?? ""), route: request.route.name,
            status: 0, refusal: identity.refusal?.reason.name, requestBytes: bodyBytes, responseBytes: 2,
            tlsVersion: connection.tlsVersion, userAgent: head?.headers.first(name: "user-agent"))
    }
}

extension RequestObserver {
    /// Counts a request that is answered now, and logs and takes away the record that was begun for it; nil: no log takes it.
    ///
    /// - Parameter bytes: The bytes of the answer's body; nil: as the record has them.
    func answered(
        _ route: RequestRoute, status: Int, bytes: Int? = nil, from start: NIODeadline, to now: NIODeadline,
        taking record: inout AccessRecord?
    ) {
        if let bytes { record?.responseBytes = bytes }
        answered(route, status: status, nanoseconds: Int(clamping: (now - start).nanoseconds), taking: &record)
    }
}
