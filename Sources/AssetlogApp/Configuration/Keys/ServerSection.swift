import AssetlogCore

/// A top-level section of the configuration and the server's keys in it, in the order in which they are shown.
struct ServerSection: Sendable {
    let name: String
    let summary: String
    let keys: [KeyDeclaration]

    init(_ group: KeyGroup, _ summary: String, keys: [any DeclaredKey]) {
        name = group.section
        self.summary = summary
        self.keys = keys.map(\.declaration)
    }
}
