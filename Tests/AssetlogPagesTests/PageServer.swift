import AssetlogAccess
import AssetlogCatalog
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
@testable import AssetlogPages

/// What tests of whole pages need: a build with a catalog.
let hasCatalog = CatalogFactory.isCompiledIn

/// The pages over a log in memory and a catalog of it, asked in process.
final class PageServer: Sendable {
    let log: EventLog
    let tokens = TokenRegistry([], isComplete: true)
    private let catalog: (any FollowingCatalog)?
    private let following: Task<Void, Never>?
    private let service: APIService
    private let signer: SessionSigner
    private let directory: URL
    let prefix: String

    init(
        prefix: String = "", deployments: [String] = [], isReadOnly: Bool = false, isTokenRequired: Bool = false,
        publicURL: String? = nil, storage: (any Storage)? = nil, keepsCatalog: Bool = true,
        exporters: any ExporterDirectory = ExporterRegistry(), receivers: [NamedReceiver] = []
    ) async throws {
        self.prefix = prefix
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let running: any Storage
        if let storage { running = storage } else { running = try await Self.memoryStorage() }
        let log = EventLog(storage: running, logger: logger)
        self.log = log
        directory = FileManager.default.temporaryDirectory.appending(path: "assetlog-pages-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        var settings = CatalogSettings(path: directory.appending(path: "catalog.sqlite").path)
        settings.pollInterval = .milliseconds(5)
        settings.gatheringTime = .zero
        let catalog = keepsCatalog ? CatalogFactory.make(settings, log: running, changes: { log.changes() }, logger: logger) : nil
        self.catalog = catalog
        following = catalog.map { catalog in Task { await catalog.run() } }
        let signer = try SessionSigner(key: SessionSigner.randomKey())
        self.signer = signer
        service = APIService(
            log: log, catalog: catalog,
            configuration: APIConfiguration(
                paths: PathScheme(prefix: prefix, deployments: deployments, isReadOnly: isReadOnly), isTokenRequired: isTokenRequired,
                publicURL: publicURL, version: "1.2.3"),
            voids: VoidIndex(storage: running, logger: logger), exporters: exporters,
            receivers: receivers, pages: Pages(signer: signer, tokens: tokens, audit: nil).group, logger: logger)
    }

    deinit {
        following?.cancel()
        try? FileManager.default.removeItem(at: directory)
    }

    private static func memoryStorage() async throws -> any Storage {
        let configuration = try PluginConfiguration(
            section: "storage.memory", keys: StoragePlugin.memory.keys, values: [:], directory: "/", dataDirectory: "/")
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        return try await StoragePlugin.memory.configure(configuration).open(PluginContext(name: "memory", logger: logger))
    }

    /// Appends events, and waits until the catalog contains them.
    @discardableResult
    func record(_ events: [Event]) async throws -> [LoggedEvent] {
        let sequences = try #require(try log.storage.append(EventBatch(events)).sequences)
        try await reach(sequences.upperBound)
        return zip(sequences, events).map { LoggedEvent(sequence: $0, event: $1) }
    }

    /// Waits until the catalog contains an event.
    func reach(_ sequence: Int64) async throws {
        guard let catalog else { return }
        try #require(await catalog.waitFor(sequence: sequence, atMost: .seconds(300)))
    }

    /// Waits until the catalog says that it has read all there is.
    func settle() async throws {
        try await until { catalog?.status.phase ?? .following == .following }
    }

    // MARK: Asking

    /// Asks for a page as a browser does.
    func get(
        _ target: String, as identity: RequestIdentity = .init(), accept: String? = "text/html,application/xhtml+xml,*/*;q=0.8",
        fields: [HTTPField.Name: String] = [:], authority: String? = "localhost:3000", scheme: String? = "http"
    ) async throws -> Page {
        var head = HTTPRequest(method: .get, scheme: scheme, authority: authority, path: target)
        head.headerFields[.accept] = accept
        for (name, value) in fields { head.headerFields[name] = value }
        return try await ask(head, identity)
    }

    /// Sends a form.
    func post(
        _ target: String, _ form: [(String, String)], as identity: RequestIdentity = .init(), cookie: String? = nil,
        fields: [HTTPField.Name: String] = [:]
    ) async throws -> Page {
        var head = HTTPRequest(method: .post, scheme: "http", authority: "localhost:3000", path: target)
        head.headerFields[.accept] = "text/html"
        head.headerFields[.contentType] = "application/x-www-form-urlencoded"
        head.headerFields[.cookie] = cookie
        for (name, value) in fields { head.headerFields[name] = value }
        let body = form.map { "\($0)=\(PercentCoding.encode($1))" }.joined(separator: "&")
        return try await ask(head, identity, body: body)
    }

    /// Sends the form of a page from that page, in the same browser.
    func send(_ target: String, _ form: [(String, String)], from page: Page, as identity: RequestIdentity = .init()) async throws -> Page {
        let token = try #require(page.formToken, "the page has no form")
        return try await post(target, form + [("csrf", token)], as: identity, cookie: page.cookie)
    }

    /// Sends a request of any method, without a body.
    func ask(_ method: HTTPRequest.Method, _ target: String) async throws -> Page {
        try await ask(HTTPRequest(method: method, scheme: "http", authority: "localhost:3000", path: target), RequestIdentity())
    }

    private func ask(_ head: HTTPRequest, _ identity: RequestIdentity, body: String = "") async throws -> Page {
        let response = await service.responder.respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body))), identity)
        let collected = CollectedBody()
        try await response.body.write(collected)
        return Page(
            status: response.status.code, headers: response.headers, text: String(decoding: collected.bytes, as: UTF8.self))
    }

    // MARK: Who asks

    /// Who has signed in with a token.
    func session(_ rights: AccessRights = .all) throws -> RequestIdentity {
        let token = try NewToken()
        let grant = AccessGrant(name: "ann", rights: rights)
        tokens.replace(with: [TokenRecord(id: token.id, hash: token.hash, grant: grant, createdAt: .now())])
        let entry = try #require(try tokens.token(token.text, at: .now()))
        var identity = RequestIdentity(caller: Caller(token: entry))
        identity.session = try signer.session(for: entry, at: .now())
        return identity
    }
}

extension RequestIdentity {
    /// Who has sent a token with the request.
    static func token(_ rights: AccessRights, assets: [String] = [], deployments: [String] = []) throws -> RequestIdentity {
        func patterns(_ texts: [String]) throws -> [PartPattern] { try texts.map { try #require(PartPattern($0)) } }
        let grant = AccessGrant(name: "reader", rights: rights, assets: try patterns(assets), deployments: try patterns(deployments))
        return RequestIdentity(caller: Caller(grant: grant))
    }
}

/// An answer to a browser.
struct Page {
    let status: Int
    let headers: HTTPFields
    let text: String
    let document: Document

    init(status: Int, headers: HTTPFields, text: String) {
        (self.status, self.headers, self.text) = (status, headers, text)
        document = Document(text)
    }

    /// What a reader reads.
    var words: String { document.words }
    /// Where its links lead.
    var links: [String] { document.values(of: "href", in: "a") }
    /// Where the links lead that have a class, in their order.
    func links(_ style: String) -> [String] {
        document.elements.filter { $0.name == "a" && $0["class"] == style }.compactMap { $0["href"] }
    }
    /// What a reader reads in the first element with an attribute.
    func words(where name: String, _ value: String) -> String? { document.words(where: name, value) }
    /// Where the link to the next page leads.
    var next: String? { document.elements.first { $0["rel"] == "next" }?["href"] }

    /// The hidden field of its forms.
    var formToken: String? { document.elements.first { $0["name"] == "csrf" }?["value"] }
    /// What the browser sends with its forms.
    var cookie: String? { headers[.setCookie].map { String($0.prefix { $0 != ";" }) } }
}

// MARK: Events

extension Event {
    /// An event that happened so many seconds ago.
    static func reported(
        _ kind: EventKind, _ key: [String], partition: String? = nil, deployment: String = "default",
        ago seconds: Int64 = 3600, by reporter: String? = nil, _ details: String = "{}"
    ) -> Event {
        let time = Timestamp(microseconds: Timestamp.now().microseconds - seconds * 1_000_000)
        return Event(
            id: EventID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)), deployment: deployment, kind: kind,
            assetKey: AssetKey(key), partition: partition, timestamp: time, receivedAt: time, reportedBy: reporter,
            details: Array(details.utf8))
    }

    /// A materialization that happened so many seconds ago.
    static func reported(
        _ key: [String], partition: String? = nil, deployment: String = "default", ago seconds: Int64 = 3600, by reporter: String? = nil,
        _ details: String = "{}"
    ) -> Event {
        reported(.materialization, key, partition: partition, deployment: deployment, ago: seconds, by: reporter, details)
    }

    /// The result of a check.
    static func checked(
        _ key: [String], _ name: String = "fresh", passed: Bool = true, severity: String = "ERROR", partition: String? = nil,
        ago seconds: Int64 = 3600
    ) -> Event {
        reported(
            .check, key, partition: partition, ago: seconds,
            #"{"metadata":{},"check_name":\#(json(name)),"passed":\#(passed),"severity":"\#(severity)"}"#)
    }

    /// A failure with a message.
    static func failed(_ key: [String], _ message: String, partition: String? = nil, ago seconds: Int64 = 3600) -> Event {
        reported(
            .materializationFailed, key, partition: partition, ago: seconds,
            #"{"failure":{"reason":"UNKNOWN","message":\#(json(message))}}"#)
    }

    /// The event that voided this one two hours ago.
    func voided(because reason: String, by reporter: String? = nil) -> Event {
        let details = String(decoding: VoidDetails(voids: id, reason: reason).json, as: UTF8.self)
        var void = Event.reported(.void, assetKey.parts, partition: partition, deployment: deployment, ago: 7200, by: reporter, details)
        void.id = id.voidID
        return void
    }

    /// A text as JSON.
    static func json(_ text: String) -> String {
        var bytes: [UInt8] = []
        CanonicalJSON.appendString(text.utf8, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
