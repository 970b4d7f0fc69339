import Logging
import Synchronization

/// The messages of a logger, for tests.
final class CapturedLog: Sendable {
    private let messages = Mutex<[String]>([])

    var logger: Logger {
        Logger(label: "test", factory: { _ in Handler(log: self) })
    }

    func count(_ text: String) -> Int {
        messages.withLock { messages in messages.count { $0.contains(text) } }
    }

    private struct Handler: LogHandler {
        let log: CapturedLog
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.messages.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}
