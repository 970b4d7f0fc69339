#if OpenLineageReceiver
import AssetlogCore
import AssetlogOpenLineage

/// Reads an event of a run, which becomes an event of each of its outputs, and checks.
struct RunReading {
    /// An output with its asset.
    fileprivate struct Output {
        var key: AssetKey
        var dataset: ReceivedDataset
    }

    /// The most sentences about what could not be mapped.
    private static let maximumUnmapped = 20

    private(set) var reading = ReceivedReading()
    private let event: ReceivedLineageEvent
    private let settings: LineageSettings
    private var shared = ItemMetadata()
    private var partition: String?
    // Nil where the event is not made of one of ours.
    private let own: OwnFacet?

    init(_ event: ReceivedLineageEvent, _ settings: LineageSettings) {
        self.event = event
        self.settings = settings
        own = OwnFacet(event.runFacets)
    }

    /// Reads the event.
    ///
    /// - Parameter start: What was recorded of the run's START; nil: nothing, or it does not matter.
    mutating func read(start: StartedRun?) throws {
        guard let run = event.runID else { return note("The event of a run has no runId, by which it would be known again.") }
        guard let state = event.state else {
            let word = event.stateText.map { "the eventType \(SoundText.quoted($0)), which is unknown" } ?? "no eventType"
            return note("The event of a run has \(word): nothing can be said of its outputs.")
        }
        if event.omittedDatasets > 0 {
            note(
                "\(event.omittedDatasets) inputs and outputs are left out: they are no objects, or over \(ReceivedLineageEvent.maximumDatasets)."
            )
        }
        shared = RunMetadata.entries(event, run)
        shared.append(contentsOf: event.timeMetadata)
        partition = own?.partition ?? NominalPartition.key(event, settings.partitions)
        switch state {
        case .start: try readStart(run)
        case .complete:
            try readQuality(run, state)
            try readCompletion(run, start)
        case .fail:
            try readQuality(run, state)
            try readFailure(run, state, start)
        case .abort: try readFailure(run, state, start)
        case .running, .other: break
        }
    }

    // MARK: Outputs

    private mutating func readStart(_ run: EventID) throws {
        let outputs = outputs().filter { !$0.isDropped }
        guard let first = outputs.indices.min(by: { outputs[$0].dataset.name.isBefore(outputs[$1].dataset.name) }) else { return }
        let upstream = upstream(of: outputs.count)
        for (index, output) in outputs.enumerated() {
            let identity = index == first ? try ReceivedIdentity.start(of: run) : try self.identity("START", output.dataset, run)
            var item = item(.materializationStarted, output, identity, upstream)
            item.metadata = shared.entries
            if index == first {
                item.metadata += StartedRun.entries(outputs.map { StartedRun.Output(key: $0.key, name: $0.dataset.name) }).entries
            }
            reading.items.append(item)
        }
    }

    private mutating func readCompletion(_ run: EventID, _ start: StartedRun?) throws {
        let outputs = outputs(or: start)
        let upstream = upstream(of: outputs.count)
        let kept = keptOfRun(for: outputs.count)
        for output in outputs {
            // What is gone was not made.
            let kind = output.isDropped ? EventKind.observation : .materialization
            var item = item(kind, output, try identity("COMPLETE", output.dataset, run), upstream)
            var metadata = ItemMetadata()
            DatasetDescription.addStatistics(output.dataset, to: &metadata)
            if let metrics = QualityMetrics.facet(of: output.dataset) { QualityMetrics.add(metrics, to: &metadata) }
            DatasetDescription.add(output.dataset, to: &item, &metadata)
            metadata.append(contentsOf: shared)
            item.metadata = metadata.entries + entries(keptOf: output.dataset, kept)
            reading.items.append(item)
        }
    }

    private mutating func readFailure(_ run: EventID, _ state: LineageRunEvent.State, _ start: StartedRun?) throws {
        let outputs = outputs(or: start).filter { !$0.isDropped }
        if outputs.isEmpty, event.outputs.isEmpty, reading.items.isEmpty, !event.isTest {
            note("The run ended with \(state.rawValue) and names no outputs, and no start of it that does was recorded.")
        }
        let isSkip = state == .abort && (own?.isSkip == true || start != nil && start?.time == event.itemTime)
        let upstream = upstream(of: outputs.count)
        let message = event.runFacets["errorMessage"]
        for output in outputs {
            // One for each run and output, in whichever of the two words.
            let identity = try identity("FAIL", output.dataset, run)
            var item = item(isSkip ? .materializationSkipped : .materializationFailed, output, identity, upstream)
            let reason: FailureReason = isSkip ? .unknown : state == .abort ? .runTerminated : .failedToMaterialize
            item.failure = EventItem.Failure(
                reason: own?.failureReason ?? reason, message: message?["message"]?.text.map { SoundText.cut($0, bytes: 64 << 10) })
            var metadata = ItemMetadata()
            metadata.append("openlineage/namespace", text: output.dataset.name.namespace)
            metadata.append("openlineage/name", text: output.dataset.name.name)
            metadata.append(contentsOf: shared)
            metadata.append("openlineage/programming_language", text: message?["programmingLanguage"]?.text)
            metadata.append("openlineage/stack_trace", text: message?["stackTrace"]?.text)
            item.metadata = metadata.entries
            reading.items.append(item)
        }
    }

    // MARK: Quality

    private mutating func readQuality(_ run: EventID, _ state: LineageRunEvent.State) throws {
        for dataset in event.inputs {
            let checks = AssertionReading(dataset)
            let metrics = QualityMetrics.facet(of: dataset)
            guard !checks.checks.isEmpty || !checks.unmapped.isEmpty || metrics != nil, let key = key(of: dataset, "input") else {
                continue
            }
            try append(checks, of: key, dataset, run, state)
            // What our exporter says of a check that is one of ours was measured by the check.
            if let metrics, own == nil || checks.checks.isEmpty { try append(metrics, of: key, dataset, run, state) }
        }
        for dataset in event.outputs {
            let checks = AssertionReading(dataset)
            guard !checks.checks.isEmpty || !checks.unmapped.isEmpty, let key = key(of: dataset, "output") else { continue }
            try append(checks, of: key, dataset, run, state)
        }
    }

    private mutating func append(
        _ checks: AssertionReading, of key: AssetKey, _ dataset: ReceivedDataset, _ run: EventID, _ state: LineageRunEvent.State
    ) throws {
        for sentence in checks.unmapped { note(sentence) }
        let ownCheck = checks.checks.count == 1 && isAlone(event.inputs) ? own : nil
        for check in checks.checks {
            let identity = try identity(state.rawValue, dataset, run, ["check"] + check.identity)
            var item = EventItem(check.check, of: key, eventID: ownCheck?.id ?? identity, timestamp: event.itemTime)
            item.check?.isBlocking = ownCheck?.isBlocking
            item.partition = partition
            var metadata = check.metadata
            if ownCheck != nil, let metrics = QualityMetrics.facet(of: dataset) { QualityMetrics.add(metrics, to: &metadata) }
            item.metadata = metadata.entries + shared.entries
            reading.items.append(item)
        }
    }

    private mutating func append(
        _ metrics: JSONView, of key: AssetKey, _ dataset: ReceivedDataset, _ run: EventID, _ state: LineageRunEvent.State
    ) throws {
        var item = EventItem(
            .observation, of: key, eventID: try identity(state.rawValue, dataset, run, ["metrics"]), timestamp: event.itemTime)
        item.partition = partition
        var metadata = ItemMetadata()
        QualityMetrics.add(metrics, to: &metadata)
        DatasetDescription.add(dataset, to: &item, &metadata)
        metadata.append(contentsOf: shared)
        item.metadata = metadata.entries
        reading.items.append(item)
    }

    // MARK: Parts

    private func item(_ kind: EventKind, _ output: Output, _ identity: EventID, _ upstream: [AssetKey]) -> EventItem {
        let identity = isAlone(event.outputs) ? own?.id ?? identity : identity
        var item = EventItem(kind, of: output.key, eventID: identity, timestamp: event.itemTime)
        item.partition = partition
        item.upstream = upstream
        return item
    }

    private func identity(_ state: String, _ dataset: ReceivedDataset, _ run: EventID, _ part: [String] = ["output"]) throws -> EventID {
        try ReceivedIdentity.part([state, dataset.name.namespace, dataset.name.name] + part, of: run)
    }

    // The outputs of tests are tables for their findings, which need not be there.
    private mutating func outputs(or start: StartedRun? = nil) -> [Output] {
        guard !event.isTest else { return [] }
        guard event.outputs.isEmpty, let start else {
            return event.outputs.compactMap { dataset in key(of: dataset, "output").map { Output(key: $0, dataset: dataset) } }
        }
        if start.leftOut > 0 { note("\(start.leftOut) outputs of the run's START were too many to be kept, and are left out.") }
        return start.outputs.map { Output(key: $0.key, dataset: ReceivedDataset($0.name)) }
    }

    private mutating func key(of dataset: ReceivedDataset, _ role: String) -> AssetKey? {
        if let key = own?.key, isAlone(role == "output" ? event.outputs : event.outputs.isEmpty ? event.inputs : []) { return key }
        do throws(NamingError) {
            return try settings.keys.key(of: dataset.name, symlinks: dataset.symlinks)
        } catch {
            note("An \(role) in the namespace \(SoundText.quoted(dataset.name.namespace)) \(error.problem).")
            return nil
        }
    }

    // An event of ours is about one dataset.
    private func isAlone(_ datasets: [ReceivedDataset]) -> Bool { own != nil && datasets.count == 1 }

    private mutating func note(_ sentence: String) {
        if reading.unmapped.count < Self.maximumUnmapped { reading.unmapped.append(sentence) }
    }
}

// MARK: What outputs share

extension RunReading {
    /// The most bytes of what all outputs of an event repeat: their inputs, and facets of the run.
    private static let repeatedBytes = 16 << 20

    private mutating func upstream(of outputs: Int) -> [AssetKey] {
        guard outputs > 0 else { return [] }
        var known: Set<AssetKey> = []
        var keys: [AssetKey] = []
        var bytes = 0
        for input in event.inputs {
            guard let key = key(of: input, "input"), known.insert(key).inserted else { continue }
            bytes += key.canonical.utf8.count
            guard keys.count < UpstreamKeys.maximumCount, bytes <= Self.repeatedBytes / outputs else {
                note("Only the first \(keys.count) of the inputs are kept: they are too many for each of \(outputs) outputs.")
                break
            }
            keys.append(key)
        }
        return keys
    }

    private func keptOfRun(for outputs: Int) -> KeptFacets {
        var kept = KeptFacets(limit: Self.repeatedBytes / max(outputs, 1))
        guard settings.unknownFacets == .keep else { return kept }
        kept.keep(event.runFacets, of: "run", except: RunMetadata.knownOfRun)
        kept.keep(event.jobFacets, of: "job", except: RunMetadata.knownOfJob)
        return kept
    }

    private func entries(keptOf dataset: ReceivedDataset, _ ofRun: KeptFacets) -> [(label: String, value: EventItem.Value)] {
        guard settings.unknownFacets == .keep else { return [] }
        var kept = ofRun
        kept.keep(dataset.facets, of: "dataset", except: DatasetDescription.known)
        kept.keep(dataset.runFacets, of: "output", except: DatasetDescription.known)
        return kept.entries.entries
    }
}

extension RunReading.Output {
    fileprivate var isDropped: Bool {
        dataset.facets["lifecycleStateChange"]?["lifecycleStateChange"]?.text?.uppercased() == "DROP"
    }
}

extension ReceivedLineageEvent {
    /// Whether the job only tests what others made.
    var isTest: Bool { jobFacets["jobType"]?["jobType"]?.text?.uppercased() == "TEST" }
}

extension DatasetName {
    fileprivate func isBefore(_ other: DatasetName) -> Bool {
        if namespace.utf8.elementsEqual(other.namespace.utf8) { return name.utf8.lexicographicallyPrecedes(other.name.utf8) }
        return namespace.utf8.lexicographicallyPrecedes(other.namespace.utf8)
    }
}
#endif
