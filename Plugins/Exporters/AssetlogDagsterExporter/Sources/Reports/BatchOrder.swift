#if Dagster
import AssetlogCore

/// A batch in which the events of each asset stand in the order of time, at the indices that the asset had.
///
/// What Dagster shows as the latest event of an asset is the last that it received.
struct BatchOrder {
    /// The batch to deliver.
    private(set) var batch: ExportBatch
    /// For each index of the sorted batch, the index of its event in the given one.
    private var origins: [Int]

    init(_ batch: ExportBatch) {
        self.batch = batch
        origins = Array(batch.events.indices)
        let events = batch.events
        for indices in Dictionary(grouping: origins, by: { AssetID(of: events[$0]) }).values where indices.count > 1 {
            let sorted = indices.sorted {
                (events[$0].timestamp, events[$0].sequence) < (events[$1].timestamp, events[$1].sequence)
            }
            for (index, origin) in zip(indices, sorted) { origins[index] = origin }
        }
        self.batch.events = origins.map { events[$0] }
    }

    /// Results of the sorted batch, in the order of the given one.
    func restored(_ results: [DeliveryResult]) -> [DeliveryResult] {
        var restored = results
        for (origin, result) in zip(origins, results) { restored[origin] = result }
        return restored
    }
}
#endif
