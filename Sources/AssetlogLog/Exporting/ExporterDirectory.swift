public import AssetlogCore

/// The exporters that a server is configured to run, by name: how each is doing, and what can be asked of it beside the storage.
public protocol ExporterDirectory: Sendable {
    /// The exporters by name, those that could not be opened yet included.
    var exporters: [ListedExporter] { get }

    /// Lets an exporter that stopped for good, or whose destination is left alone, try again at once. Unknown names are passed over.
    func restart(_ name: String)

    /// Tries whether the destination of an exporter takes events; see ``Exporter/test(with:)``.
    ///
    /// - Parameters:
    ///   - name: The exporter's name.
    ///   - event: A made-up event, for destinations that can't be tried otherwise.
    /// - Throws: What the exporter throws, and an ``ExportError`` when it is not open.
    func test(_ name: String, with event: LoggedEvent) async throws -> String
}

/// An exporter of a running server.
public struct ListedExporter: Hashable, Sendable {
    /// Its name in the configuration.
    public var name: String
    /// The type that its configuration names.
    public var type: String
    /// How it is doing; nil: it could not be opened yet.
    public var report: ExporterReport?
    /// Why it could not be opened; nil: it is open, or nobody tried yet.
    public var failure: String?

    /// Lists an exporter.
    public init(name: String, type: String, report: ExporterReport?, failure: String? = nil) {
        self.name = name
        self.type = type
        self.report = report
        self.failure = failure
    }
}

extension ExporterReport {
    /// The report of an exporter of which no more is known than its consumer says.
    public init(_ consumer: ConsumerStatus) {
        self.init(
            consumer: consumer, pause: nil, circuit: "closed", lagSeconds: 0, waiting: 0, deadLetters: 0, counts: ExporterCounts())
    }
}

extension LoggedEvent {
    /// A made-up event of now, which is in no log: to test an exporter with, or to show what it would send.
    package static func madeUp(for exporter: String, at time: Timestamp = .now()) -> LoggedEvent {
        var ids = EventIDGenerator()
        let details = """
            {"description":"A test of the exporter \(exporter); nothing happened.","metadata":{"test":{"type":"bool","value":true}}}
            """
        return LoggedEvent(
            sequence: 1,
            event: Event(
                id: ids.next(at: time), kind: .materialization, assetKey: AssetKey(["assetlog", "test"]), timestamp: time,
                receivedAt: time, details: Array(details.utf8)))
    }
}
