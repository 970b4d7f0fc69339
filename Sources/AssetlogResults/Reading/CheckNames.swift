import AssetlogCore

/// Keeps apart the checks of an asset that a tool gives the same name.
enum CheckNames {
    /// A name for each check, of those that it may have: the first that no other check of its asset may have too.
    ///
    /// So a name does not depend on the order of the results, which tools do not keep. Where all are shared, the last gets a number.
    /// - Parameter checks: The assets, and the names with the shortest first.
    static func chosen(from checks: [(key: AssetKey, names: [String])]) -> [String] {
        var counts: [AssetKey: [String: Int]] = [:]
        for check in checks {
            for name in Set(check.names) { counts[check.key, default: [:]][name, default: 0] += 1 }
        }
        var numbers: [AssetKey: [String: Int]] = [:]
        return checks.map { check in
            if let name = check.names.first(where: { counts[check.key]?[$0] == 1 }) { return name }
            let last = check.names.last ?? "check"
            let number = (numbers[check.key]?[last] ?? 0) + 1
            numbers[check.key, default: [:]][last] = number
            return number == 1 ? last : "\(last)_\(number)"
        }
    }
}
