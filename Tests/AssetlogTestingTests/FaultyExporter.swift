import AssetlogCore
import AssetlogTesting
import Synchronization

/// What a broken exporter does wrong; nil stands for one that is right.
enum ExporterFault: CaseIterable, Sendable {
    case drops, reorders, duplicates, delays, forgets, swallowsErrors, givesUp, ignoresGenerations
    case forgetsGenerations, judgesBatches, deliversAfterClose, keepsTornWrites, cutsLargeEvents, manglesText
    case skipsByNumber, skipsByNumberAfterRestart, forgetsLogs, saysNothing, saysTheLastBatch, saysTheFirstLog

    /// The case that has to catch it.
    var caughtBy: String {
        switch self {
        case .drops: "nothing is lost over many batches"
        case .reorders: "events are shown in the order of the log"
        case .duplicates: "a batch that comes again after a crash is shown once"
        case .delays: "what a delivery returned for is shown at once"
        case .forgets: "a restart continues"
        case .swallowsErrors, .givesUp: "a failure is an error, and the same batch succeeds later"
        case .ignoresGenerations: "a new generation delivers again"
        case .forgetsGenerations: "a crash in a new generation shows no event twice"
        case .judgesBatches: "events that come again in batches of another size are shown once"
        case .deliversAfterClose: "a delivery after close throws"
        case .keepsTornWrites: "a torn write is healed"
        case .cutsLargeEvents: "the largest event is shown whole"
        case .manglesText: "any text and every number is shown as it was recorded"
        case .skipsByNumber: "events of another log are shown, whatever their sequences"
        case .skipsByNumberAfterRestart: "events of another log are shown after a restart, whatever their sequences"
        case .forgetsLogs: "a crash after another log has come shows no event twice"
        case .saysNothing, .saysTheLastBatch, .saysTheFirstLog:
            "an exporter that passes over events says what its destination has"
        }
    }
}

/// A destination in memory that outlives its exporters.
final class FakeDestination: Sendable {
    struct State {
        var shown: [ExportedEvent] = []
        var torn: ExportedEvent?
        var log: LogID?
        var firstLog: LogID?
        var generation: Int64 = 0
        var position: Int64 = 0
        var event: EventID?
        var lastBatch: LoggedEvent?
        var isFailing = false
    }

    let state = Mutex(State())

    static func subject(_ fault: ExporterFault?) -> ExporterSubject {
        ExporterSubject {
            let destination = FakeDestination()
            return ExporterDestination(
                open: { FakeExporter(destination, fault) },
                shown: { destination.state.withLock { $0.shown } },
                tearWrite: { destination.state.withLock { $0.torn = ExportedEvent(sequence: -1) } },
                setFailing: { failing in destination.state.withLock { $0.isFailing = failing } })
        }
    }
}

/// Delivers to a fake destination, with at most one fault.
final class FakeExporter: Exporter {
    private let destination: FakeDestination
    private let fault: ExporterFault?
    private let isClosed = Mutex(false)
    private let delayed = Mutex<[ExportedEvent]>([])

    init(_ destination: FakeDestination, _ fault: ExporterFault?) {
        self.destination = destination
        self.fault = fault
        destination.state.withLock { state in
            if fault == .forgets { state.shown = [] }
            if fault == .forgetsGenerations { state.generation = 0 }
            if fault == .skipsByNumberAfterRestart { state.log = nil }
            if fault == .forgetsLogs, state.log != nil { state.log = LogID(high: 0, low: 0) }
            if fault == .keepsTornWrites, let torn = state.torn { state.shown.append(torn) }
            state.torn = nil
        }
    }

    func deliver(_ batch: ExportBatch) async throws -> [DeliveryResult] {
        if isClosed.withLock({ $0 }), fault != .deliversAfterClose { throw ExportError("closed", isRetriable: false) }
        try destination.state.withLock { state in
            if state.isFailing {
                if fault == .swallowsErrors { return }
                throw ExportError("the destination is away", isRetriable: fault != .givesUp)
            }
            deliver(batch, to: &state)
        }
        return batch.results(.delivered)
    }

    private func deliver(_ batch: ExportBatch, to state: inout FakeDestination.State) {
        let isOtherLog = state.log.map { $0 != batch.log } ?? false
        if (batch.generation != state.generation && fault != .ignoresGenerations)
            || (isOtherLog && fault != .skipsByNumber)
        {
            state.generation = batch.generation
            state.position = 0
        }
        state.log = batch.log
        state.firstLog = state.firstLog ?? batch.log
        state.lastBatch = batch.events.last
        var events = batch.events
        if fault == .judgesBatches {
            if (events.last?.sequence ?? 0) <= state.position { return }
        } else if fault != .duplicates {
            events.removeAll { $0.sequence <= state.position }
        }
        if fault == .drops { events.removeAll { $0.sequence % 100 == 0 } }
        if let last = batch.events.last, last.sequence > state.position {
            (state.position, state.event) = (last.sequence, last.id)
        }
        var rows = events.map { ExportedEvent(sequence: $0.sequence, json: json(of: $0)) }
        if fault == .reorders { rows.reverse() }
        if fault == .delays {
            delayed.withLock { swap(&$0, &rows) }
        }
        state.shown += rows
    }

    func position() async throws -> DeliveredPosition? {
        destination.state.withLock { state in
            guard state.position > 0, fault != .saysNothing else { return nil }
            let last = fault == .saysTheLastBatch ? state.lastBatch : nil
            return DeliveredPosition(
                log: fault == .saysTheFirstLog ? state.firstLog : state.log, generation: state.generation,
                sequence: last?.sequence ?? state.position, event: last?.id ?? state.event)
        }
    }

    private func json(of event: LoggedEvent) -> String {
        var bytes: [UInt8] = []
        EventJSON.append(event, to: &bytes)
        if fault == .cutsLargeEvents { bytes = Array(bytes.prefix(1 << 20)) }
        let text = String(decoding: bytes, as: UTF8.self)
        return fault == .manglesText ? text.replacing("\\", with: "") : text
    }

    func close() async {
        isClosed.withLock { $0 = true }
        destination.state.withLock { state in
            delayed.withLock { rows in
                state.shown += rows
                rows = []
            }
        }
    }
}
