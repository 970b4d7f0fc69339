package import AssetlogCore

/// What a run of retention removes, or would remove.
package struct RetentionReport: Hashable, Sendable {
    /// What one rule lets go.
    package struct Part: Hashable, Sendable {
        /// The number of events.
        package var events: Int64 = 0
        /// The number of assets that they are of.
        package var assets = 0
        /// When the earliest of them was received; nil: there are none.
        package var oldest: Timestamp?
        /// The bytes of their columns.
        package var bytes: Int64 = 0
        /// How many more would go, but wait for an exporter.
        package var waiting: Int64 = 0
    }

    /// By rule, in the order of the rules.
    package var rules: [Part]
    /// How many assets were looked at.
    package var assets = 0

    /// Makes a report about so many rules.
    package init(rules: Int) {
        self.rules = Array(repeating: Part(), count: rules)
    }

    /// The number of events of all rules.
    package var events: Int64 { rules.reduce(0) { $0 + $1.events } }
    /// How many events wait for an exporter.
    package var waiting: Int64 { rules.reduce(0) { $0 + $1.waiting } }

    mutating func add(_ event: LoggedEvent, rule: Int, isFirstOfAsset: Bool) {
        rules[rule].events += 1
        if isFirstOfAsset { rules[rule].assets += 1 }
        rules[rule].bytes += Int64(event.event.byteCount)
        rules[rule].oldest = min(rules[rule].oldest ?? event.event.receivedAt, event.event.receivedAt)
    }
}
