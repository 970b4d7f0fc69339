import AssetlogCore
public import Logging
import Synchronization

/// Writes who changed what and who was refused: to a file of its own, or as messages.
public final class AuditLog: Sendable {
    /// How many refusals are written one by one in each second.
    public static let refusalsPerSecond = 20

    private enum Output {
        case file(LineWriter, LogFormat)
        case messages(Logger)
    }

    private let output: Output
    private let budget = Mutex(RefusalBudget(perSecond: AuditLog.refusalsPerSecond))
    private let (overflows, overflowed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Makes an audit log over an open writer, whose lines are of the same format.
    public init(writer: LineWriter, format: LogFormat) {
        output = .file(writer, format)
    }

    /// Makes an audit log of messages of level `notice`.
    public init(messages logger: Logger) {
        output = .messages(logger)
    }

    /// Writes an event.
    public func record(_ event: AuditEvent) {
        switch output {
        case .file(let writer, let format): writer.write(event.line(format))
        case .messages(let logger):
            var metadata: Logger.Metadata = ["event": "\(event.kind.name)"]
            for field in event.fields { metadata[field.name] = field.text.map { "\($0)" } }
            logger.notice(Logger.Message(stringLiteral: event.kind.sentence), metadata: metadata)
        }
    }

    /// Writes an event that a message has reported already, so that it does not appear among the messages twice.
    public func recordToFileOnly(_ event: AuditEvent) {
        if case .file = output { record(event) }
    }

    /// Writes a refused request, or counts it when there were many in this second.
    func refused(_ record: AccessRecord) {
        switch budget.withLock({ $0.judge(at: record.time.microseconds / 1_000_000) }) {
        case .write: self.record(AuditEvent(refusal: record))
        case .countFirst: overflowed.yield()
        case .count: break
        }
    }

    /// Writes the number of the refusals that got no line of their own, a second after the first of them, until it is
    /// cancelled.
    public func run() async {
        for await _ in overflows {
            try? await Task.sleep(for: .seconds(1))
            summarize()
        }
        summarize()
    }

    /// Writes the number of the refusals that got no line of their own.
    func summarize() {
        let count = budget.withLock { $0.takeCounted() }
        if count > 0 { record(AuditEvent(.refusedMore, [LogField("count", count)])) }
    }

    /// Appends one event to a file, in one piece, next to a server that may write to it: for a command.
    ///
    /// - Throws: ``LogFileError``.
    public static func append(_ event: AuditEvent, to path: String, format: LogFormat) throws(LogFileError) {
        var file = LineFile(path, descriptor: try LineFile.open(path))
        if let error = file.write(event.line(format)).error { throw error }
    }
}

extension AuditEvent {
    /// A request that was refused.
    init(refusal record: AccessRecord) {
        self.init(
            .refused,
            [
                LogField("client", record.client), LogField("reporter", record.reporter),
                LogField("deployment", record.deployment),
                LogField("method", LineText.cut(record.method, atMost: 32)), LogField("route", record.route),
                LogField("status", record.status), LogField("refusal", record.refusal),
            ], time: record.time)
    }

    /// The line of the event, with its end.
    func line(_ format: LogFormat) -> [UInt8] {
        var line = LineBuilder(format, logger: "assetlog.audit", at: time, capacity: 256)
        line.add("event", kind.name)
        for field in fields { line.add(field) }
        return line.finished()
    }
}

extension LogField {
    /// The value as text; nil: it is not known.
    fileprivate var text: String? {
        switch value {
        case .text(let text): text
        case .integer(let number): String(number)
        case .nanoseconds(let nanoseconds): "\(Duration.nanoseconds(nanoseconds))"
        case nil: nil
        }
    }
}
