public import AssetlogCore

/// The facets of a run, a job or a dataset as they came, in their order. Some may have been taken back (`_deleted`).
public struct ReceivedFacets: Sendable {
    /// The most facets that are read.
    public static let maximumCount = 200
    // One that takes a facet back holds nothing else.
    private static let maximumDeletedBytes = 2048

    /// The facets by their names, also those that were taken back; see ``isDeleted(_:)``.
    public private(set) var all: [(name: String, value: JSONView)] = []
    /// Whether there were more than ``maximumCount``.
    public private(set) var isCut = false

    /// Facets of nothing.
    public init() {}

    init(_ json: JSONView) {
        json.visitMembers { name, value in
            guard all.count < Self.maximumCount else {
                isCut = true
                return false
            }
            if value.kind != .null { all.append((name, value)) }
            return true
        }
    }

    /// The facet of a name; of several the last. Nil: there is none, or it was taken back.
    public subscript(name: String) -> JSONView? {
        all.last { $0.name == name }.flatMap { Self.isDeleted($0.value) ? nil : $0.value }
    }

    /// Whether a facet says that what it said before holds no more.
    public static func isDeleted(_ facet: JSONView) -> Bool {
        facet.byteCount <= maximumDeletedBytes && facet["_deleted"]?.boolean == true
    }
}
