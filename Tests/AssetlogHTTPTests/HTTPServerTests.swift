import AssetlogAccess
import AssetlogCore
import AssetlogGzip
import AssetlogHTTP
import AssetlogLog
import AssetlogTesting
import Foundation
import Logging
import NIOCore
import Synchronization
import Testing

/// Runs blocking work on a thread outside the pool that the server's API runs on.
func blocking<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        // A queue of its own gets a thread at once; the shared one has no more of them at first than there are processors.
        DispatchQueue(label: "blocking").async { continuation.resume(with: Result { try body() }) }
    }
}

/// A storage whose commits wait for a signal, or fail.
private final class GatedStorage: ForwardingStorage {
    let inner: any Storage
    let gate = DispatchSemaphore(value: 0)
    let began = DispatchSemaphore(value: 0)
    let fails = Mutex(false)
    let outcome = Mutex(RecordOutcome.unknown)

    init(_ inner: any Storage) { self.inner = inner }

    func append(_ batch: borrowing EventBatch) throws -> AppendOutcome {
        began.signal()
        gate.wait()
        if fails.withLock({ $0 }) { throw StorageError(.full, "no space", outcome: outcome.withLock { $0 }) }
        return try inner.append(batch)
    }
}

private let report = "POST /report_asset_materialization/a HTTP/1.1\r\nHost: localhost\r\n\r\n"

private func post(_ target: String, _ fields: String = "", body: String? = nil) -> String {
    let length = body.map { "Content-Type: application/json\r\nContent-Length: \($0.utf8.count)\r\n" } ?? ""
    return "POST \(target) HTTP/1.1\r\nHost: localhost\r\n\(length)\(fields)\r\n\(body ?? "")"
}

@Suite("The HTTP server")
struct HTTPServerTests {
    @Test("records a report and answers with its identity")
    func recordsReport() async throws {
        try await ServerFixture.run { server in
            let answer = try await blocking {
                let client = try server.client()
                client.send(post("/report_asset_materialization/warehouse/orders", body: #"{"metadata":{"rows":10}}"#))
                return client.response()
            }
            #expect(answer?.status == 200)
            #expect(answer?.body == "{}")
            let events = try await server.events()
            #expect(events.count == 1)
            #expect(answer?.field("Assetlog-Event-Id") == events.first?.id.description)
            #expect(events.first?.assetKey.parts == ["warehouse", "orders"])
        }
    }

    @Test(
        "says of every refusal that it is its own, on both paths",
        arguments: [
            (post("/report_asset_materialization/"), 400, "refused"), (post("/report_asset_observation/a", body: "{"), 400, "refused"),
            (post("/report_asset_observation/a", "Expect: x\r\n", body: "[]"), 400, "refused"),
            (post("/report_asset_check/a", "Idempotency-Key: \"\r\n"), 400, "refused"),
            ("PUT /report_asset_check/a HTTP/1.1\r\nHost: x\r\n\r\n", 405, "refused"),
            (post("/report_asset_check/a", "Content-Encoding: br\r\n", body: "x"), 415, "refused"),
            (post("/report_asset_check/" + String(repeating: "a", count: 70_000)), 414, "refused"),
            (post("/report_asset_check/a", "X: \(String(repeating: "a", count: 200_000))\r\n"), 431, "refused"),
            ("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, "refused"),
            (post("/report_asset_check/a", "Origin: http://evil.example\r\n"), 403, "refused"),
        ])
    func ownRefusals(request: String, status: Int, value: String) async throws {
        try await ServerFixture.run { server in
            let answer = try await blocking {
                let client = try server.client()
                client.send(request)
                return client.response()
            }
            #expect(answer?.status == status)
            #expect(answer?.field("Assetlog-Answer") == value)
        }
    }

    @Test("says of what it recorded nothing of that kind", arguments: ["", "Expect: 100-continue\r\n"])
    func noRefusal(fields: String) async throws {
        try await ServerFixture.run { server in
            let answer = try await blocking {
                let client = try server.client()
                client.send(post("/report_asset_observation/a", fields, body: "{}"))
                let first = client.response()
                return first?.status == 100 ? client.response() : first
            }
            #expect(answer?.status == 200)
            #expect(answer?.field("Assetlog-Answer") == nil)
        }
    }

    @Test(
        "takes the time of a client's clock on both paths, where the client says that it is one",
        arguments: ["", "Accept-Charset: x\r\nExpect: y\r\n"])
    func approximateTime(fields: String) async throws {
        try await ServerFixture.run { server in
            let body = #"{"timestamp":"2026-01-02T03:04:05Z"}"#
            let statuses = try await blocking {
                let client = try server.client()
                return ["", "Assetlog-Timestamp: approximate\r\n"].map { field in
                    client.send(post("/report_asset_observation/a", fields + field, body: body))
                    return client.response()?.status
                }
            }
            #expect(statuses == [200, 200])
            let events = try await server.events()
            #expect(events[0].timestamp == events[0].receivedAt)
            #expect(events[1].timestamp.description == "2026-01-02T03:04:05.000000Z")
        }
    }

    @Test("answers mixed requests of one connection in order, however the bytes are cut", arguments: [1, 7, 1000, 1 << 20])
    func keepsOrder(pieceSize: Int) async throws {
        try await ServerFixture.run { server in
            // Each form by itself, and the status and body start that it must be answered with.
            let forms: [(String, Int, String)] = [
                (report, 200, "{}"),
                (post("/report_asset_observation/b", body: #"{"description":"x"}"#), 200, "{}"),
                ("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n", 200, "GET /hello "),
                (post("/report_asset_check/c"), 400, #"{"error":"#),
                ("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody", 200, "POST /echo body"),
                ("PUT /report_asset_check/c HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, #"{"error":"#),
                (
                    "POST /report_asset_observation/d HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n2\r\n{\"\r\n11\r\ndescription\":\"y\"}\r\n0\r\n\r\n", 200, "{}"
                ),
                (post("/report_asset_check/e?check_name=n&passed=true"), 200, "{}"),
            ]
            let rounds = pieceSize == 1 ? 3 : 25
            let all = Array((0..<rounds).map { _ in forms.map(\.0).joined() }.joined().utf8)
            let answers = try await blocking {
                let client = try server.client()
                let sender = DispatchQueue(label: "sender")
                sender.async {
                    for start in stride(from: 0, to: all.count, by: pieceSize) {
                        client.send(Array(all[start..<min(start + pieceSize, all.count)]))
                    }
                }
                return (0..<rounds * forms.count).map { _ in client.response() }
            }
            for (index, answer) in answers.enumerated() {
                let expected = forms[index % forms.count]
                #expect(answer?.status == expected.1, "answer \(index)")
                #expect(answer?.body.hasPrefix(expected.2) == true, "answer \(index): \(answer?.body ?? "none")")
            }
            #expect(try await server.events().count == rounds * 4)
        }
    }

    @Test("waits for the body with 100 Continue when the client asks")
    func continues() async throws {
        try await ServerFixture.run { server in
            let answers = try await blocking {
                let client = try server.client()
                client.send(
                    "POST /report_asset_materialization/a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
                        + "Content-Type: application/json\r\n\r\n")
                let first = client.response()
                client.send("{}")
                return [first, client.response()]
            }
            #expect(answers.map { $0?.status } == [100, 200])
        }
    }

    @Test(
        "answers and closes when the client asks to",
        arguments: [
            "POST /report_asset_materialization/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "POST /report_asset_materialization/a HTTP/1.0\r\n\r\n",
            "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "GET /x HTTP/1.0\r\n\r\n",
            "POST /x/report_asset_check HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        ])
    func closesOnRequest(_ request: String) async throws {
        try await ServerFixture.run { server in
            let (answer, isAtEnd) = try await blocking {
                let client = try server.client()
                client.send(request)
                return (client.response(), client.isAtEnd())
            }
            #expect(answer?.status == 200)
            #expect(isAtEnd)
        }
    }

    @Test("still answers a client that has ended its sending side", arguments: [report, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n"])
    func answersHalfClosed(_ request: String) async throws {
        try await ServerFixture.run { server in
            let (answer, isAtEnd) = try await blocking {
                let client = try server.client()
                client.send(request)
                client.finishSending()
                // One that is answered late is asked first whether it is still there.
                var answer = client.response()
                while answer?.status == 100 { answer = client.response() }
                return (answer, client.isAtEnd())
            }
            #expect(answer?.status == 200)
            #expect(isAtEnd)
        }
    }

    @Test(
        "refuses what is not HTTP with a sentence",
        arguments: ["\u{0}\u{1}\r\n\r\n", "HELLO\r\n\r\n", "post / HTTP/1.1\r\nHost: x\r\n\r\n"])
    func refusesGarbage(_ bytes: String) async throws {
        try await ServerFixture.run { server in
            let answer = try await blocking {
                let client = try server.client()
                client.send(bytes)
                return client.response()
            }
            #expect(answer?.status == 400)
            #expect(answer?.body.hasPrefix(#"{"error":"#) == true)
        }
    }

    #if Gzip
    @Test("records compressed reports, whole or in chunks, and goes on after one that is refused", arguments: [false, true])
    func compressed(isChunked: Bool) async throws {
        var limits = ServerLimits()
        limits.bodyBytes = 100_000
        @Sendable func send(_ body: [UInt8], _ client: RawClient) -> (status: Int, body: String)? {
            let pieces = isChunked ? [body.prefix(7), body.dropFirst(7)] : [body[...]]
            let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.count)"
            client.send(
                "POST /report_asset_observation/a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\(framing)\r\n\r\n"
            )
            for piece in pieces {
                if isChunked { client.send(String(piece.count, radix: 16) + "\r\n") }
                client.send(Array(piece))
                if isChunked { client.send("\r\n") }
            }
            if isChunked { client.send("0\r\n\r\n") }
            return client.response().map { ($0.status, $0.body) }
        }
        try await ServerFixture.run(limits: limits) { server in
            let long = String(repeating: "x", count: 90_000)
            let short = try Self.gzipped(#"{"description":"y"}"#)
            let bodies: [[UInt8]] = [
                short, try Self.gzipped(#"{"description":"\#(long)"}"#), try Self.gzipped(String(repeating: " ", count: 200_000)),
                Array("nonsense".utf8), try Self.gzipped("{"), short, Array(short.dropLast(4)), short,
            ]
            let answers = try await blocking {
                let client = try server.client()
                return bodies.map { send($0, client) }
            }
            #expect(answers.map { $0?.status } == [200, 200, 413, 400, 400, 200, 400, 200])
            #expect(answers[2]?.body.contains("100000 bytes") == true)
            #expect(answers[3]?.body.contains("gzip") == true)
            #expect(answers[6]?.body.contains("incomplete") == true)
            let events = try await server.events()
            #expect(events.count == 4)
            #expect(events[1].details.count > long.utf8.count)
        }
    }

    private static func gzipped(_ text: String) throws -> [UInt8] {
        let encoder = try #require(try ContentEncoder(acceptEncoding: "gzip"))
        var output: [UInt8] = []
        Array(text.utf8).withUnsafeBytes { encoder.encode($0, into: &output) }
        encoder.finish(into: &output)
        return output
    }
    #endif

    @Test("refuses a body over the limit, and the client sees the answer", arguments: [true, false])
    func refusesLargeBody(isChunked: Bool) async throws {
        var limits = ServerLimits()
        limits.bodyBytes = 100_000
        try await ServerFixture.run(limits: limits) { server in
            let answer = try await blocking {
                let client = try server.client()
                let body = [UInt8](repeating: UInt8(ascii: " "), count: 3_000_000)
                let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.count)"
                client.send("POST /report_asset_check/a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\(framing)\r\n\r\n")
                if isChunked { client.send(String(body.count, radix: 16) + "\r\n") }
                client.send(body)
                if isChunked { client.send("\r\n0\r\n\r\n") }
                return client.response()
            }
            #expect(answer?.status == 413)
            #expect(answer?.body.contains("100000 bytes") == true)
            #expect(try await server.events().isEmpty)
        }
    }

    @Test(
        "refuses a body in another transfer coding than chunks, which it would misread",
        arguments: ["gzip, chunked", "GZIP, Chunked", "identity,chunked"])
    func transferCoding(coding: String) async throws {
        try await ServerFixture.run { server in
            for path in ["/report_asset_check/a", "/api"] {
                let answer = try await blocking {
                    let client = try server.client()
                    client.send("POST \(path) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \(coding)\r\n\r\n1\r\nx\r\n0\r\n\r\n")
                    return client.response()
                }
                #expect(answer?.status == 501, "\(path)")
                #expect(answer?.field("Assetlog-Answer") == "refused")
                #expect(answer?.field("Connection") == "close")
            }
            let plain = try await blocking {
                let client = try server.client()
                client.send("POST /api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n")
                return client.response()
            }
            #expect(plain?.body == "POST /api x")
        }
    }

    @Test("tells a client that has ended its side within a report's body", arguments: ["Content-Length: 9", "Transfer-Encoding: chunked"])
    func cutOffReport(framing: String) async throws {
        try await ServerFixture.run { server in
            let answers = try await blocking {
                let client = try server.client()
                client.send(report + "POST /report_asset_check/a HTTP/1.1\r\nHost: x\r\n\(framing)\r\n\r\n1\r\n{")
                let recorded = client.response()
                client.finishSending()
                return [recorded, client.response()]
            }
            #expect(answers.map { $0?.status } == [200, 400])
            #expect(answers[1]?.body == #"{"error":"The connection ended before the request did."}"#)
            #expect(try await server.events().count == 1)
        }
    }

    @Test(
        "answers below every deployment alike, whether there is one of that name or not, to who may not know",
        arguments: [
            "POST|/report_asset_check/a?check_name=c&passed=true|", "POST|/report_asset_check/a?passed=maybe|",
            "POST|/report_asset_check|", "GET|/report_asset_check/a|", "DELETE|/report_asset_observation/a|",
            "POST|/report_asset_check/a|Content-Encoding: br\r\n",
        ])
    func unknownDeployments(request: String) async throws {
        let parts = request.split(separator: "|", omittingEmptySubsequences: false)
        let token = try NewToken()
        let record = TokenRecord(
            id: token.id, hash: token.hash,
            grant: AccessGrant(name: "other", rights: .all, deployments: [try #require(PartPattern("other"))]), createdAt: .now())
        let access = AccessPolicy(
            tokens: TokenRegistry([record]), isTokenRequired: true, hosts: HostPolicy(names: ["x"]))
        try await ServerFixture.run(deployments: ["prod"], access: access) { server in
            for field in ["Dagster-Cloud-Api-Token: \(token.text.revealed)\r\n", ""] {
                let answers = try await blocking {
                    try ["prod", "test", "a%20b"].map { name in
                        let client = try server.client()
                        client.send("\(parts[0]) /\(name)\(parts[1]) HTTP/1.1\r\nHost: x\r\n\(field)\(parts[2])\r\n")
                        return client.response()
                    }
                }
                let first = try #require(answers[0])
                #expect(first.status >= 400)
                for answer in answers { #expect(answer?.withoutDate == first.withoutDate) }
            }
        }
    }

    @Test(
        "takes no report for a session, in whatever way it comes, and lets the API know of one",
        arguments: ["", "Transfer-Encoding: chunked\r\nTE: trailers\r\n", "Content-Length: 2\r\nExpect: 100-continue\r\n"])
    func sessions(_ fields: String) async throws {
        let token = try NewToken()
        let record = TokenRecord(
            id: token.id, hash: token.hash, grant: AccessGrant(name: "ann", rights: .all), createdAt: .now())
        let signer = try SessionSigner(key: SessionSigner.randomKey())
        var access = AccessPolicy(tokens: TokenRegistry([record]), isTokenRequired: true, hosts: HostPolicy(names: ["x"]))
        access.sessions = signer
        let entry = try #require(try access.tokens.token(token.text, at: .now()))
        let session = try signer.session(for: entry, at: .now())
        let cookie = "Cookie: a=b\r\nCookie: \(SessionCookie.name)=\(session.cookie.revealed)\r\n"
        let seen = Mutex<[RequestIdentity]>([])
        let api: APIResponder = { request, writer, identity, memory in
            seen.withLock { $0.append(identity) }
            try await ServerFixture.echo(request, writer, identity, memory)
        }
        try await ServerFixture.run(access: access, api: api) { server in
            let answers = try await blocking {
                try ["POST /report_asset_materialization/a", "GET /report_asset_materialization/a", "GET /page"].map { line in
                    let client = try server.client()
                    client.send("\(line) HTTP/1.1\r\nHost: x\r\n\(cookie)\(line.hasPrefix("POST") ? fields : "")\r\n")
                    return client.response()
                }
            }
            #expect(answers.map { $0?.status } == [401, 401, 200])
            #expect(answers[0]?.field("WWW-Authenticate") == BearerChallenge.missing)
            #expect(try await server.events().isEmpty)
            #expect(seen.withLock { $0.map(\.session) } == [session])
            #expect(seen.withLock { $0.map(\.caller.name) } == ["ann"])
        }
    }

    @Test("refuses reports with 401 when it is read-only, after the checks that come first")
    func readOnly() async throws {
        try await ServerFixture.run(isReadOnly: true) { server in
            let answers = try await blocking {
                let client = try server.client()
                client.send(report + post("/report_asset_materialization") + "GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
                return (0..<3).map { _ in client.response() }
            }
            #expect(answers.map { $0?.status } == [401, 400, 200])
            #expect(answers[0]?.body == #"{"error":"Not authorized to report runless asset events."}"#)
        }
    }

    @Test("answers 503 with Retry-After when the queue is full, and takes reports again after that")
    func fullQueue() async throws {
        let gated = GatedStorage(try await ServerFixture.memory(.init(label: "test")))
        try await ServerFixture.run(storage: gated, queue: .init(queuedEvents: 2, queuedBytes: 1 << 20)) { server in
            let clients = try (0..<3).map { _ in try server.client() }
            let refused = try await blocking {
                clients[0].send(report)
                gated.began.wait()
                clients[1].send(report)
                while server.log.queue.events < 2 { usleep(1000) }
                clients[2].send(report)
                return clients[2].response()
            }
            #expect(refused?.status == 503)
            #expect(refused?.field("Retry-After") == "1")
            let taken = try await blocking {
                gated.gate.signal()
                gated.gate.signal()
                let answers = [clients[0].response(), clients[1].response()]
                gated.gate.signal()
                clients[2].send(report)
                return answers + [clients[2].response()]
            }
            #expect(taken.map { $0?.status } == [200, 200, 200])
            #expect(try await server.events().count == 3)
        }
    }

    @Test("answers 503 when the commit fails, never 200")
    func failedCommit() async throws {
        let gated = GatedStorage(try await ServerFixture.memory(.init(label: "test")))
        try await ServerFixture.run(storage: gated) { server in
            let answers = try await blocking {
                let client = try server.client()
                gated.fails.withLock { $0 = true }
                gated.gate.signal()
                client.send(report)
                let failed = client.response()
                gated.fails.withLock { $0 = false }
                gated.gate.signal()
                client.send(report)
                return [failed, client.response()]
            }
            #expect(answers.map { $0?.status } == [503, 200])
            #expect(answers.map { $0?.field("Assetlog-Answer") } == ["later", nil])
            #expect(try await server.events().count == 1)
        }
    }

    @Test("says whether a report whose commit failed is recorded", arguments: [RecordOutcome.notRecorded, .unknown])
    func outcomes(_ outcome: RecordOutcome) async throws {
        let gated = GatedStorage(try await ServerFixture.memory(.init(label: "test")))
        gated.fails.withLock { $0 = true }
        gated.outcome.withLock { $0 = outcome }
        try await ServerFixture.run(storage: gated) { server in
            let answers = try await blocking {
                let client = try server.client()
                // On both paths.
                return [report, report.replacing("localhost", with: "localhost\r\nTrailer: x")].map { request in
                    gated.gate.signal()
                    client.send(request)
                    return client.response()
                }
            }
            for answer in answers {
                #expect(answer?.status == 503)
                let sentence = outcome == .unknown ? "may have been recorded" : "Nothing was recorded."
                #expect(answer?.body.contains(sentence) == true, "\(answer?.body ?? "")")
            }
        }
    }

    @Test("answers a report that is being recorded before it refuses what was sent after it")
    func pipelinedWithoutMemory() async throws {
        let gated = GatedStorage(try await ServerFixture.memory(.init(label: "test")))
        let memory = ServerMemory(total: .max, requests: 1 << 20, answers: 1 << 20)
        memory.requests.takeAnyway(2 << 20)
        try await ServerFixture.run(storage: gated, memory: memory) { server in
            let statuses = try await blocking {
                let client = try server.client()
                client.send(String(repeating: report, count: 300))
                gated.began.wait()
                for _ in 0..<300 { gated.gate.signal() }
                var statuses: [Int] = []
                while let answer = client.response() {
                    statuses.append(answer.status)
                    if answer.status != 200 { break }
                }
                return statuses
            }
            let recorded = statuses.count { $0 == 200 }
            #expect(recorded > 0)
            #expect(try await server.events().count == recorded, "\(statuses)")
            #expect(recorded == 300 || statuses.last == 503, "\(statuses)")
        }
    }

    @Test("commits and answers what is under way when it is stopped")
    func drains() async throws {
        let gated = GatedStorage(try await ServerFixture.memory(.init(label: "test")))
        let answer = Mutex<RawClient.Response?>(nil)
        let finished = DispatchSemaphore(value: 0)
        try await ServerFixture.run(storage: gated, grace: .seconds(120)) { server in
            // Some of the idle ones are on the event loop of the busy one: when they are closed, it knows that the server stops.
            let idle = try (0..<16).map { _ in try server.client() }
            let busy = try server.client()
            try await blocking {
                busy.send(report)
                gated.began.wait()
            }
            DispatchQueue(label: "client").async {
                // The server begins to stop while the commit is under way.
                #expect(idle.allSatisfy { $0.isAtEnd() })
                gated.gate.signal()
                let response = busy.response()
                answer.withLock { $0 = response }
                finished.signal()
            }
        }
        try await blocking { finished.wait() }
        #expect(answer.withLock { $0?.status } == 200)
        #expect(answer.withLock { $0?.field("connection") } == "close")
    }

    /// A whole request of the HTTP/1 handler.
    private static let general = "GET /nothing HTTP/1.1\r\nHost: x\r\nTE: x\r\n\r\n"

    @Test(
        "cuts a peer that is too slow",
        arguments: [
            "", "POST /report_asset_check/a HTT", "GET /x HTTP/1.1\r\nTE: x\r\nHos",
            Self.general + "GET /x HTTP/1.1\r\n",
            Self.general + "POST /report_asset_check/a HTTP/1.1\r\nHost: x\r\nExpect: y\r\nContent-Type: ",
            "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab",
            "POST /report_asset_check/a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n{",
        ])
    func cutsSlowPeers(_ beginning: String) async throws {
        var limits = ServerLimits()
        limits.headerTimeout = .seconds(1)
        limits.bodyTimeout = .seconds(1)
        limits.idleTimeout = .seconds(1)
        try await ServerFixture.run(limits: limits) { server in
            let isCut = try await blocking {
                let client = try server.client()
                // One request of the HTTP/1 handler, and then another on the same connection.
                if beginning.hasPrefix(Self.general) {
                    client.send(Self.general)
                    guard client.response() != nil else { return false }
                }
                client.send(String(beginning.dropFirst(beginning.hasPrefix(Self.general) ? Self.general.count : 0)))
                guard let answer = client.response() else { return beginning.isEmpty && client.isAtEnd() }
                return answer.status == 408 && answer.field("connection") == "close" && client.isAtEnd()
            }
            #expect(isCut)
        }
    }

    @Test("closes connections over the limit at once, and takes new ones when others have gone")
    func limitsConnections() async throws {
        var limits = ServerLimits()
        limits.connections = 2
        try await ServerFixture.run(limits: limits) { server in
            try await blocking {
                let first = try server.client()
                do {
                    let second = try server.client()
                    second.send(report)
                    #expect(second.response()?.status == 200)
                    let third = try server.client()
                    third.send(report)
                    #expect(third.response() == nil)
                }
                // The server learns of the end a moment later.
                let end = ContinuousClock.now + .seconds(120)
                var status: Int?
                while status == nil, ContinuousClock.now < end {
                    let fourth = try server.client()
                    fourth.send(report)
                    status = fourth.response()?.status
                }
                #expect(status == 200)
                first.send(report)
                #expect(first.response()?.status == 200)
            }
        }
    }

    @Test("says what is wrong when the address is taken")
    func addressInUse() async throws {
        try await ServerFixture.run { server in
            var configuration = HTTPServerConfiguration(port: server.port, eventLoops: 1)
            configuration.host = "127.0.0.1"
            let second = try HTTPServer(configuration: configuration, log: server.log, api: { _, _, _, _ in }, logger: .init(label: "test"))
            await #expect(throws: HTTPServerError.self) { _ = try await second.start() }
        }
    }
}
