import AssetlogCore
import AssetlogDelivery

/// An answer to a report: tells what the server says from what something in between says.
///
/// Believed is only what Assetlog or Dagster would answer. Portals, gateways and proxies use the same statuses, and a
/// report must not be lost by their word.
struct ReportAnswer {
    let answer: OutboundAnswer
    let destination: ReportDestination
    let report: SealedReport

    /// What it means for the report.
    var outcome: AttemptOutcome {
        if (200..<300).contains(answer.status), isRecorded {
            return .recorded(answer.eventID.flatMap { EventID($0) } ?? (destination == .eventAPI ? report.id : nil))
        }
        switch answer[AnswerField.name.lowercased()] {
        case AnswerField.refused: return .refused(refusal)
        case AnswerField.later: return .later(error("\(report.url) answers \(status)\(sentence)"), retryAfter: answer.retryAfter)
        default: break
        }
        if isOfDagster { return .refused(refusal) }
        return .later(error(foreign), retryAfter: answer.retryAfter)
    }

    /// Whether there may be a server behind it that has no event API, but the report endpoints: Dagster answers 405 there,
    /// and a gateway in front of it whatever it likes.
    var mayLackEventAPI: Bool {
        destination == .eventAPI && (400..<500).contains(answer.status) && ![408, 425, 429].contains(answer.status)
            && answer[AnswerField.name.lowercased()] == nil
    }

    // MARK: What the server would say

    private var isRecorded: Bool {
        if answer.eventID.flatMap({ EventID($0) }) != nil { return true }
        guard isJSON, !answer.isBodyCut, let members = CanonicalJSON.members(ofObject: answer.body) else { return false }
        guard destination == .eventAPI else { return members.isEmpty }
        func number(_ name: String) -> Int? {
            members.last { $0.name == name }.flatMap { Int(String(decoding: $0.value, as: UTF8.self)) }
        }
        guard number("received") != nil, let recorded = number("recorded"), let known = number("duplicate") else { return false }
        return recorded + known > 0
    }

    /// Whether it is one of the refusals of Dagster's handlers. Its 404 and 405 are those of any web server.
    private var isOfDagster: Bool {
        guard destination == .reportEndpoint, (400..<500).contains(answer.status), ![408, 425, 429].contains(answer.status), isJSON,
            let members = CanonicalJSON.members(ofObject: answer.body), members.count == 1
        else { return false }
        return members[0].name == "error" && members[0].value.first == UInt8(ascii: "\"")
    }

    private var isJSON: Bool {
        guard let type = answer["content-type"]?.lowercased() else { return true }
        return type.prefix { $0 != ";" && $0 != " " } == "application/json"
    }

    private var refusal: ClientError { error("\(report.url) refuses the report with \(status)\(sentence)", .refused) }

    private func error(_ message: String, _ code: ClientError.Code = .unavailable) -> ClientError {
        ClientError(code, status: status, message)
    }

    // The event API answers 422 to a single event, and says in its item what is wrong with it.
    private var item: (status: Int, problem: [UInt8])? {
        guard destination == .eventAPI, answer.status == 422,
            let items = CanonicalJSON.members(ofObject: answer.body)?.first(where: { $0.name == "items" })?.value,
            let item = CanonicalJSON.elements(ofArray: items)?.first, let members = CanonicalJSON.members(ofObject: item),
            let status = members.first(where: { $0.name == "status" }).flatMap({ Int(String(decoding: $0.value, as: UTF8.self)) }),
            let problem = members.first(where: { $0.name == "problem" })?.value
        else { return nil }
        return (status, problem)
    }

    private var status: Int { item?.status ?? answer.status }

    /// The server's own words; empty when it has none.
    private var sentence: String { AnswerWords.sentence(of: item?.problem ?? answer.body) }

    private var foreign: String { AnswerWords(answer, from: report.url).foreign }
}
