import AssetlogAPI
import AssetlogCatalog
import AssetlogCore
import AssetlogWeb

/// What a list of assets is filtered and sorted by, as the address of the page says it.
struct AssetFilters {
    static let names = ["q", "state", "prefix", "tag", "sort", "after"]

    private static let orders: [(word: String, value: AssetListQuery.Order)] = [
        ("state", .state), ("key", .key), ("updated", .materialization), ("oldest", .oldest),
    ]

    /// The text of the search, as it was given.
    let text: String
    let state: AssetState?
    /// The filter of tags, as it was given.
    let tagText: String
    private let tag: AssetTag?
    let prefix: AssetKey?
    /// The prefix as it was given.
    private let prefixText: String?
    let order: AssetListQuery.Order
    let after: String?

    /// Reads the parameters of an address. Fields of a form that were left empty are as if they were not there.
    ///
    /// - Throws: ``RequestError`` that says which parameter is wrong.
    init(_ query: String?) throws(RequestError) {
        let parameters = try QueryParameters(FilledFields.query(query), known: Self.names)
        text = try parameters.text("q") ?? ""
        state = try parameters.choice("state", AssetState.allCases.map { ($0.name, $0) })
        tagText = try parameters.text("tag") ?? ""
        tag = try parameters.tag()
        prefix = try parameters.prefix()
        prefixText = parameters["prefix"]
        order = try parameters.choice("sort", Self.orders) ?? .state
        after = parameters["after"]
    }

    /// The query of the catalog.
    func query(_ scope: CatalogScope, limit: Int) -> AssetListQuery {
        AssetListQuery(
            scope: scope, prefix: prefix, text: text.isEmpty ? nil : text, states: state.map { [$0] }, tag: tag, order: order,
            limit: limit, after: after)
    }

    /// Whether anything is filtered other than by the prefix.
    var isFiltering: Bool { !text.isEmpty || state != nil || tag != nil }

    /// The parameters of an address that differs from this one.
    func parameters(
        state: AssetState?? = nil, prefix: AssetKey?? = nil, order: AssetListQuery.Order? = nil, after: String? = nil
    ) -> [(name: String, value: String?)] {
        let state = state ?? self.state
        let prefix = prefix.map { $0.map(Self.text) } ?? prefixText
        let order = order ?? self.order
        return [
            ("q", text.isEmpty ? nil : text), ("state", state?.name), ("prefix", prefix), ("tag", tagText.isEmpty ? nil : tagText),
            ("sort", order == .state ? nil : Self.orders.first { $0.value == order }?.word), ("after", after),
        ]
    }

    /// A prefix as it stands in an address: short where no part has a slash in it.
    private static func text(_ key: AssetKey) -> String {
        let parts = key.parts
        let isPlain =
            parts.allSatisfy { !$0.isEmpty && !$0.utf8.contains(UInt8(ascii: "/")) } && parts.first?.utf8.first != UInt8(ascii: "[")
        return isPlain ? parts.joined(separator: "/") : key.canonical
    }
}
