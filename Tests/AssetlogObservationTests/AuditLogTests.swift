import AssetlogCore
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import AssetlogObservation

@Suite("The audit log")
struct AuditLogTests {
    private func refusal(_ second: Int64, status: Int = 401) -> AccessRecord {
        AccessRecord(
            time: Timestamp(microseconds: second * 1_000_000), nanoseconds: 5, client: "10.0.0.7", reporter: nil,
            method: "POST", path: "/report_asset_check/secret?token=al_x", route: "/report_asset_check", status: status,
            refusal: "no_token", userAgent: "evil")
    }

    @Test("An event is a line with its name and its circumstances")
    func line() {
        let event = AuditEvent(
            .tokenCreated, [LogField("token", "etl"), LogField("id", "k3"), LogField("by", nil)],
            time: Timestamp(microseconds: 0))
        #expect(
            String(decoding: event.line(.json), as: UTF8.self)
                == #"{"time":"1970-01-01T00:00:00.000000Z","logger":"assetlog.audit","event":"token.created","token":"etl","id":"k3","by":null}"#
                + "\n")
        #expect(
            String(decoding: event.line(.text), as: UTF8.self)
                == "time=1970-01-01T00:00:00.000000Z logger=assetlog.audit event=token.created token=etl id=k3\n")
    }

    @Test("The document lists every event, and no other")
    func documented() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Docs/Observability.md"), encoding: .utf8)
        let table = try #require(text.components(separatedBy: "| event | when |").last?.components(separatedBy: "\n\n").first)
        let first = table.split(separator: "\n").compactMap { $0.split(separator: "|").first }
        let names = first.flatMap { $0.matches(of: /`([a-z._]+)`/).map { String($0.1) } }
        #expect(names.sorted() == AuditEvent.Kind.all.map(\.name).sorted())
    }

    @Test("A refusal tells who was refused what, and neither path nor query")
    func refusals() {
        #expect(
            String(decoding: AuditEvent(refusal: refusal(0)).line(.text), as: UTF8.self)
                == "time=1970-01-01T00:00:00.000000Z logger=assetlog.audit event=refused client=10.0.0.7 method=POST"
                + " route=/report_asset_check status=401 refusal=no_token\n")
    }

    @Test("Without a file an event is a message")
    func messages() {
        let messages = CapturedLog()
        AuditLog(messages: messages.logger).record(AuditEvent(.tokenRevoked, [LogField("token", "etl"), LogField("n", 2)]))
        #expect(messages.lines == ["notice A token was revoked. event=token.revoked n=2 token=etl"])
    }

    @Test("What a message has said already is not said again")
    func said() {
        let messages = CapturedLog()
        AuditLog(messages: messages.logger).recordToFileOnly(AuditEvent(.serverStarted))
        #expect(messages.lines.isEmpty)
    }

    @Test("Of many refusals in a second some get a line, the rest a number")
    func flood() {
        let messages = CapturedLog()
        let audit = AuditLog(messages: messages.logger)
        for _ in 0..<1000 { audit.refused(refusal(7)) }
        audit.refused(refusal(8))
        audit.summarize()
        audit.summarize()
        let lines = messages.lines
        #expect(lines.count == AuditLog.refusalsPerSecond + 2)
        #expect(lines.last == "notice Further requests were refused. count=\(1000 - AuditLog.refusalsPerSecond) event=refused.more")
    }

    @Test("The number follows by itself, and at the end at the latest")
    func summary() async {
        let messages = CapturedLog()
        let audit = AuditLog(messages: messages.logger)
        for _ in 0...AuditLog.refusalsPerSecond { audit.refused(refusal(7)) }
        let task = Task { await audit.run() }
        task.cancel()
        await task.value
        #expect(messages.lines.last == "notice Further requests were refused. count=1 event=refused.more")
    }

    @Test("Refused requests reach it, others only the access log", arguments: [200, 201, 400, 401, 403, 404, 429, 500, 503])
    func statuses(_ status: Int) {
        let messages = CapturedLog()
        let journal = RequestLogs(access: nil, audit: AuditLog(messages: messages.logger))
        journal.answered(status: status) { refusal(0, status: status) }
        #expect(messages.lines.count == ([401, 403, 429].contains(status) ? 1 : 0))
    }

    @Test("A command appends to the file of a server that runs")
    func appends() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "assetlog-\(UUID().uuidString)").path
        let writer = try LineWriter(
            path: path, format: .text, name: "assetlog.audit",
            logger: Logger(label: "x", factory: { _ in SwiftLogNoOpLogHandler() }))
        let audit = AuditLog(writer: writer, format: .text)
        audit.record(AuditEvent(.serverStarted))
        await writer.flush()
        try AuditLog.append(AuditEvent(.tokenCreated, [LogField("token", "a b")]), to: path, format: .text)
        audit.recordToFileOnly(AuditEvent(.serverStopped))
        await writer.close()
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(
            lines.map { $0.split(separator: " ").dropFirst(2).joined(separator: " ") } == [
                "event=server.started", "event=token.created token=\"a b\"", "event=server.stopped",
            ])
        #expect(throws: LogFileError.self) {
            try AuditLog.append(AuditEvent(.tokenCreated), to: path + "/x", format: .text)
        }
        try FileManager.default.removeItem(atPath: path)
    }
}
