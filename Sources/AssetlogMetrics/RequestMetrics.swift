/// The routes as metrics and logs name them: a few, whatever strangers ask for.
public enum RequestRoute: Int, CaseIterable, Sendable {
    /// The three endpoints that take reports.
    case reportMaterialization, reportCheck, reportObservation
    /// The event API.
    case events, event, openapi
    /// What is about the server itself.
    case serverInfo, metrics, livez, readyz, page
    /// Everything else, requests that could not be read among them.
    case other

    /// The name: the path with its parameters in braces.
    public var name: String {
        switch self {
        case .reportMaterialization: "/report_asset_materialization"
        case .reportCheck: "/report_asset_check"
        case .reportObservation: "/report_asset_observation"
        case .events: "/api/v1/events"
        case .event: "/api/v1/events/{event_id}"
        case .openapi: "/api/v1/openapi.json"
        case .serverInfo: "/server_info"
        case .metrics: "/metrics"
        case .livez: "/livez"
        case .readyz: "/readyz"
        case .page: "/"
        case .other: "other"
        }
    }
}

/// What is counted of requests and connections.
public final class RequestMetrics: Sendable {
    private let requests = CounterGrid(
        rowLabel: "route", rows: RequestRoute.allCases.map(\.name), columnLabel: "status", columns: 100...599)
    private let durations = RequestRoute.allCases.map { _ in Histogram(seconds: HistogramBounds.requestSeconds) }
    /// The connections that are open.
    public let connections = Gauge()
    /// Connections that were closed at once, by the limit that they met.
    public let refusedByTotal = Counter()
    /// Connections that were closed at once, by the limit of one address.
    public let refusedByAddress = Counter()
    /// How often a connection could not be accepted, for want of file descriptors or memory.
    public let acceptFailures = Counter()
    private let handshakes: [(result: String, counter: Counter)]
    private let proxyHeaders: [(reason: String, counter: Counter)]

    /// Makes counters at 0.
    ///
    /// - Parameters:
    ///   - handshakeResults: The results of TLS handshakes that are told apart.
    ///   - proxyHeaderRefusals: The reasons to close a connection for its PROXY header that are told apart.
    public init(handshakeResults: [String] = [], proxyHeaderRefusals: [String] = []) {
        handshakes = handshakeResults.map { ($0, Counter()) }
        proxyHeaders = proxyHeaderRefusals.map { ($0, Counter()) }
    }

    /// Counts an answered request.
    public func answered(_ route: RequestRoute, status: Int, nanoseconds: Int) {
        requests.add(row: route.rawValue, column: status)
        durations[route.rawValue].observe(nanoseconds: nanoseconds)
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
            MetricFamily("assetlog_http_requests", .counter, help: "Answered requests by route and status."), requests)
        let duration = MetricFamily(
            "assetlog_http_request_duration_seconds", .histogram, unit: .seconds,
            help: "From the request's head to its answer, by route; of a report: until it is durable.")
        for route in RequestRoute.allCases {
            let histogram = durations[route.rawValue]
            registry.register(duration) {
                let snapshot = histogram.snapshot
                return snapshot.count == 0 ? [] : [MetricSample(["route": route.name], .histogram(snapshot))]
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
