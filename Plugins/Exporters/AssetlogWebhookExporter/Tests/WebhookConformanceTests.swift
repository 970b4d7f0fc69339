#if Webhook
import AssetlogCore
import AssetlogTesting
import Foundation
import Synchronization
import Testing

@testable import AssetlogWebhookExporter

struct WebhookConformanceTests {
    @Test(
        "keeps the contract of an exporter", arguments: ExporterConformance.cases, ["structured", "binary", "batched", "standard-webhooks"])
    func conforms(_ part: ConformanceCase<ExporterSubject>, _ form: String) async throws {
        let subject = ExporterSubject(
            delivery: .atLeastOnce(reason: "what recognizes a repetition by its identity is the receiver"),
            makeDestination: { try Self.destination(form) })
        let result = try await part.run(on: subject)
        guard case .skipped(let reason) = result else { return #expect(result == .passed) }
        #expect(reason.contains("twice") || reason.contains("torn"))
    }

    private static func destination(_ form: String) throws -> ExporterDestination {
        let failing = Flag()
        let receiver = try Receiver { _ in failing.isSet ? .status(503) : .status(200) }
        let values =
            form == "standard-webhooks"
            ? ["format": [form], "secret": [WebhookFixture.secrets[0]]] : ["mode": [form]]
        return ExporterDestination(
            open: { try await WebhookFixture.exporter(to: receiver, values) },
            shown: { receiver.requests.filter(\.wasTaken).flatMap { shown($0, form) } },
            setFailing: { failing.set($0) },
            remove: { receiver.stop() })
    }

    /// The events of a request, with the bytes of each as they were sent.
    private static func shown(_ request: Receiver.Request, _ form: String) -> [ExportedEvent] {
        switch form {
        case "binary": [event(request.body)]
        case "batched":
            // An element ends where its data does, and the next begins with the version.
            request.body.dropFirst().dropLast().split(separator: #",{"specversion":"1.0","id":"#).map { event(data($0, #""data":"#)) }
        default: [event(data(request.body[...], #""data":"#))]
        }
    }

    private static func data(_ text: Substring, _ mark: String) -> String {
        text.firstRange(of: mark).map { String(text[$0.upperBound...].dropLast()) } ?? ""
    }

    private static func event(_ json: String) -> ExportedEvent {
        let sequence = json.firstMatch(of: /^\{"sequence":(\d+),/).flatMap { Int64($0.1) } ?? 0
        return ExportedEvent(sequence: sequence, json: json)
    }
}

/// A flag that a test sets and a receiver reads.
private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .sequentiallyConsistent) }
    func set(_ value: Bool) { self.value.store(value, ordering: .sequentiallyConsistent) }
}
#endif
