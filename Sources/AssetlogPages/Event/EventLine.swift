import AssetlogAPI
import AssetlogCatalog
import AssetlogCore

/// One event as an item of a list.
struct EventLine {
    let event: MarkedEvent
    let links: PageLinks
    let times: TimeView
    /// Whether it names its asset, which a list of one asset does not need.
    var namesAsset = true

    /// The item.
    var item: HTML {
        let kind = event.event.kind
        return """
            <li id="e\(event.event.sequence)"\(event.voiding == nil ? nil : " class=\"is-void\"")>\
            <a class="kind \(kind.name)" href="\(links.event(event.event.id))">\(kind.title)</a>
            <span class="what">\(namesAsset ? asset : nil)\(facts)</span>
            \(times.ago(event.event.timestamp))</li>
            """
    }

    /// A list of events.
    static func list(_ events: [MarkedEvent], _ links: PageLinks, _ times: TimeView, namesAsset: Bool = true) -> HTML {
        let items = events.map { EventLine(event: $0, links: links, times: times, namesAsset: namesAsset).item }
        return "<ol class=\"events\">\(HTML.joined(items))</ol>"
    }

    private var asset: HTML {
        "<a class=\"key\" href=\"\(links.asset(event.event.assetKey))\">\(HTML.key(event.event.assetKey))</a> "
    }

    private var facts: HTML {
        let facts = EventFacts(event.event.event)
        let isVoid: HTML? = event.voiding == nil ? nil : "<span class=\"fact\"><strong>void</strong></span> "
        return "<span class=\"facts\">\(isVoid)\(facts.result)\(facts.checkName)\(facts.partition)\(facts.message)</span>"
    }
}

/// What an event says in a few words.
struct EventFacts {
    private let event: Event

    init(_ event: Event) {
        self.event = event
    }

    /// The partition.
    var partition: HTML? {
        event.partition.map { "<span class=\"fact\">partition \(HTML.partition($0))</span> " }
    }

    /// The result of a check.
    var result: HTML? {
        guard event.kind == .check else { return nil }
        return "\(checkResult.badge) "
    }

    /// The name of a check.
    var checkName: HTML? {
        guard event.kind == .check else { return nil }
        return text("check_name").map { "<span class=\"fact\">\(HTML.reported($0, limit: 80))</span> " }
    }

    /// What a failure says, or a reason of a void or a wipe, or a description.
    var message: HTML? {
        if let message = failureMessage { return "<span class=\"fact message\">\(HTML.line(message))</span>" }
        return (text("reason") ?? text("description")).map { "<span class=\"fact\">\(HTML.line($0))</span>" }
    }

    /// The result of the check that was evaluated.
    var checkResult: CheckResult {
        let isPassed = value("passed")?.elementsEqual("true".utf8) ?? false
        return isPassed ? .passed : text("severity") == "WARN" ? .warned : .failed
    }

    /// What a failure says.
    var failureMessage: String? {
        guard let failure = value("failure"), let message = DetailMembers.value(of: "message", in: failure) else { return nil }
        return Self.text(message)
    }

    /// Why a failure failed, as it is on the wire.
    var failureReason: String? {
        value("failure").flatMap { DetailMembers.value(of: "reason", in: $0) }.flatMap(Self.text)
    }

    /// A member of the event's details that is a text.
    func text(_ name: String) -> String? { value(name).flatMap(Self.text) }

    /// A member of the event's details, as canonical JSON.
    func value(_ name: String) -> [UInt8]? { DetailMembers.value(of: name, in: event.details) }

    private static func text(_ json: [UInt8]) -> String? {
        CanonicalJSON.strings(inArray: [UInt8(ascii: "[")] + json + [UInt8(ascii: "]")])?.first
    }
}
