internal import Synchronization

/// Connections to one destination: as many as there are requests at once, each used again.
///
/// The requests of one connection go one after the other. Its state is behind a `Mutex`.
public final class ConnectionPool: Sendable {
    private struct State {
        var idle: [OutboundConnection] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Makes a pool without a connection.
    public init() {}

    /// Sends a request over the connection that was used last, or a new one when all are in use, and waits for the answer.
    ///
    /// - Throws: ``DeliveryError`` when there is no answer, or the pool is closed.
    public func send(_ request: OutboundRequest) async throws -> OutboundAnswer {
        let (isClosed, idle) = state.withLock { ($0.isClosed, $0.idle.popLast()) }
        if isClosed { throw DeliveryError(.cancelled, "the connections to \(request.origin) were closed") }
        let connection = idle ?? OutboundConnection()
        // One that failed is used again as well: it connects again.
        defer { state.withLock { if !$0.isClosed { $0.idle.append(connection) } } }
        return try await connection.send(request)
    }

    /// Closes the connections, those in use after their requests. Later requests are refused.
    public func close() {
        let idle = state.withLock { state in
            defer { state.idle = [] }
            state.isClosed = true
            return state.idle
        }
        withExtendedLifetime(idle) {}
    }
}
