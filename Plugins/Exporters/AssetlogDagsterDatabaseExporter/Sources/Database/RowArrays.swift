#if DagsterDatabase
import AssetlogCore
import AssetlogPostgres

/// The rows of one statement as arrays, one for each column; the memory is used again.
///
/// Not safe to share: one statement at a time.
final class RowArrays {
    private let sequences = BinaryArray(of: TypeID.int8)
    private let ids = BinaryArray(of: TypeID.uuid)
    private let types = BinaryArray(of: TypeID.text)
    private let entries = BinaryArray(of: TypeID.text)
    private let times = BinaryArray(of: TypeID.timestamptz)
    private let keys = BinaryArray(of: TypeID.text)
    private let partitions = BinaryArray(of: TypeID.text)
    private let versions = BinaryArray(of: TypeID.text)
    private let checks = BinaryArray(of: TypeID.text)
    private let passes = BinaryArray(of: TypeID.bool)

    private var all: [BinaryArray] { [sequences, ids, types, entries, times, keys, partitions, versions, checks, passes] }

    /// Takes rows in place of those before.
    func fill(_ rows: [EventRow]) {
        for array in all { array.removeAll() }
        for row in rows { append(row) }
    }

    /// Appends the arrays to the parameters of a statement, in the order of the columns of ``Installation``.
    func append(to parameters: inout Parameters) {
        for array in all { parameters.append(array) }
    }

    private func append(_ row: EventRow) {
        sequences.append(row.event.sequence)
        ids.append(high: row.event.id.high, low: row.event.id.low)
        types.append(UnsafeRawBufferPointer(start: row.type.utf8Start, count: row.type.utf8CodeUnitCount))
        row.entry.withUnsafeBytes { entries.append($0) }
        times.append(row.event.timestamp.postgresMicroseconds)
        row.key.withUnsafeBytes { keys.append($0) }
        append(row.event.partition, to: partitions)
        append(row.dataVersion, to: versions)
        append(row.checkName, to: checks)
        passes.append(row.hasPassed)
    }

    private func append(_ text: String?, to array: BinaryArray) {
        guard var text else { return array.append(UnsafeRawBufferPointer?.none) }
        text.withUTF8 { array.append(UnsafeRawBufferPointer($0)) }
    }
}
#endif
