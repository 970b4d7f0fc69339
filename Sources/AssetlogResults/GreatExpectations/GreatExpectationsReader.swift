import AssetlogCore

/// Reads validation results of Great Expectations 1.x, as `to_json_dict()` gives them: one, a list of them, or an object with
/// several, however they are named.
public enum GreatExpectationsReader {
    /// Reads a file.
    ///
    /// - Throws: ``ResultFileError`` when there is no validation result in it.
    public static func read(_ bytes: [UInt8], _ options: ResultOptions = ResultOptions()) throws(ResultFileError) -> ResultReading {
        let view = try ResultFile.json(bytes, "The file")
        var builder = ReadingBuilder()
        let results = results(in: view)
        guard !results.isEmpty else {
            throw ResultFileError(
                "There is no validation result in the file: an object with \"results\" and \"meta\", as to_json_dict() of a result gives.")
        }
        for result in results { try GreatExpectationsResult(result, options).read(into: &builder) }
        return builder.finished
    }

    private static func results(in view: JSONView) -> [JSONView] {
        // A list of results, an object of them, and the object of a checkpoint, in which they stand below a name.
        var (level, found) = ([view], [JSONView]())
        for _ in 0..<4 {
            found += level.filter(isResult)
            level = level.filter { !isResult($0) }.flatMap { $0.elements + $0.members.map(\.value) }
        }
        return found
    }

    private static func isResult(_ view: JSONView) -> Bool {
        view["results"]?.kind == .array && view["meta"]?.kind == .object
    }
}

/// A validation result: each of its expectations is a check.
private struct GreatExpectationsResult {
    private let view: JSONView
    private let meta: JSONView?
    private let options: ResultOptions
    private let time: Timestamp?
    private let partition: String?

    init(_ view: JSONView, _ options: ResultOptions) {
        (self.view, self.options, meta) = (view, options, view["meta"])
        time = (meta?["validation_time"] ?? meta?["run_id"]?["run_time"])?.time
        partition = Self.partition(meta?["active_batch_definition"]?["batch_identifiers"])
    }

    func read(into builder: inout ReadingBuilder) throws(ResultFileError) {
        let name = meta?["active_batch_definition"]?["data_asset_name"]?.shortText()
        guard let key = options.key([name ?? ""]) else {
            let suite = view["suite_name"]?.shortText() ?? ""
            return builder.note(
                "A result of the suite \(suite.quoted) has no meta.active_batch_definition.data_asset_name; name the asset with --asset.")
        }
        var found: [(expectation: Expectation, passed: Bool, result: JSONView)] = []
        for result in view["results"]?.elements ?? [] {
            if let expectation = Expectation(result), let passed = result["success"]?.boolean {
                found.append((expectation, passed, result))
            } else {
                builder.note("A result of \(key) has no expectation_config.type or no success.")
            }
        }
        let names = CheckNames.chosen(from: found.map { (key, $0.expectation.names) })
        for (name, one) in zip(names, found) {
            try builder.add(check(name, one.passed, of: key, one.expectation, one.result))
        }
    }

    private func check(
        _ name: String, _ passed: Bool, of key: AssetKey, _ expectation: Expectation, _ result: JSONView
    ) -> EventItem {
        let verdict = EventItem.Check(name: name, passed: passed, isWarning: expectation.isWarning)
        var item = EventItem(verdict, of: key, eventID: eventID(of: key, name), timestamp: time)
        item.partition = partition
        expectation.describe(&item)
        item.add("observed", result["result"]?["observed_value"]?.metadata(atMost: 4096))
        // Not the values that were unexpected: they are the data itself.
        for (label, name) in Self.counts { item.add(label, result["result"]?[name]?.metadata(atMost: 64)) }
        item.add("message", text: Self.exception(result["exception_info"]))
        item.add("suite", text: view["suite_name"]?.shortText())
        item.add("great_expectations/run_name", text: meta?["run_id"]?["run_name"]?.shortText())
        item.add("great_expectations/version", text: meta?["great_expectations_version"]?.shortText())
        return item
    }

    private static let counts = [
        ("elements", "element_count"), ("failures", "unexpected_count"), ("failures_percent", "unexpected_percent"),
    ]

    private func eventID(of key: AssetKey, _ name: String) -> EventID {
        let parts = [
            meta?["validation_id"]?.shortText(), meta?["run_id"]?["run_name"]?.shortText(), time?.description,
            view["suite_name"]?.shortText(), meta?["active_batch_definition"]?["datasource_name"]?.shortText(), partition,
        ]
        return EventID(foreign: ["great-expectations"] + parts.map { $0 ?? "" } + [key.canonical, name])
    }

    // An error has its words in the object itself, or in one for each metric.
    private static func exception(_ info: JSONView?) -> String? {
        guard let info else { return nil }
        if let message = info["exception_message"]?.shortText(4096) { return message }
        return info.members.lazy.compactMap { $0.value["exception_message"]?.shortText(4096) }.first
    }

    // What a batch definition by day, month or year says about its batch.
    private static func partition(_ identifiers: JSONView?) -> String? {
        func number(_ name: String, _ width: Int) -> String? {
            let text = identifiers?[name].flatMap { $0.text ?? $0.integer.map(String.init) }
            guard let text, (1...width).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return String(repeating: "0", count: width - text.utf8.count) + text
        }
        return number("year", 4).map { "\($0)-\(number("month", 2) ?? "01")-\(number("day", 2) ?? "01")" }
    }
}

/// What was expected.
private struct Expectation {
    private let type: String
    private let column: String?
    private let arguments: [(name: String, value: JSONView)]
    private let severity: String?
    private let chosenName: String?

    init?(_ result: JSONView) {
        let config = result["expectation_config"]
        guard let type = (config?["type"] ?? config?["expectation_type"])?.shortText(256) else { return nil }
        self.type = type
        let given = config?["kwargs"]?.members ?? []
        arguments = given.filter { $0.name != "batch_id" && $0.value.kind != .null }.sorted { $0.name < $1.name }
        column = Self.column(given)
        severity = config?["severity"]?.shortText(64)
        chosenName = config?["meta"]?["name"]?.shortText(256)
    }

    /// Only of a critical expectation a failure is an error; so is one of a version without severities.
    var isWarning: Bool { severity == "warning" || severity == "info" }

    /// What the check may be called: as it is named in `meta`, by type and column, with all arguments.
    var names: [String] {
        let short = Self.word("\(type)\(column.map { "_\($0)" } ?? "")")
        let rest = arguments.filter { !$0.name.hasPrefix("column") && $0.value.byteCount <= 64 }
        let long = rest.map { "_\($0.name)_\(String(decoding: $0.value.json, as: UTF8.self))" }.joined()
        return [chosenName, short, Self.word(short + long)].compactMap { $0 }
    }

    func describe(_ item: inout EventItem) {
        item.add("expectation", text: type)
        item.add("column", text: column)
        for argument in arguments.prefix(50) where !argument.name.hasPrefix("column") {
            item.add("expected/\(argument.name.clipped(to: 128))", argument.value.metadata(atMost: 4096))
        }
        item.add("severity", text: severity)
    }

    private static func column(_ arguments: [(name: String, value: JSONView)]) -> String? {
        let columns = arguments.filter { $0.name.hasPrefix("column") }.flatMap { argument -> [String] in
            argument.value.text.map { [$0] } ?? argument.value.elements.compactMap(\.text)
        }
        return columns.isEmpty ? nil : columns.joined(separator: ",").clipped(to: 256)
    }

    // A name that Dagster takes for a check: letters, digits and underscores.
    private static func word(_ text: String) -> String {
        let word = String(text.unicodeScalars.map { $0.properties.isAlphabetic || ("0"..."9").contains($0) ? Character($0) : "_" })
        return word.clipped(to: 300)
    }
}
