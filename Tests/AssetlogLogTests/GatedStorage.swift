import AssetlogCore
import AssetlogMemoryStorage
import AssetlogTesting
import Foundation
import Logging
import Synchronization

/// A storage in memory whose appends wait for a permit, and which remembers their sizes.
final class GatedStorage: ForwardingStorage {
    let began = DispatchSemaphore(value: 0)
    private let gate = DispatchSemaphore(value: 0)
    let inner: any Storage
    private let state = Mutex((sizes: [Int](), isOpen: false))
    private let advisedPause: Duration

    init(advisedPause: Duration = .zero) async throws {
        self.advisedPause = advisedPause
        inner = try await Self.memory()
    }

    static func memory() async throws -> any Storage {
        let configuration = try PluginConfiguration(
            section: "storage.memory", keys: StoragePlugin.memory.keys, values: [:], directory: "/", dataDirectory: "/")
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        return try await StoragePlugin.memory.configure(configuration).open(PluginContext(name: "memory", logger: logger))
    }

    /// The number of events in each append that has begun.
    var sizes: [Int] { state.withLock { $0.sizes } }

    /// Lets one append pass.
    func permit() { gate.signal() }

    /// Lets every append pass from now on.
    func open() {
        state.withLock { $0.isOpen = true }
        gate.signal()
    }

    func append(_ batch: borrowing EventBatch) throws -> AppendOutcome {
        let isOpen = state.withLock { state in
            state.sizes.append(batch.count)
            return state.isOpen
        }
        began.signal()
        if !isOpen { gate.wait() }
        var outcome = try inner.append(batch)
        outcome.advisedPause = advisedPause
        return outcome
    }
}
