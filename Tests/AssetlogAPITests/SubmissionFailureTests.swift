import AssetlogCore
import AssetlogLog
import AssetlogTesting
import HTTPTypes
import Synchronization
import Testing

/// A storage in memory that fails when it is told to, before or after it has recorded a batch.
private final class FailingStorage: ForwardingStorage {
    let inner: any Storage
    private let state = Mutex((appends: 0, failure: RecordOutcome?.none, from: Int.max, records: false))

    init() async throws {
        inner = try await Server.memoryStorage()
    }

    /// Lets the append of a number, counted from now, and all after it fail.
    func fail(from number: Int, saying outcome: RecordOutcome, records: Bool = false) {
        state.withLock { $0 = (0, outcome, number, records) }
    }

    func recover() {
        state.withLock { $0 = (0, nil, .max, false) }
    }

    func append(_ batch: borrowing EventBatch) throws -> AppendOutcome {
        let (failure, records) = state.withLock { state in
            state.appends += 1
            return (state.appends >= state.from ? state.failure : nil, state.records)
        }
        guard let failure else { return try inner.append(batch) }
        if records { _ = try inner.append(batch) }
        throw StorageError(.full, "The disk /secret/path is full.", outcome: failure)
    }
}

@Suite("A submission that can't be recorded to its end")
struct SubmissionFailureTests {
    private static let lines = (0..<2000).map { #"{"kind":"observation","asset_key":"a","partition":"\#($0)"}"# }

    private func with(_ body: (Server, FailingStorage) async throws -> Void) async throws {
        let storage = try await FailingStorage()
        let server = try await Server(storage: storage)
        server.log.start()
        try await body(server, storage)
        await server.log.drain()
    }

    private func send(_ server: Server, _ text: String, _ query: String = "", key: String? = nil) async throws -> Answer {
        var headers: HTTPFields = [.contentType: "application/x-ndjson"]
        if let key, let name = HTTPField.Name("Idempotency-Key") { headers[name] = key }
        return try await server.ask(.post, "/api/v1/events\(query)", headers: headers, body: text)
    }

    private func count(_ server: Server) async throws -> Int64 { try await server.log.storage.statistics().events }

    @Test("says how much is recorded, from which item on not, and that a retry doubles")
    func midway() async throws {
        try await with { server, storage in
            storage.fail(from: 2, saying: .notRecorded)
            let answer = try await send(server, Self.lines.joined(separator: "\n"))
            let detail = try answer.problem(503)
            let members = try answer.json()
            #expect((members["recorded"] as? Int, members["index"] as? Int) == (512, 512), "\(answer.text)")
            #expect(members["received"] as? Int ?? 0 > 512)
            #expect(detail.contains("512 events of it are recorded; those from the item at index 512 on are not."), "\(detail)")
            #expect(detail.contains("A retry records those again that have no event_id"), "\(detail)")
            #expect(!answer.text.contains("secret"))
            #expect(answer.headers[.retryAfter] != nil)
            #expect(try await count(server) == 512)
        }
    }

    @Test("says how many events of a large item are recorded, when it ends within one", arguments: [RecordOutcome.notRecorded, .unknown])
    func withinItem(outcome: RecordOutcome) async throws {
        let large =
            #"{"kind":"observation","asset_key":"b","description":"\#(String(repeating: "x", count: 1000))","#
            + #""partitions":{"from":"2024-01-01","to":"2031-12-31","every":"day"}}"#
        try await with { server, storage in
            storage.fail(from: 3, saying: outcome)
            let answer = try await send(server, "\(Self.lines[0])\n\(large)\n\(Self.lines[1])")
            let detail = try answer.problem(503)
            let members = try answer.json()
            let recorded = try #require(members["recorded"] as? Int)
            #expect(try await count(server) == Int64(recorded))
            #expect(recorded > 2 && members["index"] as? Int == 1, "\(answer.text)")
            let rest = outcome == .unknown ? "may be, too" : "are not"
            #expect(
                detail.contains("those from the item at index 1 on, but for the first \(recorded - 1) of its events, \(rest)."), "\(detail)"
            )
        }
    }

    @Test("says that events may be recorded, when the storage can't tell")
    func unknown() async throws {
        try await with { server, storage in
            storage.fail(from: 2, saying: .unknown, records: true)
            let detail = try await send(server, Self.lines.joined(separator: "\n")).problem(503)
            #expect(detail.contains("512 events of it are recorded; those from the item at index 512 on may be, too."), "\(detail)")
            storage.fail(from: 1, saying: .unknown)
            let single = try await send(server, Self.lines[0]).problem(503)
            #expect(single.contains("Its events from the item at index 0 on may have been recorded."), "\(single)")
            storage.fail(from: 1, saying: .notRecorded)
            let none = try await send(server, Self.lines[0]).problem(503)
            #expect(none.contains("Nothing was recorded."), "\(none)")
            #expect(!none.contains("A retry records"), "\(none)")
        }
    }

    @Test("continues under its Idempotency-Key where it has ended, whatever became of the last slice", arguments: [true, false])
    func goesOn(records: Bool) async throws {
        try await with { server, storage in
            let text = Self.lines.joined(separator: "\n")
            for number in [1, 2, 3] {
                storage.fail(from: number, saying: .unknown, records: records)
                let answer = try await send(server, text, key: "k")
                let detail = try answer.problem(503)
                #expect(detail.contains("Retry with the same Idempotency-Key and the whole body"), "\(detail)")
                #expect(try answer.json()["index"] is Int)
            }
            storage.recover()
            let whole = try await send(server, text, key: "k")
            #expect(whole.status == 200, "\(whole.text)")
            #expect(try whole.json()["recorded"] as? Int == 2000)
            let events = try await server.log.storage.events(EventQuery(limit: 5000)).events
            #expect(events.map { $0.event.partition } == (0..<2000).map { "\($0)" })
            let again = try await send(server, text, key: "k")
            #expect(again.headers[try #require(HTTPField.Name("Idempotency-Replayed"))] == "true", "\(again.text)")
        }
    }

    @Test("that is atomic has recorded nothing, or says that it may have")
    func atomic() async throws {
        try await with { server, storage in
            storage.fail(from: 1, saying: .notRecorded)
            #expect(try await send(server, Self.lines[0], "?atomic=true").problem(503).contains("Nothing was recorded."))
            storage.fail(from: 1, saying: .unknown, records: true)
            let detail = try await send(server, Self.lines.joined(separator: "\n"), "?atomic=true", key: "k").problem(503)
            #expect(detail.contains("may have been recorded"), "\(detail)")
            storage.recover()
            #expect(try await send(server, Self.lines.joined(separator: "\n"), "?atomic=true", key: "k").status == 200)
            #expect(try await count(server) == 2000)
        }
    }

    @Test("says what is recorded of a body that broke off")
    func broken() async throws {
        try await with { server, _ in
            let text = Self.lines[..<3].joined(separator: ",")
            let detail = try await server.ask(
                .post, "/api/v1/events", headers: [.contentType: "application/json"], body: "[\(text),{\"kind\":"
            ).problem(400)
            #expect(detail.contains("3 events of it are recorded; those from the item at index 3 on are not."), "\(detail)")
            #expect(detail.contains("A retry records those again that have no event_id"), "\(detail)")
            let nothing = try await server.ask(
                .post, "/api/v1/events?atomic=true", headers: [.contentType: "application/json"], body: "[\(text),{\"kind\":"
            ).problem(400)
            #expect(nothing.contains("Nothing was recorded."), "\(nothing)")
        }
    }

    @Test("A dry run that fails says that nothing was recorded")
    func dryRun() async throws {
        let server = try await Server(storage: FaultyStorage { throw StorageError(.unavailable, "away") })
        let answers = [
            try await server.ask(.post, "/report_asset_observation/a?dry_run=true"),
            try await server.ask(
                .post, "/api/v1/events?dry_run=true", headers: [.contentType: "application/json"], body: Self.lines[0]),
        ]
        for answer in answers {
            #expect(answer.status == 503)
            #expect(answer.text.contains("Nothing was recorded."), "\(answer.text)")
        }
    }
}
