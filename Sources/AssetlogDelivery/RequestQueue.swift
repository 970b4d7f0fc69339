import AssetlogCore
import Synchronization

/// Whether a caller still waits for an answer.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isCancelled: Bool { flag.load(ordering: .relaxed) }

    func cancel() { flag.store(true, ordering: .relaxed) }
}

/// The requests that wait for the thread of a connection.
final class RequestQueue: @unchecked Sendable {
    /// A request, and whom to tell its answer.
    struct Entry: Sendable {
        var request: OutboundRequest
        var cancellation: Cancellation
        var finish: @Sendable (Result<OutboundAnswer, DeliveryError>) -> Void
    }

    // Both are only touched while the monitor is locked.
    private let monitor = Monitor()
    private var entries: [Entry] = []
    private var isClosed = false

    func add(_ entry: Entry) {
        monitor.lock()
        entries.append(entry)
        monitor.signal()
        monitor.unlock()
    }

    func close() {
        monitor.lock()
        isClosed = true
        monitor.signal()
        monitor.unlock()
    }

    /// Sleeps until there is a request; nil when there will be none any more.
    func next() -> Entry? {
        monitor.lock()
        defer { monitor.unlock() }
        while entries.isEmpty, !isClosed { monitor.wait() }
        return entries.isEmpty ? nil : entries.removeFirst()
    }
}
