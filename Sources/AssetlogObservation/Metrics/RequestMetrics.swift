import Synchronization

/// What is counted of requests and connections.
public final class RequestMetrics: Sendable {
    /// The most routes that are counted apart; more are a mistake in the program.
    static let maximumRoutes = 64

    private let names = Mutex(RequestRoute.known.map(\.name))
    private let requests = CounterGrid(
        rowLabel: "route", rows: maximumRoutes, columnLabel: "status", columns: 100...599)
    private let durations = (0..<maximumRoutes).map { _ in Histogram(seconds: HistogramBounds.requestSeconds) }
    /// The connections that are open.
    public let connections = Gauge()
    /// Connections that were closed at once, by the limit that they met.
    public let refusedByTotal = Counter()
    /// Connections that were closed at once, by the limit of one address.
    public let refusedByAddress = Counter()
    /// How often a connection could not be accepted, for lack of file descriptors or memory.
    public let acceptFailures = Counter()
    private let handshakes: [(result: String, counter: Counter)]
    private let proxyHeaders: [(reason: String, counter: Counter)]

    /// Makes counters at 0.
    ///
    /// - Parameters:
    ///   - handshakeResults: The results of TLS handshakes that are distinguished.
    ///   - proxyHeaderRefusals: The reasons to close a connection for its PROXY header that are distinguished.
    public init(handshakeResults: [String] = [], proxyHeaderRefusals: [String] = []) {
        handshakes = handshakeResults.map { ($0, Counter()) }
        proxyHeaders = proxyHeaderRefusals.map { ($0, Counter()) }
    }

    /// The route of a name, which is counted apart from now on. Called at the start, once for each route.
    public func route(_ name: String) -> RequestRoute {
        names.withLock { names in
            if let index = names.firstIndex(of: name) { return RequestRoute(index: index, name: name) }
            assert(names.count < Self.maximumRoutes, "more routes than rows")
            guard names.count < Self.maximumRoutes else { return .other }
            names.append(name)
            return RequestRoute(index: names.count - 1, name: name)
        }
    }

    private var routes: [RequestRoute] {
        names.withLock { $0.enumerated().map { RequestRoute(index: $0.offset, name: $0.element) } }
    }

    /// Counts an answered request.
    public func answered(_ route: RequestRoute, status: Int, nanoseconds: Int) {
        requests.add(row: route.index, column: status)
        durations[route.index].observe(nanoseconds: nanoseconds)
    }

    /// Counts the end of a TLS handshake.
    public func handshake(_ result: String) {
        handshakes.first { $0.result == result }?.counter.add()
    }

    /// Counts a connection that was closed for its PROXY header, or because it had none.
    public func refusedProxyHeader(_ reason: String) {
        proxyHeaders.first { $0.reason == reason }?.counter.add()
    }

    /// Shows the numbers to scrapes.
    public func register(in registry: MetricsRegistry) {
        registry.register(
            MetricFamily("assetlog_http_requests", .counter, help: "Answered requests by route and status.")
        ) { [requests, self] in requests.samples(of: routes.map(\.name)) }
        let duration = MetricFamily(
            "assetlog_http_request_duration_seconds", .histogram, unit: .seconds,
            help: "From the request's head to its answer, by route; of a report: until it is durable.")
        registry.register(duration) { [durations, self] in
            routes.compactMap { route in
                let snapshot = durations[route.index].snapshot
                return snapshot.count == 0 ? nil : MetricSample(["route": route.name], .histogram(snapshot))
            }
        }
        registry.register(
            MetricFamily("assetlog_http_connections", .gauge, help: "Open connections."), .none, connections)
        let refused = MetricFamily(
            "assetlog_http_connections_refused", .counter,
            help: "Connections that were closed at once, by the limit they met.")
        registry.register(refused, ["limit": "total"], refusedByTotal)
        registry.register(refused, ["limit": "address"], refusedByAddress)
        registry.register(
            MetricFamily(
                "assetlog_http_accept_failures", .counter,
                help: "Failures to accept a connection, for want of file descriptors or memory."), acceptFailures)
        let handshake = MetricFamily("assetlog_tls_handshakes", .counter, help: "Ended TLS handshakes by result.")
        for (result, counter) in handshakes { registry.register(handshake, ["result": result], counter) }
        let header = MetricFamily(
            "assetlog_proxy_headers_refused", .counter,
            help: "Connections that were closed for their PROXY header, or because they had none.")
        for (reason, counter) in proxyHeaders { registry.register(header, ["reason": reason], counter) }
    }
}
