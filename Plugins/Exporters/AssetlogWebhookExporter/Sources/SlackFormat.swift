#if Webhook
import AssetlogCore

/// Events as lines of text for Slack's incoming webhooks, and for chat tools that take the same.
struct SlackFormat: Sendable {
    /// The most characters of a description or a reason that are shown.
    static let maximumRemark = 300

    /// Where the server's pages are; nil: there are no links.
    let publicURL: String?

    /// The message about an event.
    func message(_ event: LoggedEvent, _ occurrence: FailureMemory.Occurrence, isTest: Bool = false) -> WebhookMessage {
        let line = (isTest ? "Test of an exporter of Assetlog, nothing happened: " : "") + text(event, occurrence)
        var body = Array(#"{"text":"#.utf8)
        CanonicalJSON.appendString(line.utf8, to: &body)
        body.append(UInt8(ascii: "}"))
        return WebhookMessage(contentType: "application/json; charset=utf-8", body: body)
    }

    /// The line: what happened to which asset, why, and a link to the event.
    func text(_ event: LoggedEvent, _ occurrence: FailureMemory.Occurrence) -> String {
        let partition = event.partition.map { ", partition \(Self.escaped(Self.shortened($0)))" } ?? ""
        let deployment = event.deployment == Self.defaultDeployment ? "" : " in \(Self.escaped(event.deployment))"
        let remark = Self.escaped(Self.shortened(Self.remark(event)))
        let link = page("event", [event.id.description], of: event.deployment).map { " (\(Self.link($0, "event")))" } ?? ""
        return "\(headline(event, occurrence))\(partition)\(deployment)\(remark.isEmpty ? "" : ": \(remark)")\(link)"
    }

    private func headline(_ event: LoggedEvent, _ occurrence: FailureMemory.Occurrence) -> String {
        let asset = assetLink(event)
        guard event.kind != .check else {
            let check = CheckDetails(event.details)
            let state = occurrence == .recovery ? "Recovered, check passed" : check.passed ? "Check passed" : "Check failed"
            let severity = check.passed || check.severity.isEmpty ? "" : " (\(Self.escaped(check.severity)))"
            return "\(state)\(severity): \(Self.escaped(Self.shortened(check.name))) of \(asset)"
        }
        return "\(occurrence == .recovery ? "Recovered, materialized" : Self.word(event.kind)): \(asset)"
    }

    private static func word(_ kind: EventKind) -> String {
        switch kind {
        case .materialization: "Materialized"
        case .observation: "Observed"
        case .materializationStarted: "Started"
        case .materializationFailed: "Failed"
        case .materializationSkipped: "Skipped"
        case .check: "Checked"
        case .void: "Event voided"
        case .wipe: "Wiped"
        }
    }

    private static func remark(_ event: LoggedEvent) -> String {
        guard event.kind != .void, event.kind != .wipe else { return CorrectionDetails(event.details).text }
        let details = FailureDetails(event.details)
        return [details.reason, details.message, details.description].filter { !$0.isEmpty }.joined(separator: ", ")
    }

    // MARK: Links

    private static let defaultDeployment = "default"

    private func assetLink(_ event: LoggedEvent) -> String {
        let label = Self.escaped(Self.shortened(event.assetKey.parts.joined(separator: "/")))
        return page("asset", event.assetKey.parts, of: event.deployment).map { Self.link($0, label) } ?? label
    }

    private func page(_ name: String, _ parts: [String], of deployment: String) -> String? {
        guard let publicURL else { return nil }
        let prefix = deployment == Self.defaultDeployment ? [] : [PercentCoding.encode(deployment)]
        return ([publicURL] + prefix + [name] + parts.map(PercentCoding.encode)).joined(separator: "/")
    }

    private static func link(_ url: String, _ label: String) -> String { "<\(url)|\(label)>" }

    // MARK: Text

    /// A text in which no character begins a link, a mention or an entity, on one line.
    static func escaped(_ text: String) -> String {
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case _ where scalar.properties.generalCategory == .control || scalar.value == 0x2028 || scalar.value == 0x2029:
                output += " "
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }

    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > maximumRemark, text.count > maximumRemark else { return text }
        return text.prefix(maximumRemark) + "…"
    }
}
#endif
