import AssetlogCore

extension Timestamp? {
    /// Takes a time when it is earlier.
    mutating func formEarlier(_ other: Timestamp?) {
        guard let other else { return }
        self = self.map { Swift.min($0, other) } ?? other
    }
}
