import AssetlogCore

/// Rows of one asset that differ from those that lie below: in an older layer of memory, and in the file.
struct AssetRows: Sendable {
    /// Whether nothing that lies below counts: the asset is new, or was folded again.
    var isWhole = false
    var partitions: [ByteText: PartitionRecord] = [:]
    var checks: [CheckName: CheckRecord] = [:]
    var days: [Int64: DayRecord] = [:]
}

/// The rows of one asset that lie below those that are folded into.
protocol RowsBelow {
    func partition(_ name: ByteText) throws -> PartitionRecord?
    func check(_ name: CheckName) throws -> CheckRecord?
    func day(_ day: Int64) throws -> DayRecord?
}

/// No rows: what lies below an asset that is folded from its first event.
struct NoRows: RowsBelow {
    func partition(_ name: ByteText) -> PartitionRecord? { nil }
    func check(_ name: CheckName) -> CheckRecord? { nil }
    func day(_ day: Int64) -> DayRecord? { nil }
}

/// A streak of an asset whose beginning is to be found in the log.
enum StreakName: Hashable, Sendable {
    case success
    case version
    case check(CheckName)
}
