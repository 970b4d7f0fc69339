import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogObservation
import HTTPTypes
import Synchronization
import Testing

@testable import AssetlogAPI
@testable import AssetlogPages

private struct NothingReceiver: Receiver {
    func read(_ element: ReceivedElement, found: [EventID: Event]) -> ReceivedReading { ReceivedReading() }
}

@Suite("The page of the server's state", .enabled(if: hasCatalog))
struct StatusPageTests {
    private let exporters = FakeExporters()
    private let server: PageServer
    private var storage: any Storage { server.log.storage }

    init() async throws {
        server = try await PageServer(prefix: "/p", exporters: exporters)
        try await server.record((0..<10).map { _ in .reported(["a"]) })
    }

    private func keep(_ sequences: ClosedRange<Int64>) async throws {
        let log = try await storage.logID()
        let letters = sequences.map { sequence in
            DeadLetter(
                sequence: sequence, log: log, event: EventID(high: 1, low: UInt64(sequence)), attempts: 12,
                failedAt: Timestamp(microseconds: Timestamp.now().microseconds - 7_200_000_000),
                message: "It <answered> 400.", answer: "no \"such\"\u{0} <table>")
        }
        try await storage.keepDeadLetters(letters, of: "warehouse")
    }

    @Test("shows the log, the catalog and each exporter")
    func shows() async throws {
        try await server.settle()
        let page = try await server.get("/p/status")
        Markup.check(page)
        #expect(page.words.contains("Event log Events 10 Last sequence 10 Version 1.2.3"))
        #expect(page.words.contains("Catalog State following Behind the log 0 events In memory"))
        #expect(
            page.words.contains(
                "warehouse webhook State following Behind the log 3 events, 1 s Delivered 5 since the start Circuit half_open Dead letters 0"
                    + " Last error It <answered> 503."), "\(page.words)")
        #expect(page.words.contains("away webhook State starting Behind the log 10 events"))
        #expect(try await PageServer().get("/status").words.contains("Exporters None is configured."))
    }

    @Test("shows the exporters to administrators whose token is not limited")
    func rights() async throws {
        for identity in [RequestIdentity(), try .token(.admin), try .token([.read, .admin])] {
            #expect(try await server.get("/p/status", as: identity).words.contains("warehouse webhook"))
        }
        for identity in [
            try RequestIdentity.token(.read), try .token([.read, .admin], assets: ["a"]),
            try .token([.read, .admin], deployments: ["default"]),
        ] {
            let page = try await server.get("/p/status", as: identity)
            #expect(page.status == 200)
            #expect(page.words.contains("Only a token with the right admin, for all assets and deployments, may see the exporters."))
            #expect(!page.text.contains("warehouse") && page.formToken == nil)
            let answer = try await server.post("/p/status/exporters/warehouse/pause", [], as: identity)
            #expect(answer.status == 403)
            #expect(try await storage.pause(of: "warehouse") == nil)
        }
    }

    @Test("shows the assets with the most events to those who may read them")
    func largest() async throws {
        try await server.record([.reported(["b"])])
        let words = "Assets with the most events Asset Events a 10 b 1"
        #expect(try await server.get("/p/status", as: .token(.read)).words.contains(words))
        #expect(try await server.get("/p/status", as: .token(.read, assets: ["b"])).words.contains("the most events Asset Events b 1"))
        #expect(try await !server.get("/p/status", as: .token(.admin)).words.contains("Assets with the most events"))
    }

    @Test("shows the receivers, and what they could not map, to those who may read everything")
    func receivers() async throws {
        let receiver = NamedReceiver(
            name: "odd", setup: ReceiverSetup(routes: [ReceiverRoute("/api/v1/odd")], receiver: NothingReceiver()))
        let server = try await PageServer(deployments: ["prod"], receivers: [receiver])
        receiver.unmapped.add(2)
        for number in 1...2 {
            receiver.keep(
                NamedReceiver.Unmapped(
                    receivedAt: .now(), deployment: "prod", reportedBy: "etl", path: "/api/v1/odd",
                    reason: "There is no word for <n\(number)>.",
                    excerpt: "{\"odd\": \u{202e}\"<script>\"}"))
        }
        let page = try await server.get("/status")
        Markup.check(page)
        #expect(
            page.words.contains(
                "Receivers Receiver Messages Recorded Duplicates Failed Unmapped odd /api/v1/odd 0 0 0 0 2 What odd could not map"),
            "\(page.words)")
        #expect(page.words.contains("prod etl There is no word for <n2>. Message {\"odd\":"))
        #expect(try await !server.get("/status", as: .token(.read, assets: ["a"])).words.contains("Receivers"))
        #expect(try await !server.get("/status", as: .token(.admin)).words.contains("Receivers"))
        #expect(try await PageServer().get("/status").words.contains("Receivers None takes requests"))
    }

    @Test("Exporters are paused and resumed", arguments: ["a reader", "a session"])
    func pause(_ who: String) async throws {
        let identity = who == "a session" ? try server.session() : try .token(.admin)
        let page = try await server.get("/p/status", as: identity)
        let actions = page.document.values(of: "action", in: "form").filter { $0.contains("warehouse") }
        #expect(actions == ["/p/status/exporters/warehouse/pause"])
        let answer = try await server.send(actions[0], [], from: page, as: identity)
        #expect(answer.status == 303 && answer.headers[.location] == "/p/status")
        #expect(try await storage.pause(of: "warehouse") == (who == "a session" ? "ann paused it" : "reader paused it"))
        let paused = try await server.get("/p/status", as: identity)
        #expect(
            paused.words.contains("warehouse webhook State paused")
                && paused.words.contains("Paused \(who == "a session" ? "ann" : "reader") paused"))
        #expect(try await server.send("/p/status/exporters/warehouse/resume", [], from: page, as: identity).status == 303)
        #expect(try await storage.exporterPause(of: "warehouse").reason == nil)
        #expect(exporters.restarted == ["warehouse"])
    }

    @Test("Dead letters are listed, delivered again, or discarded once that is confirmed")
    func deadLetters() async throws {
        try await keep(2...30)
        let page = try await server.get("/p/status")
        Markup.check(page)
        #expect(page.words.contains("Dead letters 29"))
        let rows = page.document.words(in: "tr").filter { $0.contains("It <answered>") }
        #expect(rows.count == 20)
        #expect(rows.first == "2 2 h ago 12 It <answered> 400. Answer no \"such\"␀ <table>")
        #expect(page.links.contains("/p/event/at/2"))
        let replay = try await server.send("/p/status/exporters/warehouse/replay", [], from: page)
        #expect(replay.status == 303)
        #expect(try await storage.requestedDeadLetters(of: "warehouse", limit: 100).count == 29)
        let discard = "/p/status/exporters/warehouse/discard"
        let refused = try await server.send(discard, [], from: page)
        #expect(refused.status == 400 && refused.words.contains("the box that confirms it was not checked"))
        #expect(try await storage.deadLetterCount(of: "warehouse") == 29)
        #expect(try await server.send(discard, [("confirm", "yes")], from: page).status == 303)
        #expect(try await storage.deadLetterCount(of: "warehouse") == 0)
    }

    @Test("Nothing is done that comes from elsewhere, or that there is not")
    func refusals() async throws {
        let page = try await server.get("/p/status")
        let token = try #require(page.formToken)
        let target = "/p/status/exporters/warehouse/pause"
        #expect(try await server.post(target, [], cookie: page.cookie).status == 403)
        #expect(try await server.post(target, [("csrf", token)]).status == 403)
        #expect(try await server.post(target, [("csrf", token)], as: server.session(), cookie: page.cookie).status == 403)
        #expect(try await storage.pause(of: "warehouse") == nil)
        for (target, status) in [
            ("/p/status/exporters/warehouse/explode", 404), ("/p/status/exporters/nobody/pause", 404),
            ("/p/prod/status/exporters/warehouse/pause", 404), ("/p/status", 405),
        ] {
            let answer = try await server.send(target, [], from: page)
            #expect(answer.status == status, "\(target)")
            Markup.check(answer)
        }
    }
}

/// Exporters of a server that a test describes.
private final class FakeExporters: ExporterDirectory {
    private let restarts = Mutex<[String]>([])
    var restarted: [String] { restarts.withLock { $0 } }

    var exporters: [ListedExporter] {
        var warehouse = ExporterReport(
            ConsumerStatus(
                name: "warehouse", phase: .following, generation: 0, position: 7, head: 9, failures: 2, lastError: "It <answered> 503."))
        warehouse.lagSeconds = 1.5
        warehouse.circuit = "half_open"
        warehouse.counts.delivered = 5
        return [
            ListedExporter(name: "away", type: "webhook", report: nil),
            ListedExporter(name: "warehouse", type: "webhook", report: warehouse),
        ]
    }

    func restart(_ name: String) { restarts.withLock { $0.append(name) } }
    func test(_ name: String, with event: LoggedEvent) async throws -> String { "" }
}
