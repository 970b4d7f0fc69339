import AssetlogCore

/// Keeps apart the checks of an asset that a tool gives the same name.
struct CheckNames {
    private var taken: Set<[String]> = []

    /// The first of the names that is free for an asset.
    ///
    /// - Parameter names: The shortest first; not empty. Where none is free, the last gets a number.
    mutating func free(_ names: [String], for key: AssetKey) -> String {
        for name in names where taken.insert([key.canonical, name]).inserted { return name }
        let last = names.last ?? "check"
        for number in 2...ReadingBuilder.maximumItems where taken.insert([key.canonical, "\(last)_\(number)"]).inserted {
            return "\(last)_\(number)"
        }
        return last
    }
}
