import AssetlogCore

/// Where the metadata of an event lead to.
struct MetadataLinks: Sendable {
    /// The address of an asset's page.
    var asset: @Sendable (AssetKey) -> String
    /// The address of the event as JSON, for what a page has no room for; nil: none.
    var raw: String?

    init(asset: @escaping @Sendable (AssetKey) -> String, raw: String? = nil) {
        self.asset = asset
        self.raw = raw
    }
}

/// The metadata of an event: each label with its value as its type is best shown.
///
/// The page has a bounded number of bytes for it, whatever was reported.
struct MetadataView {
    /// The most labels that are shown at once; the others are folded.
    static let unfoldedLabels = 100
    /// The most bytes of the HTML of all labels.
    static let room = 40_000
    // The most bytes of the HTML of one value.
    private static let valueRoom = 16_000

    private let metadata: StoredJSON?
    private let previous: StoredJSON?
    private let links: MetadataLinks

    /// - Parameters:
    ///   - details: The details of the event.
    ///   - previous: The details of the event before, with whose schema that of the event is compared; nil: there is none.
    init(details: [UInt8], previous: [UInt8]?, context: MetadataLinks) {
        metadata = StoredJSON(details[...])["metadata"]
        self.previous = previous.flatMap { StoredJSON($0[...])["metadata"] }
        links = context
    }

    /// The number of labels.
    var count: Int { metadata?.members.reduce(0) { count, _ in count + 1 } ?? 0 }

    /// The labels and values; nil: there are none.
    var html: HTML? {
        guard let metadata else { return nil }
        var members = metadata.members
        let schemas = previousSchemas
        var (unfolded, folded) = (BoundedHTML(room: Self.room), BoundedHTML(room: 0))
        var shown = 0
        while shown < Self.unfoldedLabels, let member = members.next() {
            guard unfolded.append(row(member, schemas, room: unfolded.room)) else {
                return page(unfolded, folded, shown, hidden: members, 1)
            }
            shown += 1
        }
        folded = BoundedHTML(room: unfolded.room)
        while let member = members.next() {
            guard folded.append(row(member, schemas, room: folded.room)) else { return page(unfolded, folded, shown, hidden: members, 1) }
            shown += 1
        }
        return shown == 0 ? nil : page(unfolded, folded, shown, hidden: members, 0)
    }

    private func row(_ member: StoredJSONMembers.Element, _ schemas: [ArraySlice<UInt8>: StoredJSON], room: Int) -> HTML {
        let label = member.name.text(atMost: ShownText.name) ?? ""
        let value = MetadataValueView(
            value: TypedMetadata(member.value), label: label, previousSchema: schemas[member.name.bytes], links: links,
            room: min(room, Self.valueRoom))
        let name: HTML = label.isEmpty ? "<em>empty label</em>" : ShownText.isolated(label)
        return "<div class=\"metadata-row\"><dt>\(name)</dt><dd class=\"metadata-\(value.value.kind.name)\">\(value.html)</dd></div>\n"
    }

    private func page(_ unfolded: BoundedHTML, _ folded: BoundedHTML, _ shown: Int, hidden: StoredJSONMembers, _ known: Int) -> HTML {
        let more: HTML? =
            folded.isEmpty
            ? nil
            : """
            <details class="metadata-more"><summary>\(HTML.count(shown - Self.unfoldedLabels, "more label"))</summary>
            <dl class="metadata">
            \(folded.html)</dl></details>
            """
        return "<dl class=\"metadata\">\n\(unfolded.html)</dl>\(more)\(note(hidden: hidden.reduce(known) { count, _ in count + 1 }))"
    }

    private func note(hidden: Int) -> HTML? {
        guard hidden > 0 else { return nil }
        let raw: HTML = links.raw.map { "<a href=\"\($0)\">the raw JSON</a>" } ?? "the raw JSON"
        return "<p class=\"metadata-note\">… and \(HTML.count(hidden, "more label")); see \(raw).</p>"
    }

    // The schemas of the event before by their labels, each as it is stored; it is read once.
    private var previousSchemas: [ArraySlice<UInt8>: StoredJSON] {
        var schemas: [ArraySlice<UInt8>: StoredJSON] = [:]
        for member in previous?.members ?? StoredJSON([]).members where schemas.count < Self.unfoldedLabels {
            let value = TypedMetadata(member.value)
            if value.kind == .tableSchema { schemas[member.name.bytes] = value.value }
        }
        return schemas
    }
}

/// A metadata value with its type, `{"type": …, "value": …}`.
struct TypedMetadata {
    /// The types that have a form of their own; all others are shown as JSON.
    enum Kind: String, CaseIterable {
        case text, url, path, notebook, md, int, float, bool, null, json, timestamp, asset, table
        case dagsterRun = "dagster_run"
        case tableSchema = "table_schema"
        case columnLineage = "table_column_lineage"

        /// The name, for a class of the style.
        var name: String { rawValue }
    }

    let kind: Kind
    let value: StoredJSON

    init(_ stored: StoredJSON) {
        guard let type = stored["type"]?.text(atMost: 40), let value = stored["value"] else {
            (kind, self.value) = (.json, stored)
            return
        }
        kind = Kind(rawValue: type) ?? .json
        self.value = value
    }
}
