#if Dagster
import AssetlogCore
import AssetlogTesting
import Synchronization
import Testing

@testable import AssetlogDagsterExporter

struct DagsterConformanceTests {
    @Test("keeps the contract of an exporter", arguments: ExporterConformance.cases)
    func conforms(_ part: ConformanceCase<ExporterSubject>) async throws {
        let subject = ExporterSubject(
            delivery: .atLeastOnce(reason: "Dagster stores every report that it is sent."),
            makeDestination: { try ReportedEvents().destination })
        switch try await part.run(on: subject) {
        case .passed: break
        case .skipped(let reason): #expect(reason.contains("Dagster stores every report") || reason.contains("no torn writes"))
        }
    }
}

/// What a receiver was sent, with the sequences of the events, which reports do not have.
private final class ReportedEvents: Sendable {
    private let receiver: Receiver
    private let sequences = Mutex<[String: Int64]>([:])

    init() throws { receiver = try Receiver() }

    var destination: ExporterDestination {
        ExporterDestination(
            open: { [self] in Noting(exporter: try await ExporterPlugin.dagster.open(["url": [receiver.url]]), events: self) },
            shown: { [self] in
                let known = sequences.withLock { $0 }
                return receiver.events.compactMap { known[$0] }.map { ExportedEvent(sequence: $0) }
            },
            setFailing: { [self] isFailing in receiver.answer { _ in isFailing ? .init(status: 503) : .init() } },
            remove: { [self] in receiver.close() })
    }

    /// Notes the sequences of what it hands on.
    private struct Noting: Exporter {
        let exporter: any Exporter
        let events: ReportedEvents

        var order: DeliveryOrder { exporter.order }

        func deliver(_ batch: ExportBatch) async throws -> [DeliveryResult] {
            events.sequences.withLock { for event in batch.events { $0[event.id.description] = event.sequence } }
            return try await exporter.deliver(batch)
        }

        func run() async throws { try await exporter.run() }

        func close() async { await exporter.close() }
    }
}
#endif
