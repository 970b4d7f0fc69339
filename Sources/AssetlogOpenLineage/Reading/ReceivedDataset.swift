public import AssetlogCore

/// A dataset of an event as it came.
public struct ReceivedDataset: Sendable {
    /// The name; without one it is empty.
    public var name: DatasetName
    /// What is known of the dataset.
    public var facets = ReceivedFacets()
    /// What is known of it as an input or an output of the run.
    public var runFacets = ReceivedFacets()

    /// Makes a dataset of which nothing is known.
    public init(_ name: DatasetName) {
        self.name = name
    }

    /// Reads a dataset; nil: it is no object.
    init?(_ json: JSONView) {
        guard json.kind == .object else { return nil }
        self.init(DatasetName(namespace: "", name: ""))
        json.visitMembers { member, value in
            switch member {
            case "namespace": name.namespace = value.text ?? ""
            case "name": name.name = value.text ?? ""
            case "facets": facets = ReceivedFacets(value)
            case "inputFacets", "outputFacets": runFacets = ReceivedFacets(value)
            default: break
            }
            return true
        }
    }

    /// A facet that stands with the run's own ones, or else with those of the dataset.
    public func facet(_ name: String) -> JSONView? { runFacets[name] ?? facets[name] }

    /// The other names of the dataset, at most 100.
    public var symlinks: [DatasetSymlink] {
        guard let identifiers = facets["symlinks"]?["identifiers"] else { return [] }
        var symlinks: [DatasetSymlink] = []
        identifiers.visitElements { identifier in
            if let symlink = DatasetSymlink(identifier) { symlinks.append(symlink) }
            return symlinks.count < DatasetSymlink.maximumCount
        }
        return symlinks
    }
}

/// Another name of a dataset.
public struct DatasetSymlink: Hashable, Sendable {
    static let maximumCount = 100

    /// The name.
    public var name: DatasetName
    /// What kind of name it is: `TABLE`, `LOCATION`.
    public var type: String

    /// Makes a name.
    public init(_ name: DatasetName, type: String) {
        self.name = name
        self.type = type
    }

    init?(_ json: JSONView) {
        guard let name = json["name"]?.text, !name.isEmpty else { return nil }
        self.init(DatasetName(namespace: json["namespace"]?.text ?? "", name: name), type: json["type"]?.text ?? "")
    }
}
