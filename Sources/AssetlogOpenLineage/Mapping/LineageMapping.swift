public import AssetlogCore
public import AssetlogCrypto

/// Makes events of OpenLineage from those of our log.
///
/// A materialization, its start, failure or omission is an event of a run of the job that writes the asset; a check is one of the
/// job that evaluates it, with the asset among its inputs; an observation is an event of the dataset. The same event of the log
/// gives the same event of OpenLineage every time.
public struct LineageMapping: Hashable, Sendable {
    /// The producer where nobody says another.
    public static let defaultProducer = "urn:assetlog:server"

    /// How assets and jobs are named.
    public var naming: DatasetNaming
    /// A URI of this server.
    public var producer: String

    /// Makes a mapping.
    public init(naming: DatasetNaming, producer: String = defaultProducer) {
        self.naming = naming
        self.producer = producer
    }

    /// Whether OpenLineage has an event for events of a kind: it can't take back what was said.
    public static func expresses(_ kind: EventKind) -> Bool { kind != .void && kind != .wipe }

    /// The event of OpenLineage for an event of the log; nil for voids and wipes, for which it has no words.
    ///
    /// - Throws: ``CryptoError`` when OpenSSL offers no SHA-1, from which the identities of runs are made.
    public func event(for event: LoggedEvent) throws(CryptoError) -> LineageEvent? {
        let content = EventContent(event)
        let source = source(event, content, runID: try RunIdentity.run(of: event.id, in: event.deployment))
        var dataset = LineageDataset(naming.dataset(of: event.assetKey, in: event.deployment), facets: facets(event.kind, content))
        let subject: LineageEvent.Subject
        switch event.kind {
        case .observation:
            dataset.facets.metrics = metrics(content)
            dataset.facets.source = source
            subject = .dataset(dataset)
        case .check: subject = .run(checked(dataset, event, content, source))
        case .materialization:
            let output = LineageOutput(dataset, facets: OutputFacets(statistics: statistics(content)))
            subject = .run(written(output, .complete, event, content, source))
        case .materializationStarted: subject = .run(written(LineageOutput(dataset), .start, event, content, source))
        case .materializationFailed: subject = .run(written(LineageOutput(dataset), .fail, event, content, source))
        case .materializationSkipped: subject = .run(written(LineageOutput(dataset), .abort, event, content, source))
        case .void, .wipe: return nil
        }
        return LineageEvent(time: event.timestamp, producer: producer, subject: subject)
    }

    // MARK: Runs

    private func written(
        _ output: LineageOutput, _ state: LineageRunEvent.State, _ event: LoggedEvent, _ content: EventContent, _ source: SourceEvent
    ) -> LineageRunEvent {
        var run = run(event, source)
        if state == .fail { run.facets.errorMessage = errorMessage(content) }
        let inputs = UpstreamKeys.keys(in: event.details).map {
            LineageInput(LineageDataset(naming.dataset(of: $0, in: event.deployment)))
        }
        return LineageRunEvent(
            state: state, run: run, job: naming.job(writing: event.assetKey, in: event.deployment), inputs: inputs, outputs: [output])
    }

    private func checked(
        _ dataset: LineageDataset, _ event: LoggedEvent, _ content: EventContent, _ source: SourceEvent
    ) -> LineageRunEvent {
        let name = content.text("check_name") ?? ""
        let facets = InputFacets(assertions: DataQualityAssertions([assertion(name, content)]), metrics: metrics(content))
        return LineageRunEvent(
            state: .complete, run: run(event, source), job: naming.job(checking: event.assetKey, check: name, in: event.deployment),
            inputs: [LineageInput(dataset, facets: facets)])
    }

    private func run(_ event: LoggedEvent, _ source: SourceEvent) -> LineageRun {
        LineageRun(
            id: source.runID, facets: RunFacets(nominalTime: event.partition.flatMap(NominalTime.init(partition:)), source: source))
    }

    // MARK: Facets

    private func source(_ event: LoggedEvent, _ content: EventContent, runID: EventID) -> SourceEvent {
        var source = SourceEvent(event, runID: runID)
        source.text = content.text("description")
        source.failureReason = content.value("failure").flatMap { DetailMembers.value(of: "reason", in: $0) }.flatMap(JSONPiece.text)
        source.isBlocking = content.flag("blocking")
        source.target = content.value("target")
        source.metadata = content.allMetadata
        source.isMetadataLeftOut = (source.metadata?.count ?? 0) > SourceEvent.maximumMetadataBytes
        if source.isMetadataLeftOut { source.metadata = nil }
        return source
    }

    private func facets(_ kind: EventKind, _ content: EventContent) -> DatasetFacets {
        let target = content.value("target").flatMap { DetailMembers.value(of: "data_version", in: $0) }.flatMap(JSONPiece.text)
        // What other events say in words is about what happened, and not about the dataset.
        let isAboutData = kind == .materialization || kind == .observation
        return DatasetFacets(
            version: (content.text("data_version") ?? target).map { DatasetVersion($0) },
            schema: content.label(MeasureLabels.schema, JSONPiece.schema),
            tags: content.value("tags").flatMap(JSONPiece.tags),
            documentation: isAboutData ? content.text("description").map { DatasetDocumentation($0) } : nil)
    }

    private func statistics(_ content: EventContent) -> OutputStatistics? {
        let statistics = OutputStatistics(
            rowCount: content.label(MeasureLabels.rowCount, JSONPiece.count),
            size: content.label(MeasureLabels.byteCount, JSONPiece.count),
            fileCount: content.label(MeasureLabels.fileCount, JSONPiece.count))
        return statistics == OutputStatistics() ? nil : statistics
    }

    private func metrics(_ content: EventContent) -> DataQualityMetrics? {
        let metrics = DataQualityMetrics(
            rowCount: content.label(MeasureLabels.rowCount, JSONPiece.count),
            bytes: content.label(MeasureLabels.byteCount, JSONPiece.count),
            fileCount: content.label(MeasureLabels.fileCount, JSONPiece.count),
            lastUpdated: content.label(MeasureLabels.lastUpdated, JSONPiece.time))
        return metrics == DataQualityMetrics() ? nil : metrics
    }

    private func assertion(_ name: String, _ content: EventContent) -> DataQualityAssertions.Assertion {
        DataQualityAssertions.Assertion(
            name, isSuccess: content.flag("passed") ?? false, column: content.label(MeasureLabels.column, JSONPiece.text),
            severity: content.text("severity").flatMap { DataQualityAssertions.Assertion.Severity(rawValue: $0.lowercased()) },
            name: name, description: content.text("description"), expected: content.label(MeasureLabels.expected, JSONPiece.scalar),
            actual: content.label(MeasureLabels.actual, JSONPiece.scalar))
    }

    private func errorMessage(_ content: EventContent) -> ErrorMessage {
        let failure = content.value("failure")
        let message = failure.flatMap { DetailMembers.value(of: "message", in: $0) }.flatMap(JSONPiece.text)
        let reason = failure.flatMap { DetailMembers.value(of: "reason", in: $0) }.flatMap(JSONPiece.text)
        return ErrorMessage(message ?? content.text("description") ?? reason ?? "no reason was given")
    }
}
