#if Dagster
import AssetlogCore
import AssetlogDelivery

/// Finds out why Dagster answered a report with 500, which it does without a reason: by asking its GraphQL for the results of the
/// event's check.
///
/// Dagster keeps one result for each check, partition and run, and reports have no run: so it stores the second report of a check
/// of a partition by half and answers 500, however often it is sent. And while its storage is away, every report is 500.
struct Probe {
    /// What was found out.
    enum Finding: Hashable {
        /// The event itself is stored: an earlier answer was lost.
        case stored
        /// Another result of this check and partition is stored, which can't be replaced.
        case taken
        /// Nothing is stored that explains it.
        case unexplained
        /// Dagster's storage can't be read either.
        case storageAway
        /// There is no GraphQL that knows the question.
        case unknown
    }

    // The most results of a check that are looked at.
    private static let limit = 20
    private static let query = """
        query ($key: AssetKeyInput!, $name: String!, $partition: String, $limit: Int!) {
          assetCheckExecutions(assetKey: $key, checkName: $name, partition: $partition, limit: $limit) {
            runId
            evaluation { partition metadataEntries { label ... on TextMetadataEntry { text } } }
          }
        }
        """

    private let event: LoggedEvent
    private let checkName: String?

    init(about event: LoggedEvent) {
        self.event = event
        checkName = event.kind == .check ? EventDetails(event).text("check_name") : nil
    }

    /// The body of the question.
    var body: [UInt8] {
        var (key, variables, body) = (JSONObject(), JSONObject(), JSONObject())
        key.append("path", json: event.assetKey.canonical.utf8)
        variables.append("key", json: key.json)
        // Any check does where only the storage is asked after.
        variables.append("name", checkName ?? "")
        // The empty text would ask for results without a partition.
        if let partition = event.partition, !partition.isEmpty { variables.append("partition", partition) }
        variables.append("limit", json: String(Self.limit).utf8)
        body.append("query", Self.query)
        body.append("variables", json: variables.json)
        return body.json
    }

    /// Reads the answer.
    func finding(_ answer: OutboundAnswer) -> Finding {
        if answer.status >= 500 { return .storageAway }
        guard answer.status == 200, let results = Self.results(in: answer.body) else { return .unknown }
        let own = results.filter { $0["runId"].isText("") && $0["evaluation"]["partition"].isText(event.partition) }
        guard checkName != nil, !own.isEmpty else { return .unexplained }
        if own.contains(where: isStored) { return .stored }
        return event.partition == nil ? .unexplained : .taken
    }

    private func isStored(_ result: JSONTree) -> Bool {
        let id = event.id.description
        return result["evaluation"]["metadataEntries"].elements?.contains {
            $0["label"].isText(ReportMetadata.prefix + "event_id") && $0["text"].isText(id)
        } == true
    }

    private static func results(in body: [UInt8]) -> [JSONTree]? {
        JSONTree(body)["data"]["assetCheckExecutions"].elements
    }
}

extension Probe.Finding {
    /// What becomes of an event whose report was answered with 500.
    func result(_ failure: DeliveryFailure) -> DeliveryResult {
        switch self {
        case .stored: return .delivered
        case .storageAway:
            return .retry(
                failure.aboutDestination("Dagster answers 500 to reports and to reading: its storage may be away; its own log says why."))
        case .unexplained, .unknown: return .retry(failure)
        case .taken:
            var refusal = failure
            refusal.message =
                "Dagster keeps the first result of a check that is reported for a partition, and answers 500 to every later one;"
                + " delete that result there, or report the check without the partition."
            return .rejected(refusal)
        }
    }
}
#endif
