#if OpenLineageReceiver
import AssetlogCore
import AssetlogOpenLineage

/// Reads an event of a dataset, which becomes an observation, and checks.
enum DatasetReading {
    static func read(_ event: ReceivedLineageEvent, _ json: JSONView, _ settings: LineageSettings) throws -> ReceivedReading {
        guard let dataset = event.dataset else { return ReceivedReading() }
        let own = OwnFacet(dataset.facets)
        let key: AssetKey
        do throws(NamingError) {
            let named = try settings.keys.key(of: dataset.name, symlinks: dataset.symlinks)
            key = own?.key ?? named
        } catch {
            return ReceivedReading(unmapped: ["The dataset \(error.problem)."])
        }
        // Two events of one time are the same one; without a time, those of the same bytes.
        let moment = event.time?.description ?? String(decoding: json.json, as: UTF8.self)
        let identity = ["DATASET", event.producer ?? "", moment, dataset.name.namespace, dataset.name.name]
        let shared = shared(event)
        var reading = ReceivedReading()
        let checks = AssertionReading(dataset)
        reading.unmapped = checks.unmapped
        for check in checks.checks {
            var item = EventItem(
                check.check, of: key, eventID: try ReceivedIdentity.part(identity + ["check"] + check.identity), timestamp: event.itemTime)
            item.metadata = check.metadata.entries + shared.entries
            reading.items.append(item)
        }
        let id = try own?.id ?? ReceivedIdentity.part(identity + ["observation"])
        var item = EventItem(.observation, of: key, eventID: id, timestamp: event.itemTime)
        item.partition = own?.partition
        item.metadata = describe(dataset, shared, &item, settings).entries
        reading.items.append(item)
        return reading
    }

    private static func shared(_ event: ReceivedLineageEvent) -> ItemMetadata {
        var metadata = event.timeMetadata
        metadata.append("openlineage/producer", text: event.producer)
        return metadata
    }

    private static func describe(
        _ dataset: ReceivedDataset, _ shared: ItemMetadata, _ item: inout EventItem, _ settings: LineageSettings
    ) -> ItemMetadata {
        var metadata = ItemMetadata()
        DatasetDescription.addStatistics(dataset, to: &metadata)
        if let metrics = QualityMetrics.facet(of: dataset) { QualityMetrics.add(metrics, to: &metadata) }
        DatasetDescription.add(dataset, to: &item, &metadata)
        metadata.append(contentsOf: shared)
        if settings.unknownFacets == .keep {
            var kept = KeptFacets()
            kept.keep(dataset.facets, of: "dataset", except: DatasetDescription.known)
            metadata.append(contentsOf: kept.entries)
        }
        return metadata
    }
}

extension ReceivedLineageEvent {
    /// The time of its items; nil: it has none that can be right.
    var itemTime: Timestamp? {
        guard let time, time >= EventLimits().earliest else { return nil }
        return time
    }

    /// The time that its items can't have.
    var timeMetadata: ItemMetadata {
        var metadata = ItemMetadata()
        if itemTime == nil { metadata.append("openlineage/event_time", text: time?.description) }
        return metadata
    }
}
#endif
