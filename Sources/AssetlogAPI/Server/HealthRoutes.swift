import AssetlogAccess
import AssetlogCatalog
import AssetlogCore
import AssetlogLog
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `GET /livez` and `GET /readyz`, for those who decide whether to restart this server or to send it requests.
struct HealthRoutes: RouteGroup {
    private struct Check {
        var name: String
        var isPassed: Bool
        var sentence: String
        /// Whether it says what an operator should know, and is no reason to send reports elsewhere.
        var isWarning = false

        var line: String { "[\(isWarning ? "!" : isPassed ? "+" : "-")] \(name): \(sentence)\n" }
    }

    private let log: EventLog
    private let tokens: TokenRegistry?
    private let catalog: (any CatalogQueries)?
    private let probe: StorageProbe<Void>

    init(log: EventLog, tokens: TokenRegistry?, catalog: (any CatalogQueries)?, timeout: Duration) {
        self.log = log
        self.tokens = tokens
        self.catalog = catalog
        let storage = log.storage
        probe = StorageProbe(timeout: timeout) {
            do {
                _ = try await storage.events(EventQuery(order: .descending(before: nil), limit: 1))
            } catch let error as StorageError where error.code == .damaged && error.sequence != nil {
                // One event that can't be read is no reason to send reports elsewhere.
            }
        }
    }

    var routes: [Route] {
        [Route(.get, "/livez", .open, handler: live), Route(.get, "/readyz", .open, handler: ready)]
    }

    /// Always 200: a restart would not mend anything that this server depends on.
    func live(_ request: Request, _ context: RouteContext) async throws -> Response {
        Response(text: "ok\n")
    }

    /// 200 when reports can be taken and events be read, otherwise 503. `?verbose` lists the checks, `?exclude=NAME`
    /// leaves one out.
    func ready(_ request: Request, _ context: RouteContext) async throws -> Response {
        let parameters = (request.uri.query ?? "").split(separator: "&")
        let isVerbose = parameters.contains { $0.split(separator: "=").first == "verbose" }
        var checks: [Check] = []
        if !parameters.contains("exclude=log") { checks.append(logCheck()) }
        if !parameters.contains("exclude=storage") { checks.append(await storageCheck()) }
        if tokens?.isComplete == false, !parameters.contains("exclude=tokens") { checks.append(Self.tokensCheck) }
        if let catalog, !parameters.contains("exclude=catalog") { checks.append(Self.check(catalog.status)) }
        let isReady = checks.allSatisfy(\.isPassed)
        let lines = isVerbose ? checks.map(\.line) : []
        var response = Response(
            status: isReady ? .ok : .serviceUnavailable, text: lines.joined() + (isReady ? "ready\n" : "not ready\n"))
        if !isReady { response.headers[.retryAfter] = "2" }
        return response
    }

    // The reasons may hold paths and addresses, so they are in the server's log and not here.
    private func logCheck() -> Check {
        switch log.health {
        case .ready:
            Check(name: "log", isPassed: true, sentence: "accepting reports")
        case .away:
            Check(name: "log", isPassed: false, sentence: "the storage can't be used; the server's log says why")
        case .failing(let since, _):
            Check(
                name: "log", isPassed: false,
                sentence: "the storage has failed to record events for \((ContinuousClock.now - since).components.seconds) s; "
                    + "the server's log says why")
        case .draining:
            Check(name: "log", isPassed: false, sentence: "the server is stopping")
        }
    }

    private static let tokensCheck = Check(
        name: "tokens", isPassed: false, sentence: "the tokens can't be read yet; the server's log says why")

    // Never a reason to be out of service: reports don't need it.
    private static func check(_ status: CatalogStatus) -> Check {
        func warning(_ sentence: String) -> Check {
            Check(name: "catalog", isPassed: true, sentence: sentence, isWarning: true)
        }
        if status.failures > 0 {
            let times = status.failures == 1 ? "once" : "\(status.failures) times in a row"
            return warning("has failed \(times); the server's log says why")
        }
        if status.phase == .starting { return warning("is being opened") }
        if status.lag > 0, status.lagSeconds >= 5 || status.phase == .rebuilding {
            return warning("contains the log up to \(status.asOf) of \(status.head)")
        }
        return Check(name: "catalog", isPassed: true, sentence: "follows the log")
    }

    private func storageCheck() async -> Check {
        // A read would only hang.
        guard log.storage.health().isReady else {
            return Check(name: "storage", isPassed: false, sentence: "can't be used; the server's log says why")
        }
        return switch await probe.check() {
        case .answered:
            Check(name: "storage", isPassed: true, sentence: "events can be read")
        case .failed:
            Check(name: "storage", isPassed: false, sentence: "events can't be read; the server's log says why")
        case .late:
            Check(name: "storage", isPassed: false, sentence: "a read took longer than \(probe.timeout)")
        }
    }
}
