import AssetlogCore
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
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(label: String, settings: LogSettings) {
        self.label = label
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
        StandardError.write(line(event, fields.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }))
    }

    /// The line of an event, without its end.
    func line(_ event: LogEvent, _ fields: [(String, String)], at time: Timestamp = .now()) -> String {
        switch format {
        case .text:
            let pairs = fields.map { " \($0)=\(LogText.value($1))" }.joined()
            return "\(time) \(event.level.rawValue) \(label): \(LogText.plain(event.message.description))\(pairs)"
        case .json:
            let head = [
                ("time", time.description), ("level", event.level.rawValue), ("logger", label),
                ("message", event.message.description),
            ]
            // Fields stay apart from the keys above, whatever they are named.
            let inner = fields.map { "\(LogText.quoted($0)):\(LogText.quoted($1))" }.joined(separator: ",")
            let outer = head.map { "\(LogText.quoted($0)):\(LogText.quoted($1))" }.joined(separator: ",")
            return "{\(outer),\"fields\":{\(inner)}}"
        }
    }
}

/// Text that comes from outside must not end a line, move a cursor, or look like another field.
enum LogText {
    /// A field's value: plain where it can be, else quoted.
    static func value(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7F && $0 != "\"" && $0 != "=" }
        return isPlain ? text : quoted(text)
    }

    /// A JSON string.
    static func quoted(_ text: String) -> String {
        "\"" + escaped(text, alsoQuotes: true) + "\""
    }

    /// Text without control characters.
    static func plain(_ text: String) -> String {
        escaped(text, alsoQuotes: false)
    }

    private static func escaped(_ text: String, alsoQuotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"" where alsoQuotes: result += "\\\""
            case "\\" where alsoQuotes: result += "\\\\"
            case "\n": result += "\\n"
            case _
            where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                || [0x2028, 0x2029].contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// The standard error of the process.
enum StandardError {
    /// Writes a line in one call, so that lines of several threads don't mix.
    static func write(_ line: String) {
        writeAll(line + "\n", to: STDERR_FILENO)
    }
}

/// The standard output of the process.
enum StandardOutput {
    /// Writes text as it is.
    static func write(_ text: String) {
        writeAll(text, to: STDOUT_FILENO)
    }
}

private func writeAll(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        // Nobody reads any more, or the disk behind it is full: the server goes on without these words.
        guard count > 0 else {
            if count < 0, errno == EINTR { continue }
            return
        }
        rest = rest.dropFirst(count)
    }
}
