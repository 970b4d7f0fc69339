import AssetlogAccess
import AssetlogCore
import AssetlogLog
import AssetlogMemoryStorage
import AssetlogObservation
import AssetlogWeb
import Foundation
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import TestSupport
import Testing

@testable import AssetlogAPI

/// A service over the memory storage, asked in process.
struct Server {
    let log: EventLog
    let voids: VoidIndex
    let service: APIService
    private let prefix: String
    // The document of the built server has other receivers.
    private let keepsExchanges: Bool

    init(
        prefix: String = "", deployments: [String] = [], isReadOnly: Bool = false,
        storage: (any Storage)? = nil, probeTimeout: Duration = .seconds(2),
        exporters: any ExporterDirectory = ExporterRegistry(), receivers: [NamedReceiver] = [], audit: AuditLog? = nil
    ) async throws {
        self.prefix = prefix
        keepsExchanges = receivers.isEmpty
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let running: any Storage
        if let storage { running = storage } else { running = try await Self.memoryStorage() }
        log = EventLog(storage: running, logger: logger)
        voids = VoidIndex(storage: running, interval: .milliseconds(20), logger: logger)
        let registry = MetricsRegistry()
        log.register(in: registry)
        service = APIService(
            log: log,
            configuration: APIConfiguration(
                paths: PathScheme(prefix: prefix, deployments: deployments, isReadOnly: isReadOnly), version: "1.2.3",
                probeTimeout: probeTimeout),
            voids: voids, exporters: exporters, receivers: receivers, audit: audit, registry: registry, logger: logger)
    }

    static func memoryStorage() async throws -> any Storage {
        let configuration = try PluginConfiguration(
            section: "storage.memory", keys: StoragePlugin.memory.keys, values: [:], directory: "/", dataDirectory: "/")
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        return try await StoragePlugin.memory.configure(configuration)
            .open(PluginContext(name: "memory", logger: logger))
    }

    /// Appends events to the storage and returns what they became.
    @discardableResult
    func record(_ events: [Event]) throws -> [LoggedEvent] {
        var batch = EventBatch(capacity: 1 << 16)
        for event in events { batch.append(event) }
        let sequences = try #require(try log.storage.append(batch).sequences)
        return zip(sequences, events).map { LoggedEvent(sequence: $0, event: $1) }
    }

    func get(
        _ target: String, headers: HTTPFields = [:], _ admission: RequestIdentity = .init()
    ) async throws -> Answer {
        try await ask(.get, target, headers: headers, admission: admission)
    }

    func ask(
        _ method: HTTPRequest.Method, _ target: String, headers: HTTPFields = [:],
        authority: String? = "localhost:3000", scheme: String? = "http", admission: RequestIdentity = .init(),
        body: String = ""
    ) async throws -> Answer {
        let head = HTTPRequest(
            method: method, scheme: scheme, authority: authority, path: target, headerFields: headers)
        let response = await service.responder.respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body))), admission)
        let collected = CollectedBody()
        try await response.body.write(collected)
        let answer = Answer(status: response.status.code, headers: response.headers, body: collected.bytes)
        if keepsExchanges { try Exchanges.shared?.keep(method, target, prefix: prefix, answer) }
        return answer
    }
}

/// An answer of the service.
struct Answer {
    var status: Int
    var headers: HTTPFields
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as a JSON object.
    func json() throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(body)) as? [String: Any], "not an object: \(text)")
    }

    /// The sequences of a page of events, and where the next one starts.
    func page() throws -> (sequences: [Int], next: Int) {
        #expect(status == 200, "\(text)")
        let page = try json()
        let events = try #require(page["events"] as? [[String: Any]])
        return (events.compactMap { $0["sequence"] as? Int }, try #require(page["next"] as? Int))
    }

    /// Checks that the answer is problem details of a status, and returns the sentence in it.
    func problem(_ status: Int, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        #expect(self.status == status, "\(text)", sourceLocation: sourceLocation)
        #expect(headers[.contentType] == "application/problem+json", sourceLocation: sourceLocation)
        let members = try json()
        #expect(members["type"] as? String == "about:blank", sourceLocation: sourceLocation)
        #expect((members["title"] as? String)?.isEmpty == false, sourceLocation: sourceLocation)
        #expect(members["status"] as? Int == status, sourceLocation: sourceLocation)
        return try #require(members["detail"] as? String, sourceLocation: sourceLocation)
    }
}

extension Event {
    /// An event that happened so many seconds after 2026-11-23T00:00:00Z.
    static func sample(
        _ kind: EventKind = .materialization, key: [String] = ["warehouse", "orders"], partition: String? = nil,
        deployment: String = "default", after seconds: Int64 = 0, details: String = "{}"
    ) -> Event {
        let time = Timestamp(microseconds: (1_795_392_000 + seconds) * 1_000_000)
        let isBareCheck = kind == .check && details == "{}"
        let details = isBareCheck ? #"{"metadata":{},"check_name":"rows","passed":true,"severity":"ERROR"}"# : details
        return Event(
            id: EventID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)), deployment: deployment,
            kind: kind,
            assetKey: AssetKey(key), partition: partition, timestamp: time, receivedAt: time,
            details: Array(details.utf8))
    }
}
