public import AssetlogCore
import AssetlogDelivery

/// Reads what a server knows, and asks it for changes that are no reports: voids and wipes.
///
/// Every request is tried again while the server can't answer. An answer counts only when it is the server's: what a proxy or a
/// portal says is never read as the state of an asset.
public final class ServerReader: Sendable {
    /// The server.
    public let url: ServerURL
    /// The deployment; nil: the server's default.
    public let deployment: String?
    let clock: ClientClock
    private let token: Secret?
    private let options: AssetlogClient.Options
    private let connection = OutboundConnection()

    /// Makes a reader; nothing is opened before the first request.
    ///
    /// - Throws: ``ClientError`` when the URL or the deployment's name is malformed.
    public convenience init(
        url: String, token: Secret? = nil, deployment: String? = nil, options: AssetlogClient.Options = .init()
    ) throws {
        try self.init(url: url, token: token, deployment: deployment, options: options, clock: .system)
    }

    init(url: String, token: Secret?, deployment: String?, options: AssetlogClient.Options, clock: ClientClock) throws {
        self.url = try ServerURL(url)
        self.deployment = try AssetlogClient.checked(deployment)
        (self.token, self.options, self.clock) = (token, options, clock)
    }

    // The largest page, of 1,000 partitions with their latest events.
    private static let maximumAnswerBytes = 64 << 20

    /// Reads a path below `/api/v1/`.
    ///
    /// - Parameters:
    ///   - path: What follows `/api/v1/`.
    ///   - query: The parameters; those without a value are left out.
    /// - Returns: The body of the answer, JSON.
    /// - Throws: ``ClientError``; ``ClientError/Code/notFound`` where there is no such asset, partition or event.
    public func read(_ path: String, _ query: [(name: String, value: String?)] = []) async throws -> [UInt8] {
        try await request("GET", path, query, body: nil)
    }

    /// Sends an object to a path below `/api/v1/`, and returns the body of the answer.
    ///
    /// - Throws: ``ClientError``.
    func post(_ path: String, _ body: JSONObject) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        JSONValue.object(body).append(to: &bytes)
        return try await request("POST", path, [], body: bytes)
    }

    private func request(
        _ method: String, _ path: String, _ query: [(name: String, value: String?)], body: [UInt8]?
    ) async throws -> [UInt8] {
        var state = RetryState(options.retry, start: clock.steady())
        while true {
            let attempt = try await attempt(method, path, query, body: body)
            guard let failure = attempt.retryOutcome,
                case .retry(let pause) = state.next(failure, now: clock.steady(), date: clock.date(), random: clock.random())
            else { return try attempt.body() }
            do { try await clock.sleep(pause) } catch { throw ClientError(.cancelled, "the request was cancelled") }
        }
    }

    private func attempt(
        _ method: String, _ path: String, _ query: [(name: String, value: String?)], body: [UInt8]?
    ) async throws -> ReadAttempt {
        var request = outbound(method, path, query, body: body)
        request.maximumAnswerBytes = Self.maximumAnswerBytes
        request.headers.append(.init("Accept", "application/json"))
        do {
            return ReadAttempt(try await connection.send(request), from: url)
        } catch let error as DeliveryError {
            return .failed(error)
        }
    }

    /// A request to a path below `/api/v1/`, with the token.
    func outbound(
        _ method: String, _ path: String, _ query: [(name: String, value: String?)], body: [UInt8]?
    ) -> OutboundRequest {
        var request = OutboundRequest(
            method: method, url: address(of: path, query), body: body ?? [], timeout: options.attemptTimeout, caFile: options.caFile)
        request.headers = [.init("User-Agent", "assetlog-client")]
        if body != nil { request.headers.append(.init("Content-Type", "application/json")) }
        if let token { request.headers.append(.init("Authorization", "Bearer \(token.revealed)")) }
        return request
    }

    /// How failed attempts are followed by others.
    var retry: RetryPolicy { options.retry }

    private func address(of path: String, _ query: [(name: String, value: String?)]) -> String {
        let pairs = query.compactMap { name, value in value.map { "\(name)=\(PercentCoding.encode($0))" } }
        let base = "\(url)\(deployment.map { "/\($0)" } ?? "")/api/v1/\(path)"
        return pairs.isEmpty ? base : "\(base)?\(pairs.joined(separator: "&"))"
    }
}
