#if Postgres
internal import AssetlogCore
internal import AssetlogPostgres

/// The columns of the events of a commit, an array each, as the function `append` takes them.
///
/// Owned by the writer, used again and again.
final class EventArrays {
    let ids = BinaryArray(of: TypeID.uuid)
    let hashes = BinaryArray(of: TypeID.int8)
    let kinds = BinaryArray(of: TypeID.int2)
    let times = BinaryArray(of: TypeID.timestamptz)
    let receipts = BinaryArray(of: TypeID.timestamptz)
    let deployments = BinaryArray(of: TypeID.text)
    let keys = BinaryArray(of: TypeID.text)
    let partitions = BinaryArray(of: TypeID.text)
    let reporters = BinaryArray(of: TypeID.text)
    let contents = BinaryArray(of: TypeID.bytea)
    let checksums = BinaryArray(of: TypeID.int8)
    let chosen = BinaryArray(of: TypeID.bool)
    /// When the first and the last of the events was received.
    private(set) var received: ClosedRange<Timestamp>?

    private var all: [BinaryArray] {
        [ids, hashes, kinds, times, receipts, deployments, keys, partitions, reporters, contents, checksums, chosen]
    }

    /// Holds the events of a plan, and nothing else.
    func fill(_ batch: borrowing EventBatch, _ plan: AppendPlan) {
        removeAll()
        for range in plan.insertions {
            for index in range { batch.withColumns(at: index) { append($0) } }
        }
    }

    func removeAll() {
        for array in all { array.removeAll() }
        received = nil
    }

    private func append(_ columns: borrowing EventColumns) {
        ids.append(high: columns.id.high, low: columns.id.low)
        hashes.append(AssetHash.of(deployment: columns.deployment, assetKey: columns.assetKey))
        kinds.append(Int16(columns.kind.rawValue))
        times.append(columns.timestamp.postgresMicroseconds)
        receipts.append(columns.receivedAt.postgresMicroseconds)
        deployments.append(columns.deployment)
        keys.append(columns.assetKey)
        partitions.append(columns.partition)
        reporters.append(columns.reportedBy)
        contents.append(columns.details)
        checksums.append(Int64(bitPattern: columns.checksum(at: 0)))
        chosen.append(columns.clientChoice.contains(.identity))
        let time = columns.receivedAt
        received = received.map { min($0.lowerBound, time)...max($0.upperBound, time) } ?? time...time
    }
}
#endif
