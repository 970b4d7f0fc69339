#if DagsterDatabase
import AssetlogCore

/// The details of an event by name, and the classes of Dagster that are made of them.
struct EventDetails {
    private let event: LoggedEvent
    private let members: [CanonicalReader.Member]

    init(_ event: LoggedEvent) {
        self.event = event
        members = CanonicalReader.members(of: event.details[...])
    }

    /// The value of a detail as it is written; empty when the event does not have it.
    subscript(name: String) -> ArraySlice<UInt8> { members.first { $0.name == name }?.value ?? [] }

    /// A detail that is a text.
    func text(_ name: String) -> String? { CanonicalReader.text(self[name]) }

    // MARK: Classes

    /// Dagster's `StepMaterializationData`.
    func materialization(_ key: PythonJSON) -> PythonJSON {
        var json = PythonJSON()
        json.append(raw: #"{"__class__": "StepMaterializationData", "asset_lineage": [], "materialization": "#)
        json.append(assetEvent("AssetMaterialization", key))
        json.append(raw: "}")
        return json
    }

    /// Dagster's `AssetObservationData`.
    func observation(_ key: PythonJSON) -> PythonJSON {
        var json = PythonJSON()
        json.append(raw: #"{"__class__": "AssetObservationData", "asset_observation": "#)
        json.append(assetEvent("AssetObservation", key))
        json.append(raw: "}")
        return json
    }

    /// Dagster's `AssetCheckEvaluation`.
    func evaluation(_ key: PythonJSON) -> PythonJSON {
        var metadata = EventMetadata(of: event, self["metadata"])
        if let tags = EventTags(self["tags"], areAllowed: false).others { metadata.set("tags", json: tags) }
        if !self["target"].isEmpty { metadata.set("target", json: Array(self["target"])) }
        var json = PythonJSON()
        appendHead("AssetCheckEvaluation", key, to: &json)
        json.append(raw: #", "blocking": "#)
        append(self["blocking"], to: &json)
        json.append(raw: #", "check_name": "#)
        json.append(string: text("check_name") ?? "")
        json.append(raw: #", "description": "#)
        append(self["description"], to: &json)
        json.append(raw: #", "metadata": "#)
        json.append(metadata.object)
        json.append(raw: #", "partition": "#)
        json.append(string: event.partition)
        json.append(raw: #", "severity": {"__enum__": "AssetCheckSeverity."#)
        json.append(raw: text("severity") == "WARN" ? "WARN" : "ERROR")
        json.append(raw: #""}, "success": "#)
        json.append(raw: self["passed"].elementsEqual("true".utf8) ? "true" : "false")
        json.append(raw: #", "target_materialization_data": null}"#)
        return json
    }

    private func assetEvent(_ className: StaticString, _ key: PythonJSON) -> PythonJSON {
        let tags = EventTags(self["tags"], dataVersion: text("data_version"), areAllowed: true)
        var metadata = EventMetadata(of: event, self["metadata"])
        if let others = tags.others { metadata.set("tags", json: others) }
        if !self["upstream"].isEmpty { metadata.set("upstream", json: Array(self["upstream"])) }
        var json = PythonJSON()
        appendHead(className, key, to: &json)
        json.append(raw: #", "description": "#)
        append(self["description"], to: &json)
        json.append(raw: #", "metadata_entries": "#)
        json.append(metadata.list)
        json.append(raw: #", "partition": "#)
        json.append(string: event.partition)
        json.append(raw: #", "tags": "#)
        json.append(tags.json)
        json.append(raw: "}")
        return json
    }

    private func appendHead(_ className: StaticString, _ key: PythonJSON, to json: inout PythonJSON) {
        json.append(raw: #"{"__class__": ""#)
        json.append(raw: className)
        json.append(raw: #"", "asset_key": {"__class__": "AssetKey", "path": "#)
        json.append(key)
        json.append(raw: "}")
    }

    private func append(_ value: ArraySlice<UInt8>, to json: inout PythonJSON) {
        if value.isEmpty { json.append(raw: "null") } else { json.append(canonical: value) }
    }
}
#endif
