#if OpenLineageReceiver
import AssetlogCore

/// The answers of OpenLineage's HTTP API.
enum LineageAnswers {
    /// How the reason of the only refusal begins that a single event is not answered 200 for.
    static let noJSON = "The body is no JSON:"

    /// The answer to a single event: 200, whatever could be recorded of it, because its sender can do nothing about it.
    static func single(_ results: ReceivingResults) -> ReceiverAnswer {
        guard let failure = results.failures.first else { return ReceiverAnswer(json: Array("{}".utf8)) }
        // Also where a part of it was recorded: sent again, that is a duplicate.
        if results.isRetriable { return error(503, failure.reason) }
        return failure.reason.hasPrefix(noJSON) ? error(400, failure.reason) : ReceiverAnswer(json: Array("{}".utf8))
    }

    /// The answer to a batch: which of its events were not recorded.
    static func batch(_ results: ReceivingResults) -> ReceiverAnswer {
        let retriable = results.failures.count { $0.isRetriable }
        var json = Array("{\"status\":\"\(results.failed == 0 ? "success" : "partial_success")\",\"summary\":{".utf8)
        json += "\"received\":\(results.received),\"successful\":\(results.received - results.failed),".utf8
        json += "\"failed\":\(results.failed),\"retriable\":\(retriable),".utf8
        json += "\"non_retriable\":\(results.failed - retriable)},\"failed_events\":".utf8
        return ReceiverAnswer(json: json + results.failuresJSON + "}".utf8)
    }

    private static func error(_ status: Int, _ reason: String) -> ReceiverAnswer {
        var json = Array("{\"error\":".utf8)
        CanonicalJSON.appendString(reason.utf8, to: &json)
        return ReceiverAnswer(status: status, json: json + "}".utf8)
    }
}
#endif
