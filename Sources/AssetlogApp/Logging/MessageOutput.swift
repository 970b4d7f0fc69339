import AssetlogObservation
import Logging

/// Where the messages of a running server go: to standard error, over a thread of its own.
///
/// What reads them may be slow, or stop reading: a full pipe, a journal whose disk hangs. No connection and no other task
/// waits for that; beyond 1 MiB messages are lost, and a later line says how many.
struct MessageOutput: Sendable {
    /// Nil when the process has no standard error.
    private let writer: LineWriter?

    init(_ settings: LogSettings) {
        writer = try? LineWriter(
            path: "/dev/stderr", format: LogFormat(settings.format), name: "assetlog.messages", capacity: 1 << 20,
            // It can't be said there that nothing can be said there.
            logger: Logger(label: "assetlog.messages", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// Takes a line without its end, and returns at once.
    func write(_ line: String) {
        writer?.write(Array((line + "\n").utf8))
    }

    /// Writes what waits, for at most five seconds; later lines are lost.
    func close() async {
        await writer?.close()
    }
}
