/// A line for each request that was answered.
public final class AccessLog: Sendable {
    /// The longest path that is written, in bytes; the rest is cut.
    static let pathBytes = 2048
    /// The longest name of a client that is written, in bytes.
    static let userAgentBytes = 256

    private let writer: LineWriter
    private let format: LogFormat

    /// Makes an access log over an open writer, whose lines are of the same format.
    public init(writer: LineWriter, format: LogFormat) {
        self.writer = writer
        self.format = format
    }

    /// Writes the line of a request.
    public func write(_ record: AccessRecord) {
        writer.write(Self.line(record, format))
    }

    /// The line of a request, with its end.
    static func line(_ record: AccessRecord, _ format: LogFormat) -> [UInt8] {
        var line = LineBuilder(format, logger: "assetlog.access", at: record.time)
        line.add("client", record.client)
        line.add("reporter", record.reporter)
        line.add("deployment", record.deployment)
        line.add("method", LineText.cut(record.method, atMost: 32))
        line.add("path", LineText.cut(path(record.path), atMost: pathBytes))
        line.add("route", record.route)
        line.add("status", record.status)
        line.add("refusal", record.refusal)
        line.add("seconds", nanoseconds: record.nanoseconds)
        line.add("request_bytes", record.requestBytes)
        line.add("response_bytes", record.responseBytes)
        line.add("tls", record.tlsVersion)
        line.add("user_agent", record.userAgent.map { LineText.cut($0, atMost: userAgentBytes) })
        return line.finished()
    }

    /// The path alone: no query, which may hold what nobody should read, and of an absolute URL no user and password.
    static func path(_ target: String) -> String {
        let end = target.utf8.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
        let path = target[..<(end ?? target.endIndex)]
        guard path.utf8.first != UInt8(ascii: "/") else { return end == nil ? target : String(path) }
        guard let scheme = path.firstRange(of: "://") else { return String(path) }
        let rest = path[scheme.upperBound...]
        return String(rest.utf8.firstIndex(of: UInt8(ascii: "/")).map { rest[$0...] } ?? "/")
    }
}
