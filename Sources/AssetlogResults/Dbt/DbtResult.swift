import AssetlogCore

/// What a command did with a node, an element of `results`.
struct DbtResult {
    /// A batch of a microbatch model, from the beginning of its time.
    struct Batch {
        var start: Timestamp
        var hasSucceeded: Bool
    }

    let node: String
    let status: String
    let message: String?
    let seconds: Double?
    let failures: Int64?
    let adapterResponse: JSONView?
    let relation: String?
    let finishedAt: Timestamp?
    let batches: [Batch]

    /// Nil: it names no node.
    init?(_ view: JSONView) {
        guard let node = view["unique_id"]?.text, let status = view["status"]?.text else { return nil }
        (self.node, self.status) = (node, status)
        message = view["message"]?.shortText(8 << 10)
        seconds = view["execution_time"]?.number
        failures = view["failures"]?.integer
        adapterResponse = view["adapter_response"]
        relation = view["relation_name"]?.shortText(2048)
        finishedAt = Self.time(view["timing"])
        batches = Self.batches(view["batch_results"])
    }

    var hasFailed: Bool { ["error", "fail", "runtime error", "partial success"].contains(status) }
    var wasSkipped: Bool { status == "skipped" }

    /// The rows that were written; nil: the database did not say, or said that it does not know (-1).
    var rows: Int64? { adapterResponse?["rows_affected"]?.integer.flatMap { $0 >= 0 ? $0 : nil } }

    private static func time(_ timing: JSONView?) -> Timestamp? {
        let steps = timing?.elements ?? []
        let execution = steps.last { $0["name"]?.text == "execute" } ?? steps.last
        return execution?["completed_at"]?.time
    }

    private static func batches(_ view: JSONView?) -> [Batch] {
        guard let view else { return [] }
        let lists = [(view["successful"], true), (view["failed"], false)]
        let batches = lists.flatMap { list, hasSucceeded in
            (list?.elements ?? []).compactMap { batch in
                batch.elements.first?.time.map { Batch(start: $0, hasSucceeded: hasSucceeded) }
            }
        }
        return batches.sorted { $0.start < $1.start }
    }
}

extension DbtResult.Batch {
    /// The key of the batch as a partition of Dagster: the day on which it begins, and for hours the hour too.
    func partition(size: String?) -> String {
        let text = start.description
        let (day, hour) = (text.prefix(10), text.dropFirst(11).prefix(2))
        return size == "hour" ? "\(day)-\(hour):00" : String(day)
    }
}
