import AssetlogCore

/// The heads of all assets, those of the file and those of memory, so that a list of assets reads none of their rows.
///
/// It belongs to the state of a ``CatalogMemory``, and is used under its lock. A reader takes the heads of a deployment as they are:
/// they are copied when the fold changes one of them after that.
struct HeadBoard: Sendable {
    private struct Place {
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
    private var places: [Place?] = []
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

    /// Adds a head, or takes it in the place of the one that it has of the asset.
    mutating func set(_ head: AssetHead, of deployment: ByteText) {
        let id = Int(head.id)
        bytes += Self.bytes(of: head)
        if places.indices.contains(id), let place = places[id] {
            bytes -= Self.bytes(of: heads[Int(place.deployment)][Int(place.index)])
            heads[Int(place.deployment)][Int(place.index)] = head
            return
        }
        let number = number(of: deployment)
        while places.count <= id { places.append(nil) }
        places[id] = Place(deployment: number, index: Int32(heads[Int(number)].count))
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
    /// Shows an asset as it is now. A board that has no room for it is given up: lists are read from rows then.
    mutating func show(_ entry: AssetEntry) {
        guard board != nil else { return }
        board?.set(AssetHead(entry), of: entry.name.deployment)
        if board?.isOverfull == true { board = nil }
    }
}
