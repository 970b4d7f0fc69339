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
    private var sentence: String {
        let body = item?.problem ?? answer.body
        guard let text = ["error", "detail"].lazy.compactMap({ CanonicalJSON.string($0, inObject: body) }).first else { return "" }
        let line = Self.line(text, atMost: 1000)
        return ": " + (line.hasSuffix(".") ? String(line.dropLast()) : line)
    }

    // MARK: What something else says

    private var foreign: String {
        let start = "\(report.url) answers \(answer.status)"
        if (300..<400).contains(answer.status) {
            let place = answer["location"].map { ", \(Self.origin($0))" } ?? ""
            return "\(start) and redirects to another address\(place); if the server is there, use that as its URL"
        }
        let type = answer["content-type"].map { Self.line($0, atMost: 80) } ?? "no type"
        let server = answer["server"].map { " from \(Self.line($0, atMost: 80))" } ?? ""
        let words = words.isEmpty ? "" : ", \"\(words)\""
        return "\(start), which is not an answer of the server (\(type)\(server)\(words)): something in between answered"
    }

    /// The title of a page, or the first words of a text.
    private var words: String {
        let text = String(decoding: answer.body.prefix(4096), as: UTF8.self)
        if let title = text.firstMatch(of: /(?i)<title[^>]*>([^<]*)/) { return Self.line(String(title.1), atMost: 80) }
        guard answer["content-type"]?.lowercased().hasPrefix("text/html") != true else { return "" }
        return Self.line(text, atMost: 80)
    }

    /// Scheme and host: the rest of an address may hold credentials.
    private static func origin(_ location: String) -> String {
        guard let scheme = location.firstRange(of: "://") else { return "on the same host" }
        return line(location[..<scheme.upperBound] + location[scheme.upperBound...].prefix { !"/?#".contains($0) }, atMost: 200)
    }

    /// Text from outside on one line, without control characters.
    private static func line(_ text: some StringProtocol, atMost count: Int) -> String {
        let scalars = text.unicodeScalars.prefix(count).map { scalar -> Unicode.Scalar in
            switch scalar.value {
            case 0..<0x20, 0x7f..<0xa0, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: " "
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(scalars)).split(separator: " ").joined(separator: " ")
    }
}
