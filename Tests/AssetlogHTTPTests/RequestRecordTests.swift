import AssetlogAccess
import AssetlogCore
import AssetlogHTTP
import AssetlogObservation
import NIOCore
import Testing

@Suite("The records of requests to the listener")
struct RequestRecordTests {
    private static func post(_ target: String, _ fields: String = "", body: String = "{}") -> String {
        "POST \(target) HTTP/1.1\r\nHost: localhost\r\nUser-Agent: me\r\nContent-Type: application/json\r\n\(fields)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static let report = "/report_asset_materialization/a"

    /// The record that a request leaves, and the body of its answer.
    private func record(
        of request: String, isReadOnly: Bool = false, limits: ServerLimits = .init(), access: AccessPolicy? = nil
    ) async throws -> (record: AccessRecord, body: String) {
        let requests = CapturedRequests()
        let body = try await ServerFixture.run(isReadOnly: isReadOnly, limits: limits, access: access, sink: requests) { server in
            try await blocking {
                let client = try server.client()
                client.send(request)
                return client.response()?.body
            }
        }
        #expect(requests.all.count == 1)
        return (try #require(requests.all.first), try #require(body))
    }

    @Test(
        "have the bytes of the answer's body, whatever it was",
        arguments: [
            post(report), post(report, body: "[]"), post("/report_asset_check/a"), post(report, "Expect: x\r\n", body: "[]"),
            "PUT \(report) HTTP/1.1\r\nHost: localhost\r\n\r\n", "nonsense\r\n\r\n",
        ])
    func responseBytes(_ request: String) async throws {
        let (record, body) = try await record(of: request)
        #expect(record.responseBytes == body.utf8.count)
        #expect(record.client == "127.0.0.1")
    }

    @Test(
        "are left by requests that come too slowly too, with what is known of them",
        arguments: [
            ("POST /report_asset_check/a HT", "", "other", 0), ("PUT /x HTTP/1.1\r\nHo", "", "other", 0),
            (
                "POST /report_asset_check/a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc", "/report_asset_check/a",
                "/report_asset_check", 3
            ),
            ("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n", "/x", "other", 0),
            (
                "POST /report_asset_check/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
                "/report_asset_check/a", "/report_asset_check", 2
            ),
        ])
    func slow(_ request: String, _ path: String, _ route: String, _ bytes: Int) async throws {
        var limits = ServerLimits()
        (limits.headerTimeout, limits.bodyTimeout) = (.seconds(1), .seconds(1))
        let record = try await record(of: request, limits: limits).record
        #expect(record.status == 408)
        #expect((record.path, record.route, record.requestBytes) == (path, route, bytes))
        #expect(record.client == "127.0.0.1")
        #expect(record.deployment == (route == "other" ? nil : "default"))
    }

    @Test("say why a report was refused, on both paths", arguments: ["", "Expect: 100-continue\r\n"])
    func refusals(_ fields: String) async throws {
        #expect(try await record(of: Self.post(Self.report, fields), isReadOnly: true).record.refusal == "read_only")
        let foreign = try await record(of: Self.post(Self.report, fields + "Origin: https://evil.example\r\n")).record
        #expect((foreign.status, foreign.refusal, foreign.deployment) == (403, "foreign_origin", "default"))
        #expect(try await record(of: Self.post("/report_asset_check/a", fields)).record.refusal == nil)
    }
}
