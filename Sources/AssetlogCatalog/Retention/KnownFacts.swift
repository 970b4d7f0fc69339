/// What one run of retention has found out about assets, so that it need not find it out for each window of the log.
///
/// Memory is bounded: about an asset with too much that stays, or too many assets, it is asked again.
struct KnownFacts {
    /// The bound: so many assets and events that stay, together.
    private let capacity: Int
    private var count = 0
    private var facts: [AssetName: AssetRetention.Facts] = [:]

    /// - Parameter capacity: Of the default, an entry takes some 100 bytes.
    init(capacity: Int = 200_000) {
        self.capacity = capacity
    }

    /// What is known about an asset. What there is no room for is forgotten when it is set.
    subscript(name: AssetName) -> AssetRetention.Facts? {
        get { facts[name] }
        set {
            if let old = facts.removeValue(forKey: name) { count -= Self.size(of: old) }
            guard let newValue, count + Self.size(of: newValue) <= capacity else { return }
            count += Self.size(of: newValue)
            facts[name] = newValue
        }
    }

    private static func size(of facts: AssetRetention.Facts) -> Int {
        1 + (facts.stays.map { $0.needed.count + $0.corrections.count } ?? 0)
    }
}
