import AssetlogCore
import AssetlogObservation

extension ServerMemory {
    /// Adds the families of the memory that clients make grow, except for the queue of events, which has its own.
    func register(in registry: MetricsRegistry) {
        let shares = [("answers", answers), ("connections", connections), ("requests", requests)]
        func gauge(_ name: String, _ help: String, _ value: @escaping @Sendable (MemoryBudget.Share) -> Int) {
            registry.register(MetricFamily(name, .gauge, unit: .bytes, help: help)) {
                shares.map { purpose, share in MetricSample(["purpose": purpose], .integer(value(share))) }
            }
        }
        gauge("assetlog_memory_bytes", "Memory that is held for clients.") { $0.usedBytes }
        gauge("assetlog_memory_limit_bytes", "Memory beyond which clients are answered 503, or not accepted.") { $0.limit }
    }
}
