import AssetlogAccess
package import AssetlogCatalog
package import AssetlogCore
package import AssetlogWeb
import HummingbirdCore

// The parameters of lists of the catalog, the same in every route.
extension QueryParameters {
    /// The names of those that name an asset.
    static let assetNames = ["asset", "asset_key"]
    /// The names of those of a page.
    static let pageNames = ["limit", "after"]

    /// The asset that a route is about.
    ///
    /// - Throws: ``RequestError`` also when none is named.
    package func requiredAsset() throws(RequestError) -> AssetKey {
        guard let key = try assetKey() else {
            throw .badParameter("asset", "is missing; it names the asset", example: "warehouse/orders")
        }
        return key
    }

    /// The most elements of a page.
    func pageLimit() throws(RequestError) -> Int {
        try integer("limit", in: 1...1000, example: "100").map { Int($0) } ?? 100
    }

    /// Words of a list; nil when it is absent.
    ///
    /// - Throws: ``RequestError`` for a word that is none of them.
    package func words<Word: CaseIterable & Hashable>(
        _ parameter: String, _ type: Word.Type, named name: KeyPath<Word, String>
    ) throws(RequestError) -> Set<Word>? {
        guard let given = list(parameter) else { return nil }
        var words: Set<Word> = []
        for text in given {
            guard let word = Word.allCases.first(where: { $0[keyPath: name] == text }) else {
                let known = Word.allCases.map { $0[keyPath: name] }
                throw .badParameter(
                    parameter,
                    "must be one of \(known.joined(separator: ", ")), or several of them separated by commas, not"
                        + " \(String(text).quoted)", example: known.first)
            }
            words.insert(word)
        }
        return words
    }

    /// One of some words; nil when it is absent.
    package func choice<Value>(_ parameter: String, _ choices: [(word: String, value: Value)]) throws(RequestError) -> Value? {
        guard let text = self[parameter] else { return nil }
        guard let choice = choices.first(where: { $0.word == text }) else {
            let words = choices.map(\.word)
            throw .badParameter(parameter, "must be \(WordList.text(words, "or")), not \(text.quoted)", example: words.first)
        }
        return choice.value
    }

    /// A tag, as its name, or as its name and its text with a colon between them.
    package func tag() throws(RequestError) -> AssetTag? {
        guard let text = try text("tag") else { return nil }
        let bytes = text.utf8
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return AssetTag(name: text) }
        let (name, value) = (bytes[..<colon], bytes[bytes.index(after: colon)...])
        return AssetTag(name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self))
    }
}

extension CatalogScope {
    /// What a caller may ask about here.
    package init(_ context: RouteContext) {
        self.init(deployment: context.deployment, assets: context.identity.caller.visibleAssets)
    }
}
