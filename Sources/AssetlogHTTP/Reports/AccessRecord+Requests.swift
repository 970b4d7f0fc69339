import AssetlogAccess
import AssetlogCore
import AssetlogObservation
import NIOCore
import NIOHTTP1

extension AccessRecord {
    /// The record of a request in the fast path, before its answer is known.
    ///
    /// - Parameters:
    ///   - route: The route of a report; nil: it is none, or not known yet.
    ///   - requestBytes: How many bytes of its body have come.
    init(
        _ head: FastPathRequestHead, in bytes: UnsafeRawBufferPointer, _ route: ReportRoute?,
        _ admission: RequestIdentity, requestBytes: Int, of connection: Connection
    ) {
        let target = bytes[head.target]
        self.init(
            nanoseconds: 0, client: (admission.address ?? connection.peer)?.description,
            reporter: admission.caller.name,
            deployment: route.map { OrganizationPolicy.qualified($0.deployment, organization: admission.organization) },
            method: "POST",
            path: String(decoding: target.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self),
            route: (route.map { RequestRoute($0.endpoint) } ?? .other).name, status: 0,
            refusal: admission.refusal?.reason.name, requestBytes: requestBytes, responseBytes: 2,
            tlsVersion: connection.tlsVersion, userAgent: head.userAgent.map { String(decoding: bytes[$0], as: UTF8.self) })
    }

    /// The record of a request in the HTTP/1 handler, before its answer is known; of one that could not be read there is no
    /// head.
    init(
        _ head: HTTPRequestHead?, _ route: RequestRoute, deployment: String?, _ admission: RequestIdentity,
        requestBytes: Int, of connection: Connection
    ) {
        self.init(
            nanoseconds: 0, client: (admission.address ?? connection.peer)?.description,
            reporter: admission.caller.name,
            deployment: deployment.map { OrganizationPolicy.qualified($0, organization: admission.organization) },
            method: head?.method.rawValue ?? "", path: String(head?.uri.prefix { $0 != "?" } ?? ""), route: route.name,
            status: 0, refusal: admission.refusal?.reason.name, requestBytes: requestBytes, responseBytes: 2,
            tlsVersion: connection.tlsVersion, userAgent: head?.headers.first(name: "user-agent"))
    }
}

extension RequestSink {
    /// Completes the record of a request that is answered now.
    func answered(_ record: AccessRecord, status: Int, bytes: Int?, since start: NIODeadline) {
        var record = record
        record.time = .now()
        record.nanoseconds = Int(clamping: (NIODeadline.now() - start).nanoseconds)
        record.status = status
        if let bytes { record.responseBytes = bytes }
        answered(record)
    }
}
