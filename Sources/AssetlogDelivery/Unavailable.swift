#if !Delivery
/// The stand-in of a build without the package trait Delivery: it sends nothing, and says so.
public final class OutboundConnection: Sendable {
    /// Makes a connection that is never opened.
    public init() {}

    /// Refuses the request.
    ///
    /// - Throws: ``DeliveryError`` with the code ``DeliveryError/Code/unavailable``.
    public func send(_ request: OutboundRequest) async throws -> OutboundAnswer {
        throw Self.unavailable
    }

    /// Refuses the request.
    ///
    /// - Throws: ``DeliveryError`` with the code ``DeliveryError/Code/unavailable``.
    public func stream(_ request: OutboundRequest, to stream: OutboundStream) async throws -> OutboundAnswer {
        throw Self.unavailable
    }

    private static let unavailable = DeliveryError(
        .unavailable, "this build sends nothing over HTTP; build it with the package trait Delivery, which needs libcurl")
}
#endif
