import AssetlogCore
import Synchronization

@testable import AssetlogClient

/// A clock that advances only while a task sleeps.
final class ManualClock: Sendable {
    private let now = Mutex(Duration.zero)

    var value: ClientClock {
        ClientClock(
            steady: { self.now.withLock { $0 } }, date: { Timestamp(microseconds: 1_764_000_000_000_000) }, random: { 1 },
            sleep: { pause in self.now.withLock { $0 += pause } })
    }
}
