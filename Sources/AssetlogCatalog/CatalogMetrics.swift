package import AssetlogObservation

extension CatalogQueries {
    /// Adds the families of the catalog.
    package func register(in registry: MetricsRegistry) {
        func add(_ family: MetricFamily, _ value: @escaping @Sendable (CatalogStatus) -> MetricSample.Value) {
            registry.register(family) { [self] in [MetricSample(.none, value(status))] }
        }
        func gauge(_ name: String, unit: MetricFamily.Unit? = nil, _ help: String) -> MetricFamily {
            MetricFamily(name, .gauge, unit: unit, help: help)
        }
        add(gauge("assetlog_catalog_as_of", "The last sequence that answers of the catalog contain.")) { .integer(Int($0.asOf)) }
        add(gauge("assetlog_catalog_lag", "Sequences between that and the end of the log.")) { .integer(Int($0.lag)) }
        add(gauge("assetlog_catalog_lag_seconds", unit: .seconds, "How long ago the catalog last had all of the log; 0 while it has.")) {
            .number($0.lagSeconds)
        }
        add(gauge("assetlog_catalog_flushed", "The last sequence that the catalog's file contains.")) { .integer(Int($0.flushed)) }
        add(MetricFamily("assetlog_catalog_flushes", .counter, help: "Writes to the catalog's file.")) { .integer($0.flushes) }
        add(gauge("assetlog_catalog_memory_bytes", unit: .bytes, "Memory of what is not in the catalog's file yet.")) {
            .integer($0.memoryBytes)
        }
        add(
            MetricFamily(
                "assetlog_catalog_rebuilds", .counter, help: "How often the catalog was begun again from the log's beginning.")
        ) { .integer($0.rebuilds) }
        add(gauge("assetlog_catalog_rebuild_progress", "The part of the log that a rebuild has read, from 0 to 1; 1 without one.")) {
            .number($0.phase == .rebuilding && $0.head > 0 ? min(1, Double($0.asOf) / Double($0.head)) : 1)
        }
        add(gauge("assetlog_catalog_failures", "Failures of the catalog since its last success.")) { .integer($0.failures) }
    }
}
