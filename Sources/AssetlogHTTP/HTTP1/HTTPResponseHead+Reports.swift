import AssetlogCore
import NIOHTTP1

extension HTTPResponseHead {
    /// The head of an answer to a report.
    init(_ answer: ReportAnswer, bodyBytes: Int, fields: [(name: String, value: String)], version: HTTPVersion) {
        self.init(version: version, status: HTTPResponseStatus(statusCode: answer.status))
        headers.add(name: "Server", value: "assetlog")
        headers.add(name: "Content-Type", value: "application/json")
        headers.add(name: "Content-Length", value: String(bodyBytes))
        if let id = answer.eventID { headers.add(name: "Assetlog-Event-Id", value: id.description) }
        if let value = AnswerField.value(status: answer.status) { headers.add(name: AnswerField.name, value: value) }
        for field in answer.fields + fields { headers.add(name: field.name, value: field.value) }
        // In the order of the fast path.
        headers.add(name: "Date", value: HTTPDate.text(of: .now()))
    }

    /// Says whether the connection continues after the answer.
    mutating func setConnection(keepsAlive: Bool) {
        if !keepsAlive {
            headers.replaceOrAdd(name: "Connection", value: "close")
        } else if version.isBeforeHTTP11 {
            headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
    }
}

extension ReportAnswer {
    /// The answer to what NIO's parser could not read.
    init(_ error: HTTPParserError) {
        self =
            switch error {
            case .headerOverflow:
                .refused(431, "The request's line and headers are larger than the limit (server.limits.header_bytes).")
            // The decoder pauses at the beginning of HTTP/2, and nowhere else.
            case .invalidEOFState: .refused(400, "The connection ended before the request did.")
            case .invalidVersion, .paused: .refused(505, "This server speaks HTTP/1.1 and HTTP/1.0 only.")
            default: .refused(400, "The request is not valid HTTP/1.1: \(error).")
            }
    }
}
