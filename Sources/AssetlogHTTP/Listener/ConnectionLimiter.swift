import AssetlogAccess
import AssetlogCore
import AssetlogObservation
import NIOCore
import Synchronization

/// Counts the open connections, in all and by address, and decides when one is too many. State lives in a `Mutex`.
final class ConnectionLimiter: Sendable {
    private struct State {
        var total = 0
        // Only addresses with open connections stand here, so it can't grow beyond the limit of all of them.
        var byAddress: [ClientAddress: Int] = [:]

        mutating func leave(_ peer: ClientAddress?) {
            guard let key = peer?.limitKey, let count = byAddress[key] else { return }
            byAddress[key] = count > 1 ? count - 1 : nil
        }
    }

    private let limits: ServerLimits
    private let trustedProxies: [AddressBlock]
    private let metrics: RequestMetrics
    private let memory: MemoryBudget.Share
    // What a connection keeps while it is idle, as was measured, with room for what its buffers grow to.
    private let connectionBytes: Int
    private let state = Mutex(State())

    init(
        limits: ServerLimits, trustedProxies: [AddressBlock], metrics: RequestMetrics, memory: MemoryBudget.Share,
        isSecure: Bool
    ) {
        self.memory = memory
        connectionBytes = isSecure ? 32 << 10 : 12 << 10
        self.limits = limits
        self.trustedProxies = trustedProxies
        self.metrics = metrics
    }

    /// Counts a new connection; false, and nothing is counted, when it is one too many.
    func admit(_ peer: ClientAddress?) -> Bool {
        let limit = limitPerAddress(peer)
        let refusal: Counter? = state.withLock { state in
            guard state.total < limits.connections, memory.take(connectionBytes) else { return metrics.refusedByTotal }
            if let key = peer?.limitKey {
                guard state.byAddress[key, default: 0] < limit else {
                    memory.release(connectionBytes)
                    return metrics.refusedByAddress
                }
                state.byAddress[key, default: 0] += 1
            }
            state.total += 1
            return nil
        }
        if let refusal { refusal.add() } else { metrics.connections.add() }
        return refusal == nil
    }

    /// Counts a connection that was admitted under the address of another peer, the client of its proxy; false, and
    /// nothing has changed, when that is one too many of its address.
    func move(from peer: ClientAddress?, to client: ClientAddress) -> Bool {
        let limit = limitPerAddress(client)
        let isAdmitted = state.withLock { state in
            guard state.byAddress[client.limitKey, default: 0] < limit else { return false }
            state.leave(peer)
            state.byAddress[client.limitKey, default: 0] += 1
            return true
        }
        if !isAdmitted { metrics.refusedByAddress.add() }
        return isAdmitted
    }

    /// Counts the end of a connection that was admitted.
    func leave(_ peer: ClientAddress?) {
        metrics.connections.subtract()
        memory.release(connectionBytes)
        state.withLock { state in
            state.total -= 1
            state.leave(peer)
        }
    }

    private func limitPerAddress(_ peer: ClientAddress?) -> Int {
        // A proxy brings the connections of all its clients.
        if let peer, trustedProxies.contains(where: { $0.contains(peer) }) { return .max }
        if let limit = limits.connectionsPerAddress { return limit == 0 ? .max : limit }
        return peer?.isLoopback ?? true ? .max : 1024
    }
}

extension ClientAddress {
    /// The address of a socket; nil for sockets that have none.
    init?(_ address: SocketAddress?) {
        guard let text = address?.ipAddress else { return nil }
        self.init(text)
    }
}
