import AssetlogCore

/// One metadata value. What is not of the type that it names, which only damage can do, is shown as JSON.
struct MetadataValueView {
    let value: TypedMetadata
    let label: String
    /// The value of the same label of the event before, if both are schemas.
    let previousSchema: StoredJSON?
    let links: MetadataLinks
    /// About how many bytes the HTML may have.
    let room: Int

    private var json: StoredJSON { value.value }

    var html: HTML { typed ?? MetadataJSONView(value: json, room: room).html }

    private var typed: HTML? {
        switch value.kind {
        case .text: MetadataTextView(value: json, room: room).html
        case .path, .notebook, .dagsterRun: json.text(atMost: 1000).map { "<code><bdi>\($0)</bdi></code>" }
        case .url: url
        case .md: json.text(atMost: MarkdownView.inputLimit).map { MarkdownView($0, room: room).html }
        case .int, .float: number
        case .bool: json.kind == .boolean ? "\(json.literal())" : nil
        case .null: json.kind == .null ? "null" : nil
        case .json: nil
        case .timestamp: time
        case .asset: asset
        case .table: MetadataTableView(value: json, label: label, room: room).html
        case .tableSchema: MetadataSchemaView(value: json, previous: previousSchema, label: label, room: room).html
        case .columnLineage: MetadataLineageView(value: json, links: links, label: label, room: room).html
        }
    }

    private var url: HTML? {
        guard let text = json.text(atMost: WebAddress.limit) else { return nil }
        guard let address = WebAddress(text) else { return ShownText.isolated(text, to: 1000) }
        return "\(address.start)\(ShownText.isolated(text, to: 300))</a>"
    }

    // The value as it is written is what programs read and people copy.
    private var number: HTML? {
        guard json.kind == .number else { return nil }
        let literal = json.literal(atMost: 100)
        return "<data value=\"\(literal)\">\(ShownNumber.grouped(literal))</data>"
    }

    private var time: HTML? {
        guard let seconds = json.double else { return nil }
        return ShownTime.time(seconds: seconds).map(ShownTime.element) ?? number
    }

    private var asset: HTML? {
        guard json.kind == .array, let key = AssetKey(json: String(decoding: json.bytes, as: UTF8.self)) else { return nil }
        return MetadataAssetLink(key: key, links: links).html
    }
}

/// The name of an asset, which leads to its page.
struct MetadataAssetLink {
    // Keys of lineage may be of any length.
    private static let longestKey = 4096

    let key: AssetKey
    let links: MetadataLinks

    var html: HTML {
        key.canonical.utf8.count > Self.longestKey ? HTML.key(key) : "<a href=\"\(links.asset(key))\">\(HTML.key(key))</a>"
    }
}

/// A text: in its line when it is short, else with its own line breaks, and folded when it is long.
struct MetadataTextView {
    private static let longest = 10_000
    private static let unfolded = (bytes: 1000, lines: 12)
    private static let line = 300

    let value: StoredJSON
    let room: Int

    var html: HTML? {
        guard let whole = value.text(atMost: Self.longest) else { return nil }
        let text = ShownText.cut(whole, to: Self.longest, markup: max(0, room - 1000))
        let lines = text.utf8.reduce(1) { $1 == 0x0a ? $0 + 1 : $0 }
        if lines == 1, text.utf8.count <= Self.line { return text.isEmpty ? "<em>empty text</em>" : "<bdi>\(text)</bdi>" }
        let block: HTML = "<pre class=\"metadata-lines\" dir=\"auto\">\(text)</pre>"
        if lines <= Self.unfolded.lines, text.utf8.count <= Self.unfolded.bytes { return block }
        let beginning = ShownText.isolated(String(text.prefix { !$0.isNewline }), to: 80)
        let size = lines > 1 ? HTML.count(lines, "line") : HTML.count(text.utf8.count, "byte")
        return "<details><summary>\(beginning) <span class=\"metadata-note\">\(size)</span></summary>\(block)</details>"
    }
}
