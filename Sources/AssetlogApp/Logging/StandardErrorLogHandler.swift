import AssetlogCore
import AssetlogObservation
import Logging

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Writes each message as one line to standard error: as text, or as a JSON object.
struct StandardErrorLogHandler: LogHandler {
    let label: String
    let format: LogSettings.Format
    private let output: MessageOutput
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(label: String, settings: LogSettings, output: MessageOutput) {
        self.label = label
        self.output = output
        format = settings.format
        logLevel = settings.level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        if let error = event.error { fields["error"] = "\(error)" }
        output.write(line(event, fields.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }))
    }

    /// The line of an event, without its end.
    func line(_ event: LogEvent, _ fields: [(String, String)], at time: Timestamp = .now()) -> String {
        switch format {
        case .text:
            let pairs = fields.map { " \($0)=\(LineText.value($1))" }.joined()
            return "\(time) \(event.level.rawValue) \(label): \(LineText.plain(event.message.description))\(pairs)"
        case .json:
            let head = [
                ("time", time.description), ("level", event.level.rawValue), ("logger", label),
                ("message", event.message.description),
            ]
            // Fields stay apart from the keys above, whatever they are named.
            let inner = fields.map { "\(LineText.quoted($0)):\(LineText.quoted($1))" }.joined(separator: ",")
            let outer = head.map { "\(LineText.quoted($0)):\(LineText.quoted($1))" }.joined(separator: ",")
            return "{\(outer),\"fields\":{\(inner)}}"
        }
    }
}

/// The standard error of the process.
enum StandardError {
    /// Writes a line in one call, so that lines of several threads don't mix.
    static func write(_ line: String) {
        _ = writeAll((line + "\n").utf8, to: STDERR_FILENO)
    }
}

/// The standard output of the process.
enum StandardOutput {
    /// Writes text as it is.
    static func write(_ text: String) {
        _ = writeAll(text.utf8, to: STDOUT_FILENO)
    }

    /// Writes bytes as they are, as fast as they are read; false: nobody reads them any more.
    static func write(_ bytes: [UInt8]) -> Bool {
        writeAll(bytes, to: STDOUT_FILENO)
    }
}

private func writeAll(_ bytes: some Sequence<UInt8>, to descriptor: Int32) -> Bool {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        // Nobody reads any more, or the disk behind it is full: the server continues without these words.
        guard count > 0 else {
            if count < 0, errno == EINTR { continue }
            return false
        }
        rest = rest.dropFirst(count)
    }
    return true
}
