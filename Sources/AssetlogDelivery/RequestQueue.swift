import AssetlogCore
import Synchronization

/// Whether a caller still waits for an answer.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isCancelled: Bool { flag.load(ordering: .relaxed) }

    func cancel() { flag.store(true, ordering: .relaxed) }
}

/// The requests that wait for the thread of a connection.
final class RequestQueue: Sendable {
    /// A request, and whom to tell its answer.
    struct Entry: Sendable {
        var request: OutboundRequest
        var stream: OutboundStream?
        var cancellation: Cancellation
        var finish: @Sendable (Result<OutboundAnswer, DeliveryError>) -> Void
    }

    private struct State {
        var entries: [Entry] = []
        var isClosed = false
    }

    private let state = Monitor(State())

    func add(_ entry: Entry) {
        state.withLock { $0.entries.append(entry) }
        state.signal()
    }

    func close() {
        state.withLock { $0.isClosed = true }
        state.signal()
    }

    /// Sleeps until there is a request; nil when there will be none any more.
    func next() -> Entry? {
        state.wait(while: { $0.entries.isEmpty && !$0.isClosed }) { state in
            state.entries.isEmpty ? nil : state.entries.removeFirst()
        }
    }
}
