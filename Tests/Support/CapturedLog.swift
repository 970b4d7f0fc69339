package import Logging
import Synchronization

/// Keeps the messages of a logger. State lives in a `Mutex`.
package final class CapturedLog: Sendable {
    private let messages = Mutex<[String]>([])

    /// Makes an empty log.
    package init() {}

    /// A logger whose messages are kept.
    package var logger: Logger {
        Logger(label: "test", factory: { _ in Handler(log: self) })
    }

    /// The messages so far, each with its level before it and its metadata after it, by name: `notice A token. id=k3`.
    package var lines: [String] { messages.withLock { $0 } }

    /// How many messages contain a text.
    package func count(_ text: String) -> Int { lines.count { $0.contains(text) } }

    private struct Handler: LogHandler {
        let log: CapturedLog
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            log.messages.withLock { $0.append("\(event.level) \(event.message)\(fields)") }
        }
    }
}
