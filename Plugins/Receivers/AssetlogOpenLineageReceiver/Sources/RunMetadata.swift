#if OpenLineageReceiver
import AssetlogCore
import AssetlogOpenLineage

/// What is said of a run and its job, which every event of the run has as metadata.
enum RunMetadata {
    /// The facets that are read.
    static let knownOfRun: Set<String> = ["errorMessage", "nominalTime", "parent", "parentRun", "processing_engine", "assetlog_event"]
    static let knownOfJob: Set<String> = ["documentation", "jobType"]

    static func entries(_ event: ReceivedLineageEvent, _ run: EventID) -> ItemMetadata {
        var metadata = ItemMetadata()
        metadata.append("openlineage/run_id", .text(run.description))
        metadata.append("openlineage/job_namespace", text: event.job.namespace)
        metadata.append("openlineage/job", text: event.job.name)
        metadata.append("openlineage/job_type", text: event.jobFacets["jobType"].map(jobType))
        metadata.append("openlineage/job_description", text: event.jobFacets["documentation"]?["description"]?.text)
        metadata.append("openlineage/producer", text: event.producer)
        metadata.append("openlineage/processing_engine", text: event.runFacets["processing_engine"].map(engine))
        appendParents(event, to: &metadata)
        if let nominal = event.runFacets["nominalTime"] {
            metadata.append("openlineage/nominal_start_time", ReceivedTime.read(nominal["nominalStartTime"]).map { .time($0) })
            metadata.append("openlineage/nominal_end_time", ReceivedTime.read(nominal["nominalEndTime"]).map { .time($0) })
        }
        return metadata
    }

    private static func appendParents(_ event: ReceivedLineageEvent, to metadata: inout ItemMetadata) {
        guard let parent = event.runFacets["parent"] ?? event.runFacets["parentRun"] else { return }
        metadata.append("openlineage/parent_run_id", text: parent["run"]?["runId"]?.text)
        metadata.append("openlineage/parent_job", text: parent["job"]?["name"]?.text)
        guard let root = parent["root"] else { return }
        metadata.append("openlineage/root_run_id", text: root["run"]?["runId"]?.text)
        metadata.append("openlineage/root_job", text: root["job"]?["name"]?.text)
    }

    private static func jobType(_ facet: JSONView) -> String {
        [facet["integration"], facet["processingType"], facet["jobType"]].compactMap { $0?.text }.joined(separator: " ")
    }

    private static func engine(_ facet: JSONView) -> String {
        [facet["name"], facet["version"]].compactMap { $0?.text }.joined(separator: " ")
    }
}

/// The partition that a nominal time stands for.
enum NominalPartition {
    static func key(_ event: ReceivedLineageEvent, _ partitions: NominalPartitions) -> String? {
        guard partitions != .none, let nominal = event.runFacets["nominalTime"],
            let start = ReceivedTime.read(nominal["nominalStartTime"])
        else { return nil }
        // 2026-11-22T05:30:00.000000Z
        let text = start.description
        guard text.utf8.count == 27 else { return nil }
        return partitions == .day ? String(text.prefix(10)) : "\(text.prefix(10))-\(text.dropFirst(11).prefix(2)):00"
    }
}
#endif
