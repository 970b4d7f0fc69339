#if OpenLineageReceiver
import AssetlogCore
import AssetlogOpenLineage

/// Reads events of OpenLineage.
struct OpenLineageReceiver: Receiver {
    private let settings: LineageSettings

    init(_ settings: LineageSettings) {
        self.settings = settings
    }

    // The outputs of an event that names none are those of its START; so are the times of an ABORT, which may be a skip.
    func lookups(for element: ReceivedElement) -> [EventID] {
        guard let json = try? element.json(), let glance = ReceivedLineageEvent.glance(at: json),
            let start = try? ReceivedIdentity.start(of: glance.runID)
        else { return [] }
        switch glance.state {
        case .complete, .fail: return glance.hasOutputs ? [] : [start]
        case .abort: return [start]
        case .start, .running, .other: return []
        }
    }

    func read(_ element: ReceivedElement, found: [EventID: Event]) -> ReceivedReading {
        let json: JSONView
        do throws(JSONError) {
            json = try element.json()
        } catch {
            return .refused("\(LineageAnswers.noJSON) \(error)")
        }
        guard let event = ReceivedLineageEvent(json) else {
            return .refused("The JSON is no event of OpenLineage: it has neither a run nor a dataset nor a job.")
        }
        do {
            return try reading(of: event, json, found)
        } catch {
            return .refused("The events have no identities: \(error)")
        }
    }

    func answer(_ results: ReceivingResults, to route: ReceiverRoute) -> ReceiverAnswer {
        route.path == LineageRoutes.batch ? LineageAnswers.batch(results) : LineageAnswers.single(results)
    }

    private func reading(of event: ReceivedLineageEvent, _ json: JSONView, _ found: [EventID: Event]) throws -> ReceivedReading {
        switch event.subject {
        case .run:
            var reading = RunReading(event, settings)
            let start = try event.runID.flatMap { found[try ReceivedIdentity.start(of: $0)] }
            try reading.read(start: start.flatMap(StartedRun.init))
            return reading.reading
        case .dataset: return try DatasetReading.read(event, json, settings)
        case .job: return ReceivedReading(unmapped: ["The event describes a job, and no run of it: nothing has happened to an asset."])
        }
    }
}
#endif
