package import AssetlogAccess
package import AssetlogCatalog
package import AssetlogCore
package import AssetlogLog
package import AssetlogObservation
package import AssetlogWeb
package import HummingbirdCore
package import Logging

/// The pages for people, as the owner of the API hands them over.
package struct PageGroup: Sendable {
    /// Their routes.
    package let groups: [any RouteGroup]
    /// Shows an error to a person.
    package let errorPage: Responder.ErrorPage

    /// Makes it.
    package init(groups: [any RouteGroup], errorPage: @escaping Responder.ErrorPage) {
        self.groups = groups
        self.errorPage = errorPage
    }
}

/// Everything the server answers that is not a report: the event API, dry runs, the health routes, and the pages for people.
///
/// It has no listener: the owner of the sockets calls ``respond(to:_:_:_:)`` for each request.
public struct APIService: Sendable {
    let responder: Responder
    private let tail: Tail
    private let streams: StreamRegistry

    /// Makes the service.
    ///
    /// - Parameters:
    ///   - log: The running log, whose storage it reads.
    ///   - catalog: What is known about the assets of the log; nil: this server keeps no catalog.
    ///   - configuration: Where its routes lie.
    ///   - voids: Which events are void; the owner runs it.
    ///   - tokens: What the server is not ready without; nil: nothing.
    ///   - exporters: The exporters of the server.
    ///   - receivers: The receivers of the server.
    ///   - audit: Records what is done to exporters; nil: nothing does.
    ///   - observer: Is notified of every answer.
    ///   - registry: What `/metrics` shows.
    ///   - pages: Makes the pages for people; nil: there are none.
    ///   - logger: Takes what the operator should know.
    package init(
        log: EventLog, catalog: (any CatalogQueries)? = nil, configuration: APIConfiguration, voids: VoidIndex,
        tokens: TokenRegistry? = nil, exporters: any ExporterDirectory = ExporterRegistry(),
        receivers: [NamedReceiver] = [], audit: AuditLog? = nil,
        observer: RequestObserver = .init(),
        registry: MetricsRegistry = .init(), pages: ((PageServices) -> PageGroup)? = nil, logger: Logger
    ) {
        let layout = PathLayout(configuration.paths)
        let reads = EventReads()
        reads.register(in: registry)
        let similar = SimilarKeys(storage: log.storage, reads: reads)
        let logTail = Tail(log: log.storage, changes: { log.changes() }, memory: configuration.memory.answers, logger: logger)
        tail = logTail
        streams = StreamRegistry(
            limits: configuration.limits, memory: configuration.memory.answers, clock: configuration.streamClock)
        streams.register(in: registry)
        let document = OpenAPIDocument(
            base: layout.base, version: configuration.version, isTokenRequired: configuration.isTokenRequired,
            receivers: receivers)
        let events = EventRoutes(storage: log.storage, reads: reads, voids: voids)
        let catalogReads = CatalogReads(catalog)
        let corrections = CorrectionRoutes(log: log, voids: voids, audit: audit, configuration: configuration)
        let exporterRoutes = ExporterRoutes(
            directory: exporters, storage: log.storage, audit: audit, memory: configuration.memory.requests)
        let receiverRoutes = ReceiverRoutes(receivers, log: log, configuration: configuration)
        for receiver in receivers { receiver.register(in: registry) }
        let pageGroup = pages?(
            PageServices(
                configuration: configuration, layout: layout, storage: log.storage, events: events, catalog: catalogReads,
                corrections: corrections, exporters: exporterRoutes, receivers: receivers))
        let groups: [any RouteGroup] = [
            events, EventStreamRoute(storage: log.storage, tail: logTail, streams: streams, tokens: tokens),
            CatalogRoutes(reads: catalogReads, events: events),
            SubmissionRoute(log: log, similar: similar, configuration: configuration),
            ReportDryRunRoutes(similar: similar, configuration: configuration),
            corrections, exporterRoutes, receiverRoutes,
            OpenAPIRoute(document),
            ServerInfoRoute(version: configuration.version),
            MetricsRoute(registry: registry, storage: log.storage, timeout: configuration.probeTimeout),
            HealthRoutes(log: log, tokens: tokens, catalog: catalog, timeout: configuration.probeTimeout),
        ]
        let table = RouteTable(groups + (pageGroup?.groups ?? []), layout: layout, metrics: observer.metrics)
        responder = Responder(
            table, memory: configuration.memory, observer: observer, logger: logger, errorPage: pageGroup?.errorPage)
    }

    /// Serves those who follow the log, until the task is cancelled. To be called once.
    public func run() async {
        await withTaskGroup { group in
            group.addTask { [tail] in await tail.run() }
            group.addTask { [streams] in await streams.run() }
        }
    }

    /// Ends the streams of those who follow the log, and begins no more; returns at once.
    public func drain() {
        streams.drain()
    }

    /// Answers a request that a connection has brought. It throws only when the answer can't be written.
    package func respond(
        to request: Request, _ writer: consuming ResponseWriter, _ identity: RequestIdentity, _ memory: RequestMemory
    ) async throws {
        try await responder.respond(to: request, writer, identity, memory)
    }
}
