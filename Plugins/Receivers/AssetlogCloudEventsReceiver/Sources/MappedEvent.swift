#if CloudEventsReceiver
import AssetlogCore

/// An event of others on its way to an item.
struct MappedEvent {
    private let event: CloudEvent
    /// What of it could not be mapped, although it was recorded.
    private(set) var notes: [String] = []

    init(_ event: CloudEvent) {
        self.event = event
    }

    /// What a mapping makes of it.
    mutating func item(_ mapping: EventMapping, id: EventID) throws(MappingProblem) -> EventItem {
        var item = EventItem(mapping.kind, of: try mapping.asset.key(in: event), eventID: id)
        item.timestamp = event.time
        item.partition = try mapping.partition?.text(in: event)
        if let check = mapping.check { item.check = try result(check) }
        item.description = optional("description", mapping.description)
        item.dataVersion = optional("version", mapping.version)
        if mapping.kind == .materializationFailed || mapping.message != nil {
            item.failure = EventItem.Failure(message: optional("message", mapping.message))
        }
        if let path = mapping.metadata { item.metadata = members(path) }
        item.metadata += mapping.labels.compactMap { label, template in
            value(template, label).map { (label, $0) }
        }
        item.tags = mapping.tags.compactMap { name, template in
            optional("tag.\(name)", template).map { (name, $0) }
        }
        return item
    }

    private func result(_ check: EventMapping.CheckMapping) throws(MappingProblem)
        -> EventItem.Check
    {
        guard let name = try check.name.text(in: event) else {
            throw MappingProblem(
                "The check's name is not known: it has no \(check.name.missing(in: event).joined(separator: ", no ").quoted)."
            )
        }
        guard let passed = try check.passed.text(in: event) else {
            throw MappingProblem(
                "Whether it passed is not known: it has no \(check.passed.missing(in: event).joined(separator: ", no ").quoted)."
            )
        }
        let severity = try check.severity?.text(in: event)?.lowercased()
        return EventItem.Check(
            name: name, passed: try self.passed(passed, check.success),
            isWarning: severity == "warn" || severity == "warning")
    }

    private func passed(_ text: String, _ success: String?) throws(MappingProblem) -> Bool {
        if let success { return text.utf8.elementsEqual(success.utf8) }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw MappingProblem("Whether it passed must be true or false, not \(text.quoted).")
        }
    }

    // The event says enough without it.
    private mutating func optional(_ name: String, _ template: TextTemplate?) -> String? {
        guard let template else { return nil }
        do throws(MappingProblem) {
            return try template.text(in: event)
        } catch {
            note("\(name): \(error.sentence)")
            return nil
        }
    }

    private mutating func note(_ reason: String) {
        notes.append("The event was recorded without \(reason)")
    }

    // MARK: Metadata

    private mutating func members(_ path: ValuePath) -> [(label: String, value: EventItem.Value)] {
        guard case .json(let view)? = path.value(in: event) else { return [] }
        guard view.kind == .object else {
            note("metadata: \(path.text.quoted) is no object.")
            return []
        }
        return view.members.compactMap { name, value in Self.value(value).map { (name, $0) } }
    }

    private mutating func value(_ template: TextTemplate, _ label: String) -> EventItem.Value? {
        guard case .json(let view)? = template.onlyPath?.value(in: event) else {
            return optional("metadata.\(label)", template).map(EventItem.Value.text)
        }
        return Self.value(view)
    }

    private static func value(_ view: JSONView) -> EventItem.Value? {
        switch view.kind {
        case .null: nil
        case .string: view.text.map(EventItem.Value.text)
        case .true: .boolean(true)
        case .false: .boolean(false)
        // With all of its digits.
        case .integer: .typed("int", Array(view.json))
        case .float: .typed("float", Array(view.json))
        case .object, .array: .json(Array(view.json))
        }
    }
}
#endif
