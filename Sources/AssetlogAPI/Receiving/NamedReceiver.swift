package import AssetlogCore
import AssetlogObservation
import Synchronization

/// A receiver of the server, with what it has done. Its state is guarded by a lock, and its counters are atomic.
package final class NamedReceiver: Sendable {
    /// A part of a request that could not be mapped, or could not be recorded.
    package struct Unmapped: Sendable {
        /// When it came.
        package var receivedAt: Timestamp
        /// The deployment to which it came.
        package var deployment: String
        /// The name of the token that it came with; nil: none.
        package var reportedBy: String?
        /// The path to which it came.
        package var path: String
        /// What could not be mapped, and why.
        package var reason: String
        /// How the element begins, as text.
        package var excerpt: String
    }

    /// How many unmapped parts are kept.
    package static let keptUnmapped = 100
    /// The most bytes of a reason, and of an excerpt, that are kept.
    private static let (reasonBytes, excerptBytes) = (1000, 2000)

    /// The name, which is that of its section in the configuration.
    package let name: String
    /// Where it takes requests, and what reads them.
    package let setup: ReceiverSetup
    let elements = Counter()
    let recorded = Counter()
    let duplicate = Counter()
    let failed = Counter()
    let unmapped = Counter()
    private let recent = Mutex<[Unmapped]>([])

    /// Makes a receiver that has done nothing yet.
    package init(name: String, setup: ReceiverSetup) {
        self.name = name
        self.setup = setup
    }

    /// The latest unmapped parts, the latest first.
    var latestUnmapped: [Unmapped] { recent.withLock { $0.reversed() } }

    /// Keeps an unmapped part, in place of the oldest.
    func keep(_ part: Unmapped) {
        var part = part
        part.reason = part.reason.prefix(bytes: Self.reasonBytes)
        part.excerpt = part.excerpt.prefix(bytes: Self.excerptBytes)
        recent.withLock { recent in
            if recent.count >= Self.keptUnmapped { recent.removeFirst() }
            recent.append(part)
        }
    }

    /// Makes the excerpt of an element.
    static func excerpt(_ body: [UInt8]) -> String { String(decoding: body.prefix(excerptBytes), as: UTF8.self) }

    /// Adds what it has done to what `/metrics` shows.
    func register(in registry: MetricsRegistry) {
        let messages = MetricFamily(
            "assetlog_receiver_messages", .counter, help: "Messages that receivers read, by receiver: the elements of requests.")
        let failures = MetricFamily(
            "assetlog_receiver_failed_messages", .counter,
            help: "Messages that were none of the receiver's protocol, or of which an event could not be recorded, by receiver.")
        let events = MetricFamily(
            "assetlog_receiver_events", .counter, help: "Events of the messages that receivers read, by receiver and result.")
        let gaps = MetricFamily(
            "assetlog_receiver_unmapped", .counter, help: "What could not be mapped in the messages that receivers read, by receiver.")
        registry.register(messages, ["receiver": name], elements)
        registry.register(failures, ["receiver": name], failed)
        registry.register(events, ["receiver": name, "result": "recorded"], recorded)
        registry.register(events, ["receiver": name, "result": "duplicate"], duplicate)
        registry.register(gaps, ["receiver": name], unmapped)
    }
}
