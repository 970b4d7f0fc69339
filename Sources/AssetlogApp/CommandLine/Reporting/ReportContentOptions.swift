import ArgumentParser
import AssetlogClient
import AssetlogCore
import AssetlogObservation

/// What every report says.
struct ReportContentOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The asset key, one word per part. A single word is split at its slashes, or can be a JSON array of parts.",
            valueName: "key"))
    var key: [String]

    @Option(help: ArgumentHelp("The partition. Default: the whole asset.", valueName: "partition"))
    var partition: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Labels with values, such as rows=10 source=s3://bucket. Numbers that read back exactly as typed, true, false and"
                + " null are recorded as such, everything else as text; label:=JSON takes any JSON, such as rate:=1e-5.",
            valueName: "label=value"))
    var metadata: [String] = []

    @Option(help: ArgumentHelp("A JSON object with more labels.", valueName: "json"))
    var metadataJSON: String?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "A tag, such as team=core; can be repeated.", valueName: "name=text"))
    var tag: [String] = []

    /// The report of a kind.
    ///
    /// - Throws: `ValidationError`.
    func report(_ kind: Report.Kind) throws -> Report {
        var labels = ReportMetadata()
        for pair in metadata {
            let (label, value) = try Self.pair(pair)
            labels[label] = value
        }
        if let metadataJSON {
            for entry in try Self.object(metadataJSON).entries { labels[entry.label] = entry.value }
        }
        if partition == "" {
            throw ValidationError("--partition is empty. Was a variable not set? Without the flag, the report is about the whole asset.")
        }
        guard labels[""] == nil else { throw ValidationError("A label of the metadata is empty. Was a variable not set?") }
        var report = Report(kind, of: try Self.parts(key), partition: partition, metadata: labels)
        for tag in tag {
            let (name, text) = try Self.tag(tag)
            report.tags[name] = text
        }
        return report
    }

    /// A tag, as it is typed.
    static func tag(_ text: String) throws -> (String, String) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw ValidationError("--tag takes name=text, such as team=core, not \(LineText.quoted(text)).")
        }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }

    /// The parts of a key, as it is typed; none of them is empty.
    static func parts(_ words: [String]) throws -> [String] {
        let parts = try split(words)
        guard parts.contains("") else { return parts }
        throw ValidationError(
            "The asset key \(AssetKey(parts)) has an empty part. Was a variable not set? A slash at the start or the end makes one"
                + " too.")
    }

    private static func split(_ words: [String]) throws -> [String] {
        guard words.count == 1, let word = words.first else { return words }
        if word.hasPrefix("[") {
            guard let key = AssetKey(json: word) else {
                throw ValidationError("A key that starts with [ must be a JSON array of strings, such as '[\"warehouse\",\"orders\"]'.")
            }
            return key.parts
        }
        // As the server splits the path of a URL.
        return word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    }

    /// A label and its value, as they are typed.
    static func pair(_ text: String) throws -> (String, JSONValue) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw ValidationError(
                "--metadata takes label=value, such as rows=10, not \(LineText.quoted(text)). The words of the key come before it.")
        }
        let (label, value) = (text[..<equals], String(text[text.index(after: equals)...]))
        guard label.hasSuffix(":") else { return (String(label), JSONValue(typed: value)) }
        guard label.count > 1 else { throw ValidationError("--metadata takes label:=JSON; the label is missing.") }
        do {
            return (String(label.dropLast()), .text(try JSONText(value)))
        } catch {
            throw ValidationError("--metadata \(label.dropLast()) is not valid JSON: \(error).")
        }
    }

    private static func object(_ text: String) throws -> ReportMetadata {
        do {
            return try ReportMetadata(json: text)
        } catch is ClientError {
            throw ValidationError("--metadata-json must be a JSON object, such as '{\"rows\": 10}'.")
        } catch {
            throw ValidationError("--metadata-json is not valid JSON: \(error).")
        }
    }
}

/// What a report that is no check may say in words.
struct ReportTextOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A description for people.", valueName: "text"))
    var description: String?

    @Option(help: ArgumentHelp("The version of the asset's data.", valueName: "version"))
    var dataVersion: String?

    /// - Throws: `ValidationError`.
    func added(to report: Report) throws -> Report {
        if dataVersion == "" { throw ValidationError("--data-version is empty. Was a variable not set?") }
        var report = report
        report.description = description
        report.dataVersion = dataVersion
        return report
    }
}

/// What the data was made from, of a report that is no check.
struct ReportUpstreamOptions: ParsableArguments {
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "An asset that the data was made from, such as warehouse/raw, or a JSON array of its parts; can be repeated.",
            valueName: "key"))
    var upstream: [String] = []

    /// - Throws: `ValidationError`.
    func added(to report: Report) throws -> Report {
        guard upstream.count <= UpstreamKeys.maximumCount else {
            throw ValidationError("--upstream names \(upstream.count) assets; a report takes \(UpstreamKeys.maximumCount).")
        }
        guard !upstream.contains("") else { throw ValidationError("--upstream is empty. Was a variable not set?") }
        var report = report
        report.upstream = try upstream.map { try ReportContentOptions.parts([$0]) }
        return report
    }
}
