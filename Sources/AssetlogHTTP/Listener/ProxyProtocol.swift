import AssetlogAccess
import AssetlogObservation
import Logging
import Synchronization

/// Whose connections begin with a PROXY header, and who has broken that rule. State lives in a `Mutex`.
final class ProxyProtocol: Sendable {
    /// Why a connection was closed.
    enum Refusal: String, CaseIterable {
        /// The header came from an address that is no trusted proxy.
        case untrusted
        /// A trusted proxy sent none.
        case missing
        /// A trusted proxy sent one that is not valid.
        case malformed
        /// A trusted proxy did not send it in time.
        case timeout
    }

    private let trustedProxies: [AddressBlock]
    private let metrics: RequestMetrics
    private let logger: Logger
    // Strangers can cause them at will, so each kind gets one message; the metric counts all.
    private let logged = Mutex<Set<Refusal>>([])

    init(trustedProxies: [AddressBlock], metrics: RequestMetrics, logger: Logger) {
        self.trustedProxies = trustedProxies
        self.metrics = metrics
        self.logger = logger
    }

    /// Whether a connection must begin with the header; any other must not.
    func isExpected(from peer: ClientAddress?) -> Bool {
        guard let peer else { return false }
        return trustedProxies.contains { $0.contains(peer) }
    }

    /// Counts a connection that is closed, and logs that once.
    func refused(_ refusal: Refusal, from peer: ClientAddress?, because reason: String? = nil) {
        metrics.refusedProxyHeader(refusal.rawValue)
        guard logged.withLock({ $0.insert(refusal).inserted }) else { return }
        var metadata: Logger.Metadata = ["proxy.refusal": "\(refusal.rawValue)"]
        metadata["client.address"] = peer.map { "\($0)" }
        metadata["error"] = reason.map { "\($0)" }
        logger.warning(message(refusal), metadata: metadata)
    }

    private func message(_ refusal: Refusal) -> Logger.Message {
        switch refusal {
        case .untrusted:
            "A connection was closed: it began with a PROXY header, and its address is not in server.trusted_proxies. Further ones are only counted."
        case .missing:
            "A connection of a trusted proxy was closed: it did not begin with a PROXY header. Let the proxy send it, or set server.proxy_protocol to false. Further ones are only counted."
        case .malformed:
            "A connection of a trusted proxy was closed: its PROXY header is not valid. Further ones are only counted."
        case .timeout:
            "A connection of a trusted proxy was closed: its PROXY header did not arrive in time. Further ones are only counted."
        }
    }
}
