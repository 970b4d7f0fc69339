import AssetlogAccess
import AssetlogCore
import AssetlogObservation
import AssetlogWeb
import HTTPTypes
import HummingbirdCore
import Logging

/// `GET /`: a page for a person's browser.
struct PageRoute: RouteGroup {
    let storage: any Storage
    let reads: EventReads
    let configuration: APIConfiguration
    private let unreadable = MessageLimiter()

    var routes: [Route] { [Route(.get, "/", .anyOf(.admin), about: .deployment, handler: show)] }

    func show(_ request: Request, _ context: RouteContext) async throws -> Response {
        var view = PageView(
            address: PageAddress(request, context.identity, base: context.location.base).text, base: context.location.base,
            version: configuration.version, isReadOnly: configuration.paths.isReadOnly, now: .now())
        do {
            view.log = try await log(context)
        } catch {
            unreadable.error("The page can't read the event log.", metadata: ["error": "\(error)"], to: context.logger)
        }
        return response(view)
    }

    // So many pages are looked at for the last events.
    private static let pages = 10

    private func log(_ context: RouteContext) async throws -> PageView.Log {
        let visible = VisibleEvents(storage: storage, caller: context.identity.caller)
        // Newest first; the columns of ten events are small, but their metadata need not be.
        var query = EventQuery(
            order: .descending(before: nil), limit: 10, deployment: shownDeployment(context), maximumBytes: 1 << 20)
        let seesAll = query.deployment == nil && context.identity.caller.grant?.coversEveryAsset ?? true
        var log = PageView.Log(count: seesAll ? try await storage.statistics().events : nil, events: [])
        return try await reads.read(upTo: query.limit, for: LimitedCaller(context.identity)) {
            for _ in 0..<Self.pages {
                let page = try await reads.page(query, of: visible)
                log.events += page.events
                log.isCut = page.continuation != nil
                query.limit -= page.events.count
                query.order = page.continuation ?? query.order
                if !log.isCut || query.limit <= 0 || page.events.reduce(0, { $0 + $1.event.byteCount }) >= query.maximumBytes { break }
            }
            return log
        }
    }

    // Who may see every deployment sees the last events of all.
    private func shownDeployment(_ context: RouteContext) -> String? {
        let seesAll = context.identity.caller.grant?.coversEveryDeployment ?? true
        return seesAll && context.identity.organization == nil ? nil : context.deployment
    }

    private func response(_ view: PageView) -> Response {
        // 128 random bits in any text form.
        let nonce = EventID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)).description
        var response = Response(
            status: view.log == nil ? .serviceUnavailable : .ok, type: "text/html; charset=utf-8",
            bytes: Array(view.document(nonce: nonce).markup.utf8))
        // No script, nothing from elsewhere, and only the style that this answer brings.
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'nonce-\(nonce)'; img-src data:; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'"
        if view.log == nil { response.headers[.retryAfter] = "2" }
        return response
    }
}
