public import AssetlogCore

/// Which assets are listed, and in which order.
public struct AssetSelection: Sendable {
    /// Only assets whose key begins with these parts.
    public var prefix: AssetKey?
    /// Only assets whose key contains this text.
    public var text: String?
    /// Only assets in one of these states.
    public var states: [AssetState] = []
    /// Only assets with this tag, `key:value`.
    public var tag: String?
    /// The order: `key`, `updated` or `state`.
    public var order = "key"

    /// Selects every asset.
    public init() {}
}

extension ServerReader {
    /// Lists assets, page by page.
    ///
    /// - Parameter take: Is called with each asset.
    /// - Throws: ``ClientError``, and what `take` throws.
    public func assets(_ selection: AssetSelection, take: (ServerAnswer<AssetSummary>) throws -> Void) async throws {
        let states = selection.states.isEmpty ? nil : selection.states.map(\.word).joined(separator: ",")
        let filters: [(name: String, value: String?)] = [
            ("prefix", selection.prefix?.canonical), ("q", selection.text), ("state", states), ("tag", selection.tag),
            ("sort", selection.order),
        ]
        try await pages("assets", filters, elements: "assets", take: take)
    }

    /// Reads what is known about an asset.
    ///
    /// - Throws: ``ClientError``; ``ClientError/Code/notFound`` when the server knows no such asset.
    public func asset(_ key: AssetKey) async throws -> ServerAnswer<AssetDetails> {
        try ServerAnswer(try await read("asset", [("asset_key", key.canonical)]), from: url)
    }

    /// Lists the partitions of an asset, page by page.
    ///
    /// - Parameters:
    ///   - partition: Only this one.
    ///   - states: Only those in one of these states; empty: in any.
    public func partitions(
        of key: AssetKey, only partition: String? = nil, states: [AssetState] = [],
        take: (ServerAnswer<AssetPartition>) throws -> Void
    ) async throws {
        let words = states.isEmpty ? nil : states.map(\.word).joined(separator: ",")
        try await pages(
            "asset/partitions", [("asset_key", key.canonical), ("partition", partition), ("state", words)], elements: "partitions",
            take: take)
    }

    /// Lists the checks of an asset with their latest results, page by page.
    ///
    /// - Parameter partition: Only results for this partition; nil: the latest of each name over all partitions.
    public func checks(
        of key: AssetKey, partition: String? = nil, take: (ServerAnswer<AssetCheck>) throws -> Void
    ) async throws {
        try await pages(
            "asset/checks",
            [("asset_key", key.canonical), ("partition", partition), ("by", partition == nil ? nil : "partition")],
            elements: "checks", take: take)
    }

    /// Voids an event: it stays in the log, marked, and counts no more.
    ///
    /// - Returns: The event that records it. Voiding an event again returns the same one.
    /// - Throws: ``ClientError``.
    public func void(_ event: EventID, reason: String) async throws -> ServerAnswer<RecordedChange> {
        try ServerAnswer(try await post("events/\(event)/void", ["reason": .string(reason)]), from: url)
    }

    /// Wipes an asset, or some of its partitions: what was recorded before counts no more.
    ///
    /// - Parameter partitions: Empty: the whole asset.
    /// - Throws: ``ClientError``.
    public func wipe(
        _ key: AssetKey, partitions: [String] = [], reason: String
    ) async throws -> ServerAnswer<RecordedChange> {
        var body: JSONObject = ["asset_key": .text(try JSONText(key.canonical)), "reason": .string(reason)]
        if !partitions.isEmpty { body["partitions"] = .array(partitions.map { .string($0) }) }
        return try ServerAnswer(try await post("asset/wipe", body), from: url)
    }

    private func pages<Element>(
        _ path: String, _ query: [(name: String, value: String?)], elements name: String,
        take: (ServerAnswer<Element>) throws -> Void
    ) async throws {
        var after: String?
        repeat {
            let page = try await read(path, query + [("limit", "500"), ("after", after)])
            let members = CanonicalJSON.members(ofObject: page) ?? []
            guard let list = members.first(where: { $0.name == name }), let elements = CanonicalJSON.elements(ofArray: list.value) else {
                throw ClientError(unknownFormFrom: url)
            }
            for element in elements { try take(ServerAnswer(element, from: url)) }
            after = CanonicalJSON.string("next", inObject: page)
        } while after != nil
    }
}
