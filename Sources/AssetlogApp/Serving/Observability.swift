import AssetlogLog
import AssetlogObservation
import Logging

/// What a server counts and writes for its operator: the metrics, the access log and the audit log.
struct Observability: Sendable {
    /// The families of the process.
    let registry: MetricsRegistry
    /// The consumers that report how they are doing.
    let consumers = ConsumerRegistry()
    /// The exporters, which say more.
    let exporters = ExporterRegistry()
    /// Changes and refusals.
    let audit: AuditLog
    /// What is notified of requests.
    let requests: RequestLogs
    private let writers: [LineWriter]

    /// Opens the files that the settings name.
    ///
    /// - Throws: `LogFileError`, with a sentence for the operator.
    static func open(
        _ settings: LogSettings, makeLogger: @Sendable (String) -> Logger
    ) async throws -> Observability {
        let format = LogFormat(settings.format)
        let access = try settings.accessFile.map { path in
            try LineWriter(path: path, format: format, name: "assetlog.access", logger: makeLogger("assetlog.access"))
        }
        do {
            let audit = try settings.auditFile.map { path in
                try LineWriter(path: path, format: format, name: "assetlog.audit", logger: makeLogger("assetlog.audit"))
            }
            return Observability(access: access, audit: audit, format, makeLogger)
        } catch {
            await access?.close()
            throw error
        }
    }

    private init(
        access: LineWriter?, audit: LineWriter?, _ format: LogFormat, _ makeLogger: @Sendable (String) -> Logger
    ) {
        self.audit =
            audit.map { AuditLog(writer: $0, format: format) } ?? AuditLog(messages: makeLogger("assetlog.audit"))
        requests = RequestLogs(access: access.map { AccessLog(writer: $0, format: format) }, audit: self.audit)
        writers = [access, audit].compactMap { $0 }
        registry = MetricsRegistry()
        register(access: access, audit: audit)
    }

    private func register(access: LineWriter?, audit: LineWriter?) {
        ProcessMetrics.register(in: registry)
        consumers.register(in: registry)
        exporters.register(in: registry)
        registry.register(MetricFamily("assetlog_build", .info, help: "The version of the server.")) {
            let traits = BuildFeatures.all.filter(\.isCompiledIn).map(\.name).joined(separator: ",")
            return [MetricSample(["version": Assetlog.version, "traits": traits], .integer(1))]
        }
        let dropped = MetricFamily(
            "assetlog_journal_lines_dropped", .counter,
            help: "Lines of the access log and the audit log that were lost because the disk was too slow or failed.")
        if let access { registry.register(dropped, ["journal": "access"], access.dropped) }
        if let audit { registry.register(dropped, ["journal": "audit"], audit.dropped) }
    }

    /// Does what is to be done in the meantime, until it is cancelled.
    func run() async {
        await audit.run()
    }

    /// Opens the files again, after something has renamed them.
    func reopen() {
        for writer in writers { writer.reopen() }
    }

    /// Writes what waits and closes the files.
    func close() async {
        for writer in writers { await writer.close() }
    }
}

extension LogFormat {
    /// The format of the messages is that of the access and audit log too.
    init(_ format: LogSettings.Format) {
        switch format {
        case .text: self = .text
        case .json: self = .json
        }
    }
}
