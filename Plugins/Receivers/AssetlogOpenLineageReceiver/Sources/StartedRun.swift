#if OpenLineageReceiver
import AssetlogCore
import AssetlogOpenLineage

/// What the first event of a run's START says of the run.
struct StartedRun {
    /// An output of the run.
    struct Output {
        var key: AssetKey
        var name: DatasetName
    }

    /// The label of the metadata that has the outputs.
    static let label = "openlineage/outputs"
    /// The label of the metadata that says how many outputs were left out.
    static let leftOutLabel = "openlineage/outputs_left_out"
    /// The most bytes that the outputs are written with.
    private static let maximumBytes = 2 << 20

    /// When it began.
    let time: Timestamp
    /// Its outputs.
    let outputs: [Output]
    /// How many outputs are not among them.
    let leftOut: Int

    /// Reads the event; nil: it is none of a start.
    init?(_ event: Event) {
        guard event.kind == .materializationStarted else { return nil }
        time = event.timestamp
        let metadata = (try? JSONView(event.details))?["metadata"]
        leftOut = metadata?[Self.leftOutLabel]?["value"]?.integer.flatMap { Int(exactly: $0) } ?? 0
        var outputs: [Output] = []
        metadata?[Self.label]?["value"]?.visitElements { output in
            if let key = output["asset_key"].flatMap({ AssetKey(json: String(decoding: $0.json, as: UTF8.self)) }) {
                let name = DatasetName(namespace: output["namespace"]?.text ?? "", name: output["name"]?.text ?? "")
                outputs.append(Output(key: key, name: name))
            }
            return true
        }
        self.outputs = outputs
    }

    /// The outputs as metadata, as many as fit.
    static func entries(_ outputs: [Output]) -> ItemMetadata {
        var json = Array("[".utf8)
        var count = 0
        for output in outputs {
            let start = json.count
            json += "\(count > 0 ? "," : ""){\"asset_key\":\(output.key.canonical),\"namespace\":".utf8
            CanonicalJSON.appendString(output.name.namespace.utf8, to: &json)
            json += ",\"name\":".utf8
            CanonicalJSON.appendString(output.name.name.utf8, to: &json)
            json.append(UInt8(ascii: "}"))
            guard json.count < maximumBytes else {
                json.removeSubrange(start...)
                break
            }
            count += 1
        }
        var metadata = ItemMetadata()
        metadata.append(label, .json(json + "]".utf8))
        if count < outputs.count { metadata.append(leftOutLabel, .integer(Int64(outputs.count - count))) }
        return metadata
    }
}
#endif
