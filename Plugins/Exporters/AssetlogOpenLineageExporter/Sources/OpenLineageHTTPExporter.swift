#if OpenLineage
import AssetlogCore
import AssetlogDelivery
import AssetlogOpenLineage
import Synchronization

/// Delivers to a backend over HTTP. Its only state of its own is whether it was closed, an `Atomic`.
final class OpenLineageHTTPExporter: Exporter {
    let order = DeliveryOrder.asset

    private let mapping: LineageMapping
    private let settings: HTTPSettings
    // With the headers of its file.
    private let destination: HTTPDestination
    private let connections = ConnectionPool()
    private let keys = BlockingPool("openlineage-key")
    private let isClosed = Atomic(false)

    static func open(_ mapping: LineageMapping, _ settings: HTTPSettings) async throws -> OpenLineageHTTPExporter {
        let destination = try await settings.destination.opened()
        if settings.isKeyAmbiguous(among: destination.headerNames) {
            throw ExportError("The file of headers contains Authorization, which the key is sent in; remove it.", isRetriable: false)
        }
        return OpenLineageHTTPExporter(mapping, settings, destination)
    }

    private init(_ mapping: LineageMapping, _ settings: HTTPSettings, _ destination: HTTPDestination) {
        self.mapping = mapping
        self.settings = settings
        self.destination = destination
    }

    func deliver(_ batch: ExportBatch) async throws -> [DeliveryResult] {
        let destination = try await authorized()
        guard settings.isBatched else {
            return try await batch.deliverEach { try await self.deliver($0, to: destination) }
        }
        var delivery = BatchDelivery(batch.events)
        while let indices = delivery.next() {
            delivery.finish(indices, try await deliver(indices.map { batch.events[$0] }, to: destination))
        }
        return delivery.results
    }

    func close() async {
        isClosed.store(true, ordering: .releasing)
        connections.close()
    }

    // MARK: Trying

    func test(with event: LoggedEvent) async throws -> String {
        // A run of a job without datasets is the least that can be sent: nothing but the job is left of it.
        let job = LineageJob(namespace: mapping.naming.namespace.namespace(of: event.deployment), name: "assetlog exporter test")
        let run = LineageRun(id: try RunIdentity.run(of: event.id, in: event.deployment))
        let trial = LineageEvent(
            time: .now(), producer: mapping.producer, subject: .run(LineageRunEvent(state: .other, run: run, job: job)))
        let destination = try await authorized()
        let answer = try await connections.send(try request([trial.json], to: destination))
        switch result(of: answer, for: event, from: destination) {
        case .retry(let failure), .rejected(let failure): throw ExportError("\(failure.message) The trial was not taken.")
        case .delivered, .skipped, .untried:
            return
                "\(destination.origin) answered \(answer.status) to an event of the job \"\(job.name)\" in the namespace \(job.namespace)."
        }
    }

    func preview(_ batch: ExportBatch) async throws -> String? {
        let destination = try await authorized()
        let events = try batch.events.compactMap { try mapping.event(for: $0)?.json }
        guard !events.isEmpty else { return nil }
        let bodies = settings.isBatched ? [events] : events.map { [$0] }
        return bodies.map { destination.text(of: plainRequest($0, to: destination)) }.joined(separator: "\n\n")
    }

    // MARK: Requests

    private func authorized() async throws -> HTTPDestination {
        guard !isClosed.load(ordering: .acquiring) else {
            throw ExportError("The exporter to \(destination.origin) was closed.", isRetriable: false)
        }
        let key = settings.key
        guard case .file = key else { return destination.adding([try key.header()].compactMap { $0 }) }
        return destination.adding([try await keys.run { try key.header() }].compactMap { $0 })
    }

    private func result(of answer: OutboundAnswer, for event: LoggedEvent, from destination: HTTPDestination) -> DeliveryResult {
        guard settings.isBatched else { return LineageAnswer.result(of: answer, from: destination) }
        var delivery = BatchDelivery([event])
        while let indices = delivery.next() {
            delivery.finish(indices, BatchDelivery.Outcome(answer, count: indices.count, from: destination))
        }
        return delivery.results.first ?? .untried
    }

    private func deliver(_ event: LoggedEvent, to destination: HTTPDestination) async throws -> DeliveryResult {
        if let skipped = DeliveryResult.skipped(from: event.kind) { return skipped }
        return switch try await send([event], to: destination) {
        case .success(let answer): LineageAnswer.result(of: answer, from: destination)
        case .failure(let error): .retry(DeliveryFailure(error: error))
        }
    }

    private func deliver(_ events: [LoggedEvent], to destination: HTTPDestination) async throws -> BatchDelivery.Outcome {
        switch try await send(events, to: destination) {
        case .success(let answer):
            return BatchDelivery.Outcome(answer, count: events.count, from: destination)
        case .failure(let error):
            let failure = DeliveryFailure(error: error)
            return failure.isCounted ? .refused(.retry(failure)) : .unavailable(failure)
        }
    }

    private func send(
        _ events: [LoggedEvent], to destination: HTTPDestination
    ) async throws -> Result<OutboundAnswer, DeliveryError> {
        let request = try request(try events.compactMap { try mapping.event(for: $0)?.json }, to: destination)
        do {
            return .success(try await connections.send(request))
        } catch let error as DeliveryError {
            // Nothing is said about the events by one who no longer waits.
            if error.code == .cancelled { throw error }
            return .failure(error)
        }
    }

    private func request(_ events: [[UInt8]], to destination: HTTPDestination) throws -> OutboundRequest {
        var request = plainRequest(events, to: destination)
        if settings.isCompressed { try request.compress() }
        return request
    }

    private func plainRequest(_ events: [[UInt8]], to destination: HTTPDestination) -> OutboundRequest {
        let body =
            settings.isBatched
            ? [UInt8(ascii: "[")] + events.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")] : events.first ?? []
        return destination.request(
            path: settings.path, headers: [OutboundRequest.Header("Content-Type", "application/json")], body: Array(body))
    }
}
#endif
