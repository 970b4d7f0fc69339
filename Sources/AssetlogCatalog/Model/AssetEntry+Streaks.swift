import AssetlogCore

// The streaks of an asset by their names. Retention keeps the events that a repair needs, so both ask here which those are.
extension AssetEntry {
    /// Whether an event belongs to a streak.
    func continues(_ name: StreakName, _ facts: EventFacts) -> Bool {
        switch name {
        case .success:
            guard let streak = record.success, streak.contains(facts.key) else { return false }
            return facts.kind == (streak.value ? .materialization : .materializationFailed)
        case .version:
            guard let streak = record.version, streak.contains(facts.key), [.materialization, .observation].contains(facts.kind)
            else { return false }
            return facts.dataVersion.flatMap(JSONString.text).map(ByteText.init) == streak.value
        case .check(let check):
            guard let row = rows.checks[check], row.streak.contains(facts.key), facts.outcome?.result == row.result else { return false }
            return facts.checkNames.contains(check)
        }
    }

    /// Sets the beginning of a streak that was found in the log.
    func repair(_ name: StreakName, since key: EventTimeKey) {
        switch name {
        case .success: record.success?.repair(since: key)
        case .version: record.version?.repair(since: key)
        case .check(let check): rows.checks[check]?.repair(since: key)
        }
    }
}
