import AssetlogCore

/// Reads what Soda has found: the scan results of version 3, and of version 4, which writes no file, what the hook of
/// `Docs/Receivers.md` writes.
public enum SodaReader {
    /// Reads a file.
    ///
    /// - Throws: ``ResultFileError`` when it is neither.
    public static func read(_ bytes: [UInt8], _ options: ResultOptions = ResultOptions()) throws(ResultFileError) -> ResultReading {
        let view = try ResultFile.json(bytes, "The file")
        var builder = ReadingBuilder()
        let parts = view.kind == .array ? view.elements : [view]
        guard !parts.isEmpty, parts.allSatisfy({ $0["checks"]?.kind == .array }) else {
            throw ResultFileError("The file has no array \"checks\", as the results of a scan or of a contract have.")
        }
        for part in parts {
            if part["contract"] != nil || part["dataset"] != nil {
                try SodaContract(part, options).read(into: &builder)
            } else {
                try SodaScan(part, options).read(into: &builder)
            }
        }
        return builder.finished
    }

    /// The verdict of an outcome; nil: the check was not evaluated.
    static func verdict(_ name: String, _ outcome: String?) -> EventItem.Check? {
        switch outcome?.lowercased() {
        case "pass", "passed": EventItem.Check(name: name, passed: true)
        case "warn", "warned": EventItem.Check(name: name, passed: false, isWarning: true)
        case "fail", "failed": EventItem.Check(name: name, passed: false)
        default: nil
        }
    }
}

/// The results of a scan of Soda 3.
struct SodaScan {
    private let view: JSONView
    private let options: ResultOptions
    private let identity: [String]
    private let time: Timestamp?

    init(_ view: JSONView, _ options: ResultOptions) {
        (self.view, self.options) = (view, options)
        // Its times have no more than seconds, so all of them count.
        let names = ["definitionName", "defaultDataSource", "dataTimestamp", "scanStartTimestamp", "scanEndTimestamp"]
        identity = ["soda"] + names.map { view[$0]?.shortText() ?? "" }
        time = (view["scanEndTimestamp"] ?? view["dataTimestamp"])?.time
    }

    func read(into builder: inout ReadingBuilder) throws(ResultFileError) {
        if view["hasErrors"]?.boolean == true {
            builder.note(
                "The scan \((view["definitionName"]?.shortText() ?? "").quoted) had errors; checks may be missing, as its logs say.")
        }
        var found: [(key: AssetKey, names: [String], check: JSONView)] = []
        for check in view["checks"]?.elements ?? [] {
            let identity = check["identity"]?.shortText(64)
            let name = check["name"]?.shortText(300) ?? identity ?? "check"
            if let key = options.key([check["table"]?.text ?? ""]) {
                found.append((key, [name] + (identity.map { ["\(name) [\($0)]"] } ?? []), check))
            } else {
                builder.note("The check \(name.quoted) is about no table; name the asset with --asset.")
            }
        }
        for (name, one) in zip(CheckNames.chosen(from: found.map { ($0.key, $0.names) }), found) {
            if let verdict = SodaReader.verdict(name, one.check["outcome"]?.text) {
                try builder.add(item(verdict, of: one.key, one.check))
            } else {
                builder.note("The check \(name.quoted) of \(one.key) was not evaluated.")
            }
        }
    }

    private func item(_ verdict: EventItem.Check, of key: AssetKey, _ check: JSONView) -> EventItem {
        let id = EventID(foreign: identity + [check["identity"]?.text?.clipped(to: 512) ?? "", key.canonical, verdict.name])
        var item = EventItem(verdict, of: key, eventID: id, timestamp: time)
        item.add("column", text: check["column"]?.shortText())
        let diagnostics = check["diagnostics"]
        item.add("observed", diagnostics?["value"]?.metadata(atMost: 4096))
        for name in ["fail", "warn"] { item.add("soda/\(name)_when", diagnostics?[name]?.metadata(atMost: 4096)) }
        item.add("freshness", text: diagnostics?["freshness"]?.shortText())
        item.add("missing_columns", diagnostics?["missing_column_names"]?.metadata(atMost: 4096))
        item.add("soda/definition", text: check["definition"]?.shortText(4096))
        item.add("soda/identity", text: check["identity"]?.shortText())
        item.add("soda/data_source", text: check["dataSource"]?.shortText())
        item.add("soda/scan", text: view["definitionName"]?.shortText())
        return item
    }
}

/// What the hook for Soda 4 writes about a contract.
struct SodaContract {
    private let view: JSONView
    private let options: ResultOptions
    private let time: Timestamp?

    init(_ view: JSONView, _ options: ResultOptions) {
        (self.view, self.options) = (view, options)
        time = (view["ended"] ?? view["started"])?.time
    }

    func read(into builder: inout ReadingBuilder) throws(ResultFileError) {
        guard let key = options.key([view["dataset"]?.text ?? ""]) else {
            return builder.note("A contract's results name no dataset; name the asset with --asset.")
        }
        let checks = view["checks"]?.elements ?? []
        // The path tells apart the checks of a contract, which mostly have the same names.
        let names = CheckNames.chosen(
            from: checks.map { (key, [$0["path"]?.shortText(300), $0["name"]?.shortText(300)].compactMap { $0 }) })
        for (name, check) in zip(names, checks) {
            if let verdict = SodaReader.verdict(name, check["outcome"]?.text) {
                try builder.add(item(verdict, of: key, check))
            } else {
                builder.note("The check \(name.quoted) of \(key) was not evaluated.")
            }
        }
    }

    private func item(_ verdict: EventItem.Check, of key: AssetKey, _ check: JSONView) -> EventItem {
        let identity = ["data_source", "contract", "started"].map { view[$0]?.shortText() ?? "" }
        let id = EventID(foreign: ["soda-contract"] + identity + [key.canonical, verdict.name])
        var item = EventItem(verdict, of: key, eventID: id, timestamp: time)
        item.add("column", text: check["column"]?.shortText())
        item.add("observed", check["value"]?.metadata(atMost: 4096))
        item.add("expected", check["expected"]?.metadata(atMost: 4096))
        for (name, value) in (check["diagnostics"]?.members ?? []).prefix(50) {
            item.add(name.clipped(to: 128), value.metadata(atMost: 1024))
        }
        item.add("soda/name", text: check["name"]?.shortText())
        item.add("soda/type", text: check["type"]?.shortText())
        item.add("soda/data_source", text: view["data_source"]?.shortText())
        item.add("soda/contract", text: view["contract"]?.shortText())
        return item
    }
}
