import AssetlogCatalog
import AssetlogCore
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// How a request wants its answer to be: with what sequence in it, and how long it waits for that.
struct CatalogFreshness: Sendable {
    /// The names of its parameters.
    static let names = ["min_sequence", "wait"]
    /// The longest wait in seconds.
    private static let seconds: ClosedRange<Int64> = 0...60

    /// The sequence that the answer must contain; nil: any.
    let sequence: Int64?
    /// How long the request waits for it.
    let patience: Duration

    init(_ parameters: QueryParameters) throws(RequestError) {
        sequence = try parameters.integer("min_sequence", in: 0...Int64.max, example: "42")
        patience = .seconds(try parameters.integer("wait", in: Self.seconds, example: "10") ?? 10)
        if sequence == nil, parameters["wait"] != nil {
            throw .badParameter("wait", "says how long to wait for min_sequence, which is missing")
        }
    }
}

/// The reads of the catalog that clients ask for: how many there may be at once, and how fresh they are.
final class CatalogReads: Sendable {
    private let slots = Limiter(count: 16, refusal: tooMany)
    let catalog: (any CatalogQueries)?

    private static let tooMany = RequestError(
        status: .serviceUnavailable,
        detail: "The server is already reading the catalog for as many requests as it does at once, or as it does for one client."
            + " Try again in a moment.",
        headers: [.retryAfter: "1"])

    private static let noCatalog = RequestError(
        status: .notImplemented,
        detail: "This server keeps no catalog: catalog.enabled is false, or the build has no trait Catalog. The log can be read"
            + " with GET /api/v1/events.")

    /// - Parameter catalog: Nil: the server has none, and every read is answered 501.
    init(_ catalog: (any CatalogQueries)?) {
        self.catalog = catalog
    }

    /// Answers a request from the catalog.
    ///
    /// - Parameters:
    ///   - fresh: How the answer is wanted. When the catalog does not come so far in time, the answer is a 503 with what there is.
    ///   - read: Asks the catalog, and writes the answer as a JSON object without `as_of`.
    func answer(
        _ request: Request, _ context: RouteContext, _ fresh: CatalogFreshness,
        _ read: @Sendable (any CatalogQueries) async throws -> CatalogAnswer<JSONObject>
    ) async throws -> Response {
        var isFresh = true
        if let sequence = fresh.sequence {
            isFresh = try await known.waitFor(sequence: sequence, atMost: fresh.patience)
            try Task.checkCancellation()
        }
        return Self.response(to: request, try await self.read(for: context, read), isFresh: isFresh)
    }

    /// Asks the catalog when it is the caller's turn.
    ///
    /// - Throws: ``RequestError`` with the status 501 where there is no catalog, 503 where it can't be asked now; and what the work
    ///   throws.
    func read<Value: Sendable>(
        for context: RouteContext, _ work: @Sendable (any CatalogQueries) async throws -> Value
    ) async throws -> Value {
        let catalog = try known
        return try await slots.withSlot(for: LimitedCaller(context.identity)) {
            do {
                return try await work(catalog)
            } catch let error as CatalogError {
                throw RequestError(error)
            }
        }
    }

    private var known: any CatalogQueries {
        get throws(RequestError) {
            guard let catalog else { throw Self.noCatalog }
            return catalog
        }
    }

    private static func response(
        to request: Request, _ answer: CatalogAnswer<JSONObject>, isFresh: Bool
    ) -> Response {
        var json = answer.value
        let content = json.content
        json.append("as_of", answer.asOf)
        var response = json.response(status: isFresh ? .ok : .serviceUnavailable)
        response.headers[.assetlogAsOf] = "\(answer.asOf)"
        guard isFresh else {
            response.headers[.retryAfter] = "1"
            return response
        }
        response.tag(content, for: request)
        return response
    }
}

extension RequestError {
    /// The answer where the catalog gives none.
    fileprivate init(_ error: CatalogError) {
        if error.code == .invalidToken {
            self = .badParameter("after", "must be the next of the page before, of the same list")
        } else {
            self.init(status: .serviceUnavailable, detail: error.message, headers: [.retryAfter: "2"])
        }
    }
}
