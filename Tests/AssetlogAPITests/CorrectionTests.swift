import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import AssetlogAPI

@Suite("Voids and wipes")
struct CorrectionTests {
    private let server: Server
    private let lines = CapturedLog()

    init() async throws {
        server = try await Server(deployments: ["prod"], audit: AuditLog(messages: lines.logger))
        server.log.start()
    }

    private func post(
        _ path: String, _ body: String, as identity: RequestIdentity = .init(), key: String? = nil
    ) async throws -> Answer {
        var headers: HTTPFields = [:]
        if let key, let name = HTTPField.Name("Idempotency-Key") { headers[name] = key }
        return try await server.ask(.post, "/api/v1/\(path)", headers: headers, admission: identity, body: body)
    }

    private func void(_ event: Event, _ reason: String = "wrong file", as identity: RequestIdentity = .init()) async throws -> Answer {
        try await post("events/\(event.id)/void", #"{"reason":"\#(reason)"}"#, as: identity)
    }

    private func all() async throws -> [LoggedEvent] { try await server.log.storage.events(EventQuery(limit: 1000)).events }

    private static func identity(_ rights: AccessRights, assets: [PartPattern] = [], deployments: [PartPattern] = []) -> RequestIdentity {
        RequestIdentity(caller: Caller(grant: AccessGrant(name: "ann", rights: rights, assets: assets, deployments: deployments)))
    }

    // MARK: Void

    @Test("A void is an event of the asset and partition, with a derived identity, by whom and why")
    func voids() async throws {
        let event = Event.sample(partition: "p")
        try server.record([event])
        let answer = try await void(event, "wrong \\\"file\\\"", as: Self.identity(.admin))
        #expect(answer.text == #"{"event_id":"\#(event.id.voidID)","sequence":2}"#)
        #expect(answer.status == 200)
        let void = try #require(try await all().last)
        #expect(void.kind == .void && void.id == event.id.voidID && void.assetKey == event.assetKey && void.partition == "p")
        #expect(void.timestamp == void.receivedAt && void.reportedBy == "ann" && void.deployment == "default")
        #expect(VoidDetails(void.details) == VoidDetails(voids: event.id, reason: "wrong \"file\""))
    }

    @Test("Who voids an event again gets the void that there is, whatever the reason")
    func again() async throws {
        let event = Event.sample()
        try server.record([event])
        let first = try await void(event)
        let second = try await void(event, "another reason", as: Self.identity(.admin))
        #expect(second.status == 200 && second.text == first.text)
        #expect(first.headers[HTTPField.Name("Idempotency-Replayed")!] == nil)
        #expect(second.headers[HTTPField.Name("Idempotency-Replayed")!] == "true")
        #expect(try await all().count == 2)
        #expect(lines.count("event=event.voided") == 1)
    }

    @Test("Many who void an event at once are answered with one void")
    func race() async throws {
        let event = Event.sample()
        try server.record([event])
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<20 { group.addTask { try await void(event, "reason \(number)").text } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(texts == [#"{"event_id":"\#(event.id.voidID)","sequence":2}"#])
        #expect(try await all().count == 2)
    }

    @Test("What can't be voided says why", arguments: [EventKind.void, .wipe])
    func unvoidable(kind: EventKind) async throws {
        let event = Event.sample(kind)
        try server.record([event])
        #expect(try await void(event).problem(409).contains("is a \(kind.name), which can't be voided"))
        #expect(try await all().count == 1)
    }

    @Test("An event under the identity that the void would have keeps it from being voided")
    func takenIdentity() async throws {
        let event = Event.sample()
        var squatter = Event.sample(key: ["other"])
        squatter.id = event.id.voidID
        try server.record([event, squatter])
        #expect(try await void(event).problem(409).contains("wipe the partition or the asset instead"))
        #expect(try await server.get("/api/v1/events/\(event.id)").json()["voided"] == nil)
    }

    @Test("An unknown event, one of another deployment and one that the token does not cover are all unknown")
    func unknown() async throws {
        let event = Event.sample(deployment: "prod")
        let covered = Event.sample(key: ["raw", "a"])
        try server.record([event, covered])
        for (identity, event) in [(RequestIdentity(), Event.sample()), (RequestIdentity(), event)] {
            #expect(try await void(event, as: identity).problem(404) == "There is no event \(event.id) in the deployment \"default\".")
        }
        let limited = Self.identity(.admin, assets: [try #require(PartPattern("mart/**"))])
        #expect(try await void(covered, as: limited).problem(404).hasPrefix("There is no event"))
        #expect(try await post("events/nonsense/void", #"{"reason":"r"}"#).problem(400).contains("is not an event ID"))
        #expect(try await all().count == 2)
    }

    @Test("Both take the right admin, in the deployment", arguments: ["events/%/void", "asset/wipe"])
    func rights(path: String) async throws {
        let event = Event.sample()
        try server.record([event])
        let path = path.replacing("%", with: event.id.description)
        for identity in [
            Self.identity([.read, .reportMaterialization, .reportCheck, .reportObservation]),
            Self.identity(.all, deployments: [try #require(PartPattern("prod"))]),
        ] {
            _ = try await post(path, #"{"reason":"r"}"#, as: identity).problem(403)
        }
        let readOnly = try await Server(isReadOnly: true)
        #expect(try await readOnly.ask(.post, "/api/v1/\(path)", body: #"{"reason":"r"}"#).problem(403).contains("server.read_only"))
        #expect(try await all().count == 1)
    }

    @Test(
        "A body that does not say why is refused",
        arguments: [
            ("", "must say why"), ("{}", "must say why"), (#"{"reason":""}"#, "must say why"), (#"{"reason":5}"#, "must say why"),
            (#"{"reason":"\u0000"}"#, "must say why"), (#"{"reason":"\#(String(repeating: "x", count: 1025))"}"#, "must say why"),
            (#"{"reasn":"r"}"#, "Did you mean reason?"), ("[]", "must be a JSON object"), ("{", "is not JSON"),
            (#"{"reason":"a","reason":"b"}"#, "more than once"),
        ])
    func reasons(body: String, sentence: String) async throws {
        let event = Event.sample()
        try server.record([event])
        #expect(try await post("events/\(event.id)/void", body).problem(400).contains(sentence))
        #expect(try await all().count == 1)
    }

    @Test("A reason may have 1,024 bytes, and a body no more than it needs")
    func sizes() async throws {
        let event = Event.sample()
        try server.record([event])
        _ = try await post("events/\(event.id)/void", String(repeating: " ", count: 20_000)).problem(413)
        #expect(try await void(event, String(repeating: "é", count: 512)).status == 200)
    }

    @Test("A dry run shows the event and records nothing")
    func dryRun() async throws {
        let event = Event.sample()
        try server.record([event])
        let first = try await post("events/\(event.id)/void?dry_run=true", #"{"reason":"r"}"#).json()
        let shown = try #require(first["event"] as? [String: Any])
        #expect(shown["event_id"] as? String == event.id.voidID.description && shown["voids"] as? String == event.id.description)
        #expect((first["warnings"] as? [String]) == [])
        #expect(try await all().count == 1)
        _ = try await void(event)
        let second = try await post("events/\(event.id)/void?dry_run=true", #"{"reason":"s"}"#).json()
        #expect((second["warnings"] as? [String])?.first?.contains("is void already") == true)
        #expect((second["event"] as? [String: Any])?["reason"] as? String == "wrong file")
        let wipe = try await post("asset/wipe?dry_run=true", #"{"asset":"warehouse/orders","reason":"r"}"#).json()
        #expect((wipe["event"] as? [String: Any])?["kind"] as? String == "wipe")
        #expect((wipe["warnings"] as? [String])?.isEmpty == true)
        _ = try await post("asset/wipe?dry_rum=true", #"{"asset":"warehouse/orders","reason":"r"}"#).problem(400)
        #expect(try await all().count == 2)
    }

    // MARK: Wipe

    @Test(
        "A wipe is an event of the asset without a partition",
        arguments: [
            (#"{"asset_key":["warehouse","orders"],"reason":"r"}"#, #"{"reason":"r"}"#),
            (#"{"asset":"warehouse/orders","reason":"r","partitions":null}"#, #"{"reason":"r"}"#),
            (
                #"{"asset":"warehouse/orders","partitions":["b","","b","a"],"reason":"r"}"#,
                #"{"partitions":["b","","a"],"reason":"r"}"#
            ),
        ])
    func wipes(body: String, details: String) async throws {
        try server.record([.sample(partition: "p"), .sample(key: ["other"])])
        let answer = try await post("asset/wipe", body, as: Self.identity(.admin)).json()
        let wipe = try #require(try await all().last)
        #expect(answer["event_id"] as? String == wipe.id.description && answer["sequence"] as? Int == 3)
        #expect(wipe.kind == .wipe && wipe.assetKey == AssetKey(["warehouse", "orders"]) && wipe.partition == nil)
        #expect(wipe.reportedBy == "ann" && String(decoding: wipe.details, as: UTF8.self) == details)
        #expect(lines.count("event=asset.wiped") == 1)
    }

    @Test("An asset that was wiped last is not wiped again; a new event makes it an asset again")
    func wipedAgain() async throws {
        let body = #"{"asset":"warehouse/orders","reason":"r"}"#
        try server.record([.sample()])
        let first = try await post("asset/wipe", body)
        #expect(try await post("asset/wipe", body).text == first.text)
        let dryRun = try await post("asset/wipe?dry_run=true", body).json()
        #expect((dryRun["warnings"] as? [String])?.first?.contains("nothing would be recorded") == true)
        try server.record([.sample()])
        #expect(try await post("asset/wipe", body).json()["sequence"] as? Int == 4)
        // Some partitions are wiped as often as it is asked for.
        let some = #"{"asset":"warehouse/orders","partitions":["a"],"reason":"r"}"#
        #expect(try await post("asset/wipe", some).json()["sequence"] as? Int == 5)
        #expect(try await post("asset/wipe", some).json()["sequence"] as? Int == 6)
    }

    @Test("With an Idempotency-Key a wipe is recorded once")
    func keyed() async throws {
        try server.record([.sample()])
        let body = #"{"asset":"warehouse/orders","partitions":["a"],"reason":"r"}"#
        let first = try await post("asset/wipe", body, key: "k")
        try server.record([.sample()])
        let second = try await post("asset/wipe", body, key: "k")
        #expect(second.text == first.text && second.headers[HTTPField.Name("Idempotency-Replayed")!] == "true")
        let other = #"{"asset":"warehouse/orders","partitions":["b"],"reason":"r"}"#
        #expect(try await post("asset/wipe", other, key: "k").problem(422).contains("different request"))
        #expect(try await all().count == 3)
    }

    @Test(
        "A wipe that names no asset, or no partitions, is refused",
        arguments: [
            (#"{"reason":"r"}"#, "must name the asset"), (#"{"asset":"","reason":"r"}"#, "must name the asset"),
            (#"{"asset":"a","asset_key":["a"],"reason":"r"}"#, "must name the asset"),
            (#"{"asset_key":[],"reason":"r"}"#, "must name the asset"), (#"{"asset_key":["a",5],"reason":"r"}"#, "must name the asset"),
            (#"{"asset_key":["\u0000"],"reason":"r"}"#, "No asset has such a key"),
            (#"{"asset":"\#(String(repeating: "x", count: 2049))","reason":"r"}"#, "No asset has such a key"),
            (#"{"asset":"a","partitions":[],"reason":"r"}"#, "must be a list of 1 to 10000 strings"),
            (#"{"asset":"a","partitions":"a","reason":"r"}"#, "must be a list of 1 to 10000 strings"),
            (#"{"asset":"a","partitions":["a",null],"reason":"r"}"#, "must be a list of 1 to 10000 strings"),
            (#"{"asset":"a","partitions":["\u0000"],"reason":"r"}"#, "No partition has"),
            (
                #"{"asset":"a","partitions":[\#(Array(repeating: #""x""#, count: 10_001).joined(separator: ","))],"reason":"r"}"#,
                "must be a list of 1 to 10000 strings"
            ),
            (#"{"asset":"a"}"#, "must say why"),
        ])
    func wipeBodies(body: String, sentence: String) async throws {
        try server.record([.sample(key: ["a"])])
        #expect(try await post("asset/wipe", body).problem(400).contains(sentence))
        #expect(try await all().count == 1)
    }

    @Test("An asset without events, or that the token does not cover, is unknown")
    func unknownAsset() async throws {
        try server.record([.sample(key: ["raw"], deployment: "prod"), .sample(key: ["raw", "a"])])
        let body = #"{"asset":"raw","reason":"r"}"#
        #expect(try await post("asset/wipe", body).problem(404) == #"There is no asset ["raw"] in the deployment "default"."#)
        let limited = Self.identity(.admin, assets: [try #require(PartPattern("mart/**"))])
        _ = try await post("asset/wipe", #"{"asset":"raw/a","reason":"r"}"#, as: limited).problem(404)
        let inProd = try await server.ask(.post, "/prod/api/v1/asset/wipe", body: body)
        #expect(inProd.status == 200)
        #expect(try await all().last?.deployment == "prod")
    }

    @Test("A log that takes nothing says that nothing was recorded")
    func stopping() async throws {
        let event = Event.sample()
        try server.record([event])
        await server.log.drain()
        for answer in [try await void(event), try await post("asset/wipe", #"{"asset":"warehouse/orders","reason":"r"}"#)] {
            #expect(try answer.problem(503) == "The server is stopping. Nothing was recorded. Send it again later.")
            #expect(answer.headers[.retryAfter] == "2")
        }
    }
}
