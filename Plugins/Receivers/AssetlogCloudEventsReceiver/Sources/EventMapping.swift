#if CloudEventsReceiver
import AssetlogCore

/// What is wrong with a mapping, or with an event for it, in a sentence.
struct MappingProblem: Error {
    let sentence: String

    init(_ sentence: String) {
        self.sentence = sentence
    }
}

/// What becomes of a kind of events of others, as words of the form `name=value`:
/// `type=com.example.loaded kind=materialization asset={data.schema}/{data.table} partition={data.day}`.
struct EventMapping {
    private let type: NamePattern
    private let source: NamePattern?
    let kind: EventKind
    let asset: KeyTemplate
    let partition: TextTemplate?
    let description: TextTemplate?
    /// The data version, of materializations and observations.
    let version: TextTemplate?
    /// The message of a failure, or of a skip.
    let message: TextTemplate?
    let check: CheckMapping?
    /// A value whose members are metadata.
    let metadata: ValuePath?
    /// Metadata of one label each.
    let labels: [(label: String, value: TextTemplate)]
    let tags: [(name: String, value: TextTemplate)]

    /// Where the result of a check stands.
    struct CheckMapping {
        let name: TextTemplate
        let passed: TextTemplate
        /// What `passed` must be; nil: true, or the text of it.
        let success: String?
        let severity: TextTemplate?
    }

    /// Reads a mapping as it is written.
    init(_ text: String) throws(MappingProblem) {
        var words = try MappingWords(text)
        type = NamePattern(try words.required("type"))
        guard !OwnEvent.owns(type.beginning) else {
            throw MappingProblem(
                "events of the type \(type.beginning.quoted) are those of Assetlog, which need no mapping"
            )
        }
        source = words.take("source").map(NamePattern.init)
        kind = try Self.kind(try words.required("kind"))
        asset = try KeyTemplate(try words.required("asset"))
        partition = try words.template("partition")
        description = try words.template("description")
        version = try words.template("version", of: kind, in: [.materialization, .observation])
        message = try words.template(
            "message", of: kind, in: [.materializationFailed, .materializationSkipped])
        check = try Self.check(&words, kind)
        metadata = try words.take("metadata").map { text throws(MappingProblem) in try Self.path(text)
        }
        labels = try words.templates(after: "metadata.").map { ($0.name, $0.template) }
        tags = try words.templates(after: "tag.").map { ($0.name, $0.template) }
        try words.end()
    }

    /// Whether an event is one of those that this mapping is for.
    func fits(_ event: CloudEvent) -> Bool {
        type.matches(event.type) && source?.matches(event.source) ?? true
    }

    private static func kind(_ name: String) throws(MappingProblem) -> EventKind {
        let names = EventKind.reportable.map(\.name)
        guard let kind = EventKind(name: name), names.contains(name) else {
            let guess =
                ConfigurationError.nearest(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
            throw MappingProblem(
                "kind must be one of \(names.joined(separator: ", ")), not \(name.quoted)\(guess)")
        }
        return kind
    }

    private static func check(_ words: inout MappingWords, _ kind: EventKind) throws(MappingProblem)
        -> CheckMapping?
    {
        guard kind == .check else {
            for name in ["check", "passed", "severity"] where words.take(name) != nil {
                throw MappingProblem("\(name) is for the kind check, not for \(kind.name)")
            }
            return nil
        }
        let name = try TextTemplate(try words.required("check"))
        let passed = try words.required("passed")
        // What follows the last brace is what it must be.
        let end = passed.lastIndex(of: "}").map { passed.index(after: $0) } ?? passed.endIndex
        let rest = passed[end...]
        guard rest.isEmpty || rest.hasPrefix("=") else {
            throw MappingProblem(
                "passed must be a value such as {data.passed}, or {data.state}=ok, not \(passed.quoted)")
        }
        return CheckMapping(
            name: name, passed: try TextTemplate(String(passed[..<end])),
            success: rest.isEmpty ? nil : String(rest.dropFirst()),
            severity: try words.template("severity"))
    }

    private static func path(_ text: String) throws(MappingProblem) -> ValuePath {
        guard text.hasPrefix("{"), text.hasSuffix("}") else {
            throw MappingProblem(
                "metadata must be one value such as {data.statistics}, not \(text.quoted)")
        }
        return try ValuePath(text.dropFirst().dropLast())
    }
}

/// A name, or with an asterisk at its end the beginning of names.
private struct NamePattern {
    let beginning: String
    private let isWhole: Bool

    init(_ text: String) {
        isWhole = !text.hasSuffix("*")
        beginning = isWhole ? text : String(text.dropLast())
    }

    func matches(_ name: String) -> Bool {
        isWhole ? name.utf8.elementsEqual(beginning.utf8) : name.utf8.starts(with: beginning.utf8)
    }
}
#endif
