/// Who is notified of requests that were answered. Called on event loops: it must not block.
public protocol RequestSink: Sendable {
    /// Whether it wants the record of a request with this status. A record costs allocations, so ask before making one.
    func wants(status: Int) -> Bool

    /// Is notified of a request. Called only where ``wants(status:)`` said so.
    func answered(_ record: AccessRecord)
}

extension RequestSink {
    /// Makes the record only when it is wanted.
    public func answered(status: Int, _ record: () -> AccessRecord) {
        if wants(status: status) { answered(record()) }
    }
}

/// Wants no record of any request.
public struct NoRequestSink: RequestSink {
    /// Makes one.
    public init() {}

    /// False.
    public func wants(status: Int) -> Bool { false }

    /// Does nothing.
    public func answered(_ record: AccessRecord) {}
}
