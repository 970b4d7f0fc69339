import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogWeb
import HTTPTypes
import HummingbirdCore

/// `GET /api/v1/events/stream`: the events of the log as they come, for as long as the client reads.
struct EventStreamRoute: RouteGroup {
    let storage: any Storage
    let tail: Tail
    let streams: StreamRegistry
    /// The tokens that are valid; nil: there are none to ask about.
    let tokens: TokenRegistry?
    /// Streams that start at an older sequence read so many pages at once; requests for pages have turns of their own.
    private let turns = Limiter(count: 4)

    init(storage: any Storage, tail: Tail, streams: StreamRegistry, tokens: TokenRegistry?) {
        (self.storage, self.tail, self.streams, self.tokens) = (storage, tail, streams, tokens)
    }

    var routes: [Route] {
        [Route(.get, "/api/v1/events/stream", .anyOf(.read), about: .deployment, handler: open)]
    }

    private func open(_ request: Request, _ context: RouteContext) async throws -> Response {
        let parameters = try EventStreamParameters(
            request.uri.query, lastEventID: request.headers[.lastEventID], deployment: context.deployment)
        guard request.method == .get else { return StreamBody.head }
        let stream = try streams.open(for: LimitedCaller(context.identity), while: permission(of: context.identity.caller))
        do {
            let source = try await source(parameters, stream, context)
            return StreamBody(source, stream, in: streams, context).response
        } catch {
            stream.discard()
            throw error
        }
    }

    private func permission(of caller: Caller) -> @Sendable () -> Bool {
        guard let tokens, caller.token != nil else { return { true } }
        return { tokens.isCurrent(caller, at: .now()) }
    }

    private func source(
        _ parameters: EventStreamParameters, _ stream: OpenStream, _ context: RouteContext
    ) async throws -> EventStreamSource {
        let visible = VisibleEvents(storage: storage, caller: context.identity.caller)
        let caller = LimitedCaller(context.identity)
        do {
            let watcher = try await tail.watch(
                visible.filter(parameters.filter), after: parameters.after, bell: stream.bell
            ) { [turns] query in
                try await turns.withSlot(for: caller) { try await visible.page(query) }
            }
            return EventStreamSource(watcher: watcher)
        } catch let error as TailError {
            throw RequestError(status: .badRequest, detail: error.description, parameter: "after")
        }
    }
}

/// The events of a watcher of the log, as a stream shows them.
struct EventStreamSource: StreamSource {
    let watcher: TailWatcher

    var position: Int64 { watcher.position }
    var isDropped: Bool { watcher.isDropped }

    func next() async throws -> [StreamEvent]? {
        do {
            switch try await watcher.next() {
            case .events(let events): return events.map { StreamEvent(id: $0.sequence, json: $0.json) }
            // Seen by who asks whether it was dropped.
            case .dropped: return []
            case .wait: return nil
            }
        } catch let error as RequestError where error.status == .serviceUnavailable {
            // Its turn did not come in time.
            return []
        } catch let error as StorageError where error.code == .unavailable {
            // The stream stays open, and goes on when the storage is back.
            try await Task.sleep(for: .seconds(1))
            return []
        }
    }

    func leave() { watcher.leave() }
}
