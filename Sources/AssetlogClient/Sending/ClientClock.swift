import AssetlogCore
import AssetlogDelivery

/// Time and chance, as a value.
struct ClientClock: Sendable {
    /// A reading that never steps.
    var steady: @Sendable () -> Duration
    var date: @Sendable () -> Timestamp
    var random: @Sendable () -> Double
    var sleep: @Sendable (Duration) async throws -> Void

    static let system: ClientClock = {
        let start = ContinuousClock.now
        return ClientClock(
            steady: { ContinuousClock.now - start }, date: { .now() }, random: { .random(in: 0..<1) },
            sleep: { try await Task.sleep(for: $0) })
    }()
}
