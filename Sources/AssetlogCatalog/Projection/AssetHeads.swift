import AssetlogCore

/// The heads of all assets, those of the file and those of memory, so that a list of assets reads none of their rows.
///
/// It belongs to the state of a ``CatalogMemory``, and is used under its lock. A reader takes the heads of a deployment as they are:
/// they are copied when the fold changes one of them after that.
struct AssetHeads: Sendable {
    private struct Location {
        var deployment: Int32
        var index: Int32
    }

    /// About how many bytes of memory a head takes, without its key and tags.
    private static let headBytes = 200
    /// Keys and tags may be long: all heads together take at most so many bytes.
    private static let mostBytes = 24 << 20

    private let limit: Int
    private var numbers: [ByteText: Int32] = [:]
    private var heads: [[AssetHead]] = []
    /// At the number of an asset.
    private var locations: [Location?] = []
    private var count = 0
    /// About how many bytes of memory it takes.
    private(set) var bytes = 0

    /// - Parameter limit: It has at most so many assets.
    init(limit: Int) {
        self.limit = limit
    }

    /// Whether it has more than it may have.
    var isOverfull: Bool { count > limit || bytes > Self.mostBytes }

    /// The heads of a deployment's assets, in no order.
    func heads(of deployment: ByteText) -> [AssetHead] {
        numbers[deployment].map { heads[Int($0)] } ?? []
    }

    /// Adds a head, or replaces the one that it has of the asset.
    mutating func set(_ head: AssetHead, of deployment: ByteText) {
        let id = Int(head.id)
        bytes += Self.bytes(of: head)
        if locations.indices.contains(id), let location = locations[id] {
            bytes -= Self.bytes(of: heads[Int(location.deployment)][Int(location.index)])
            heads[Int(location.deployment)][Int(location.index)] = head
            return
        }
        let number = number(of: deployment)
        while locations.count <= id { locations.append(nil) }
        locations[id] = Location(deployment: number, index: Int32(heads[Int(number)].count))
        heads[Int(number)].append(head)
        count += 1
    }

    private static func bytes(of head: AssetHead) -> Int {
        headBytes + head.key.text.utf8.count + (head.tags?.count ?? 0)
    }

    private mutating func number(of deployment: ByteText) -> Int32 {
        if let number = numbers[deployment] { return number }
        let number = Int32(heads.count)
        numbers[deployment] = number
        heads.append([])
        return number
    }
}

extension CatalogMemory.State {
    /// Takes in an asset as it is now. When the heads become too many, they are given up: lists are read from rows then.
    mutating func updateHead(of entry: AssetEntry) {
        guard heads != nil else { return }
        heads?.set(AssetHead(entry), of: entry.name.deployment)
        if heads?.isOverfull == true { heads = nil }
    }
}
