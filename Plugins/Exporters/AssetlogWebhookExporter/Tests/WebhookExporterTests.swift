#if Webhook
import AssetlogCore
import Foundation
import Logging
import Synchronization
import Testing

@testable import AssetlogWebhookExporter

@Suite("The exporter webhook")
struct WebhookExporterTests {
    enum Fate: Equatable, Sendable {
        case delivered, skipped, counted, uncounted, rejected, untried

        init(_ result: DeliveryResult) {
            switch result {
            case .delivered: self = .delivered
            case .skipped: self = .skipped
            case .retry(let failure): self = failure.isCounted ? .counted : .uncounted
            case .rejected: self = .rejected
            case .untried: self = .untried
            }
        }
    }

    private static func deliver(
        _ events: [LoggedEvent], to receiver: Receiver, _ values: [String: [String]] = [:]
    ) async throws -> [DeliveryResult] {
        let exporter = try await WebhookFixture.exporter(to: receiver, values)
        let results = try await exporter.deliver(WebhookFixture.batch(events))
        await exporter.close()
        return results
    }

    private static let events = (1...4).map { WebhookFixture.event($0, key: ["\($0)"]) }

    @Test("posts one event in each request, over one connection, in their order", arguments: ["structured", "binary"])
    func single(_ mode: String) async throws {
        let receiver = try Receiver()
        let results = try await Self.deliver(Self.events, to: receiver, ["mode": [mode], "headers": ["X-Team: data"]])
        #expect(results.map(Fate.init) == Array(repeating: .delivered, count: 4))
        let requests = receiver.requests
        #expect(Set(requests.map(\.connection)) == [1])
        #expect(requests.allSatisfy { $0.headers["x-team"] == "data" && $0.headers["user-agent"] == "Assetlog" })
        let sequences = requests.map { mode == "binary" ? $0.headers["ce-sequence"] : $0.object["sequence"] as? String }
        #expect(sequences.compactMap { $0.flatMap { Int($0) } } == [1, 2, 3, 4])
    }

    @Test("posts several events in a request where that is asked for")
    func batched() async throws {
        let receiver = try Receiver()
        let results = try await Self.deliver(Self.events, to: receiver, ["mode": ["batched"]])
        #expect(results.map(Fate.init) == Array(repeating: .delivered, count: 4))
        #expect(receiver.requests.map { ($0.json as? [Any])?.count } == [4])
    }

    @Test("signs with the secrets that their file has, and with the previous ones while it has none that are valid")
    func changedSecrets() async throws {
        let file = NSTemporaryDirectory() + "secrets-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        func write(_ text: String) throws { try text.write(toFile: file, atomically: true, encoding: .utf8) }
        try write(WebhookFixture.secrets[0])
        let receiver = try Receiver()
        let exporter = try await WebhookFixture.exporter(
            to: receiver, ["format": ["standard-webhooks"], "secret_file": [file]])
        let work = Task { try await exporter.run() }
        /// Delivers until a request has so many signatures; returns them.
        func signatures(_ count: Int) async throws -> [Substring] {
            while true {
                _ = try await exporter.deliver(WebhookFixture.batch([Self.events[0]]))
                let found = receiver.requests.last?.headers["webhook-signature"]?.split(separator: " ") ?? []
                if found.count == count { return found }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        #expect(try await signatures(1).count == 1)
        try write(WebhookFixture.secrets.joined(separator: "\n"))
        #expect(try await signatures(2).count == 2)
        try write("hunter2")
        // What is not valid changes nothing, however often it is read.
        guard case .file(let secrets) = exporter.secrets else { return #expect(Bool(false), "no file") }
        await secrets.readAgain(Logger(label: "test"))
        #expect(secrets.secrets.count == 2)
        try write(WebhookFixture.secrets[1])
        #expect(try await signatures(1).count == 1)
        #expect(try secrets.secrets == [SigningSecret(WebhookFixture.secrets[1])])
        work.cancel()
        _ = await work.result
        await exporter.close()
    }

    @Test("signs with every secret")
    func signed() async throws {
        let receiver = try Receiver()
        _ = try await Self.deliver(
            [Self.events[0]], to: receiver, ["format": ["standard-webhooks"], "secret": WebhookFixture.secrets])
        let request = try #require(receiver.requests.first)
        let id = try #require(request.headers["webhook-id"])
        let seconds = try #require(request.headers["webhook-timestamp"])
        let expected = try WebhookFixture.secrets.map {
            try SigningSecret($0).signature(of: Array("\(id).\(seconds).\(request.body)".utf8))
        }
        #expect(request.headers["webhook-signature"] == expected.joined(separator: " "))
    }

    @Test(
        "does with an answer what the destination means by it",
        arguments: [
            (200, Fate.delivered), (204, .delivered), (302, .counted), (400, .rejected), (401, .rejected), (404, .rejected),
            (408, .counted),
            (413, .rejected), (425, .counted), (429, .uncounted), (500, .counted), (501, .counted), (502, .uncounted), (503, .uncounted),
            (504, .uncounted),
        ])
    func answers(_ status: Int, _ fate: Fate) async throws {
        let receiver = try Receiver { _ in .status(status, ["Retry-After: 7"], "because") }
        for format in [["mode": ["structured"]], ["mode": ["batched"]], ["format": ["slack"], "messages": ["all"]]] {
            let result = try #require(try await Self.deliver([Self.events[0]], to: receiver, format).first)
            #expect(Fate(result) == fate)
            guard case .retry(let failure) = result else { continue }
            #expect(failure.answer == "because")
            #expect(failure.retryAfter == .seconds(7))
        }
    }

    @Test("stops for good when the destination wants no more", arguments: ["structured", "batched"])
    func gone(_ mode: String) async throws {
        let receiver = try Receiver { _ in .status(410) }
        let error = await #expect(throws: ExportError.self) {
            try await Self.deliver(Self.events, to: receiver, ["mode": [mode]])
        }
        #expect(error?.isRetriable == false)
        #expect(error?.message.contains("answered 410: it wants no more events") == true)
        #expect(receiver.requests.count == 1)
    }

    @Test("keeps what was delivered before the destination wanted no more")
    func goneLater() async throws {
        let count = Atomic(0)
        let receiver = try Receiver { _ in count.add(1, ordering: .relaxed).newValue > 2 ? .status(410) : .status(200) }
        let results = try await Self.deliver(Self.events, to: receiver)
        #expect(results.map(Fate.init) == [.delivered, .delivered, .uncounted, .untried])
    }

    @Test("goes on after an event that is refused, and holds what follows one that fails in its asset")
    func holds() async throws {
        let receiver = try Receiver { request in
            switch Int(request.object["sequence"] as? String ?? "") {
            case 2: .status(422)
            case 3: .status(500)
            default: .status(200)
            }
        }
        let events = [(1, "a"), (2, "a"), (3, "a"), (4, "a"), (5, "b")].map { WebhookFixture.event(Int64($0.0), key: [$0.1]) }
        let results = try await Self.deliver(events, to: receiver)
        #expect(results.map(Fate.init) == [.delivered, .rejected, .counted, .untried, .delivered])
    }

    @Test("finds the one event of a batch that is refused")
    func divides() async throws {
        let receiver = try Receiver { request in
            let sequences = (request.json as? [[String: Any]] ?? []).map { $0["sequence"] as? String }
            return sequences.contains("0000000000000000003") ? .status(400, [], "bad") : .status(200)
        }
        let results = try await Self.deliver(Self.events, to: receiver, ["mode": ["batched"]])
        #expect(results.map(Fate.init) == [.delivered, .delivered, .rejected, .delivered])
    }

    @Test("tries again what got no answer, and tells apart whether the event may be the reason")
    func noAnswer() async throws {
        let closing = try Receiver { _ in .close }
        #expect(try await Self.deliver(Self.events, to: closing).map(Fate.init) == Array(repeating: .counted, count: 4))
        let silent = try Receiver { _ in .silence }
        #expect(
            try await Self.deliver(Self.events, to: silent, ["timeout": ["100ms"]]).map(Fate.init) == [
                .uncounted, .untried, .untried, .untried,
            ])
        closing.stop()
        let nowhere = ["url": ["http://127.0.0.1:1/"]]
        #expect(try await Self.deliver(Self.events, to: closing, nowhere).map(Fate.init) == [.uncounted, .untried, .untried, .untried])
    }

    @Test("sends nothing to a private address that a name leads to")
    func privateAddress() async throws {
        let receiver = try Receiver()
        let results = try await Self.deliver(
            [Self.events[0]], to: receiver,
            ["url": ["http://localhost:\(receiver.port)/"], "allow_private_addresses": ["false"]])
        guard case .retry(let failure) = results[0] else { return #expect(Bool(false)) }
        #expect(!failure.isCounted)
        #expect(failure.message.contains("allow private addresses if it is meant"))
        #expect(receiver.requests.isEmpty)
    }

    // MARK: Chat

    @Test("writes of problems and recoveries only, and passes over the rest with a reason")
    func chat() async throws {
        let receiver = try Receiver()
        let events = [
            WebhookFixture.event(1), WebhookFixture.event(2, .materializationFailed), WebhookFixture.event(3), WebhookFixture.event(4),
            WebhookFixture.check(5, passed: true), WebhookFixture.check(6, passed: false), WebhookFixture.check(7, passed: true),
        ]
        let results = try await Self.deliver(events, to: receiver, ["format": ["slack"]])
        #expect(results.map(Fate.init) == [.skipped, .delivered, .delivered, .skipped, .skipped, .delivered, .delivered])
        #expect(
            receiver.requests.map { $0.object["text"] as? String } == [
                "Failed: warehouse/orders", "Recovered, materialized: warehouse/orders", "Check failed (ERROR): rows of orders",
                "Recovered, check passed: rows of orders",
            ])
    }

    @Test("writes of a recovery again when its message was not taken")
    func repeatedRecovery() async throws {
        let count = Atomic(0)
        let receiver = try Receiver { _ in count.add(1, ordering: .relaxed).newValue == 2 ? .status(503) : .status(200) }
        let exporter = try await WebhookFixture.exporter(to: receiver, ["format": ["slack"]])
        let events = [WebhookFixture.event(1, .materializationFailed), WebhookFixture.event(2), WebhookFixture.event(3)]
        let first = try await exporter.deliver(WebhookFixture.batch(events))
        #expect(first.map(Fate.init) == [.delivered, .uncounted, .untried])
        let second = try await exporter.deliver(WebhookFixture.batch(Array(events[1...])))
        #expect(second.map(Fate.init) == [.delivered, .skipped])
        await exporter.close()
    }

    // MARK: Trying

    @Test("tries its destination with an event that says that it is a test", arguments: ["structured", "binary", "batched"])
    func test(_ mode: String) async throws {
        let receiver = try Receiver()
        let exporter = try await WebhookFixture.exporter(to: receiver, ["mode": [mode]])
        let sentence = try await exporter.test(with: WebhookFixture.event())
        #expect(sentence.hasPrefix("http://127.0.0.1:\(receiver.port) took a test event in "))
        let request = try #require(receiver.requests.first)
        let type =
            request.headers["ce-type"] ?? (request.json as? [[String: Any]])?.first?["type"] as? String ?? request.object["type"] as? String
        #expect(type == "io.assetlog.test.v1")
        await exporter.close()
    }

    @Test("says what its destination answered when it takes no event")
    func failedTest() async throws {
        let receiver = try Receiver { _ in .status(404, [], "no such hook") }
        let exporter = try await WebhookFixture.exporter(to: receiver)
        let error = await #expect(throws: ExportError.self) { try await exporter.test(with: WebhookFixture.event()) }
        #expect(error?.message.contains("answered 404; check the path of the URL. It said: no such hook") == true)
        await exporter.close()
    }

    @Test("shows the request without secrets")
    func preview() async throws {
        let receiver = try Receiver()
        let exporter = try await WebhookFixture.exporter(
            to: receiver,
            ["format": ["standard-webhooks"], "secret": WebhookFixture.secrets, "headers": ["Authorization: Bearer hunter2"]])
        let text = try #require(try await exporter.preview(WebhookFixture.batch([Self.events[0]])))
        #expect(text.hasPrefix("POST http://127.0.0.1:\(receiver.port)/hook\nContent-Type: application/json\n"))
        #expect(text.contains("Authorization: <redacted>\n\n{\"type\":\"asset.materialization\""))
        #expect(!text.contains("hunter2"))
        #expect(receiver.requests.isEmpty)
        await exporter.close()
    }
}
#endif
