import AssetlogCore

/// The run of dbt that a file is of.
struct DbtInvocation {
    /// The ID of the run.
    let id: String
    let version: String?
    /// When the file was written.
    let time: Timestamp?
    /// The command, `build`; nil: not said, as by old versions.
    let command: String?

    /// - Throws: ``ResultFileError`` when nothing tells the file from that of another run.
    init(_ view: JSONView, _ file: String, schema: String) throws(ResultFileError) {
        let metadata = view["metadata"]
        if let name = metadata?["dbt_schema_version"]?.text, !name.contains("/\(schema)/") {
            throw ResultFileError("\(file) has the schema \(name.quoted), not that of \(schema).")
        }
        guard view["results"]?.kind == .array else { throw ResultFileError("\(file) has no array \"results\".") }
        guard let id = metadata?["invocation_id"]?.shortText() ?? metadata?["generated_at"]?.shortText() else {
            throw ResultFileError("\(file) has no metadata.invocation_id, by which it is recorded once.")
        }
        self.id = id
        version = metadata?["dbt_version"]?.shortText()
        time = metadata?["generated_at"]?.time
        command = (view["args"]?["which"] ?? view["args"]?["rpc_method"])?.shortText()
    }

    /// Whether a success of the command means that the data was written. `compile`, `docs generate` and `show` write the same file.
    var writesData: Bool {
        guard let command else { return true }
        return !["compile", "generate", "docs", "show", "list", "parse", "test", "freshness", "source"].contains(command)
    }

    /// The identity of an event of the run.
    func eventID(_ node: String, _ kind: String, _ key: AssetKey, partition: String? = nil) -> EventID {
        EventID(foreign: ["dbt", id, node, kind, key.canonical] + (partition.map { [$0] } ?? []))
    }

    /// Adds what all events of the run say.
    func describe(_ item: inout EventItem, node: String) {
        item.add("dbt/unique_id", text: node.clipped(to: 1024))
        item.add("dbt/invocation_id", text: id)
        item.add("dbt/command", text: command)
        item.add("dbt/version", text: version)
    }
}
