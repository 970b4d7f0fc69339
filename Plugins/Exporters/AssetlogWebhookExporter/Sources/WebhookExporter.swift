#if Webhook
import AssetlogCore
import AssetlogCrypto
import AssetlogDelivery
import Logging
import Synchronization

/// Posts events, over one connection for each delivery at once. What it remembers is behind a `Mutex`.
final class WebhookExporter: Exporter {
    /// What makes requests of events.
    private enum Format: Sendable {
        case cloudEvents(CloudEventFormat, WebhookKeys.Mode)
        case standardWebhooks(StandardWebhookFormat)
        case slack(SlackFormat, WebhookKeys.Messages)
    }

    private let destination: HTTPDestination
    private let format: Format
    private let logger: Logger
    private let connections = ConnectionPool()
    private let failures = Mutex(FailureMemory())
    private let isClosed = Atomic(false)

    let order = DeliveryOrder.asset

    /// Reads the files that the settings name; no connection is opened.
    static func open(
        _ settings: WebhookSettings, publicURL: String? = nil, logger: Logger = Logger(label: "assetlog.webhook")
    ) async throws -> WebhookExporter {
        let destination = try await settings.destination.opened()
        if let name = WebhookSettings.reservedHeader(destination.headerNames) {
            throw ExportError("The file of headers has \(name), which this exporter sets itself; remove it.", isRetriable: false)
        }
        return WebhookExporter(destination, try await format(settings.form, publicURL), logger)
    }

    private init(_ destination: HTTPDestination, _ format: Format, _ logger: Logger) {
        self.destination = destination
        self.format = format
        self.logger = logger
    }

    private static func format(_ form: WebhookSettings.Form, _ publicURL: String?) async throws -> Format {
        switch form {
        case .cloudEvents(let mode, let source):
            return .cloudEvents(CloudEventFormat(source: source ?? publicURL ?? "/assetlog"), mode)
        case .standardWebhooks(.given(let secrets)):
            return .standardWebhooks(StandardWebhookFormat(secrets: .given(secrets)))
        case .standardWebhooks(.file(let path)):
            return .standardWebhooks(StandardWebhookFormat(secrets: .file(try await SigningSecretFile(path))))
        case .slack(let messages):
            return .slack(SlackFormat(publicURL: publicURL), messages)
        }
    }

    /// The secrets that sign; nil: none do.
    var secrets: StandardWebhookFormat.Secrets? {
        if case .standardWebhooks(let format) = format { format.secrets } else { nil }
    }

    func run() async throws {
        if case .file(let file) = secrets {
            await file.watch(logger)
        } else {
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        }
    }

    func close() async {
        isClosed.store(true, ordering: .relaxed)
        connections.close()
    }

    // MARK: Delivering

    func deliver(_ batch: ExportBatch) async throws -> [DeliveryResult] {
        guard !isClosed.load(ordering: .relaxed) else {
            throw ExportError("The exporter to \(destination.origin) was closed.", isRetriable: false)
        }
        switch format {
        case .cloudEvents(let format, .batched):
            return try await deliverTogether(batch) { format.batched($0) }
        case .cloudEvents(let format, .structured):
            return try await deliverEach(batch) { format.structured($0) }
        case .cloudEvents(let format, .binary):
            return try await deliverEach(batch) { format.binary($0) }
        case .standardWebhooks(let format):
            return try await deliverEach(batch) { try format.message($0) }
        case .slack(let format, let messages):
            return try await deliverMessages(batch, format, messages)
        }
    }

    private func deliverTogether(
        _ batch: ExportBatch, _ message: (ArraySlice<LoggedEvent>) -> WebhookMessage
    ) async throws -> [DeliveryResult] {
        var division = BatchDivision(count: batch.events.count)
        while let range = division.next() {
            let result = try await send(message(batch.events[range]), isFirst: division.isFresh)
            division.finish(range, result)
        }
        return division.outcome
    }

    private func deliverEach(
        _ batch: ExportBatch, _ message: (LoggedEvent) throws -> WebhookMessage
    ) async throws -> [DeliveryResult] {
        var isFirst = true
        return try await batch.deliverEach { event in
            defer { isFirst = false }
            return try await send(message(event), isFirst: isFirst)
        }
    }

    private func deliverMessages(
        _ batch: ExportBatch, _ format: SlackFormat, _ messages: WebhookKeys.Messages
    ) async throws -> [DeliveryResult] {
        var isFirst = true
        return try await batch.deliverEach { event in
            let occurrence = failures.withLock { $0.occurrence(event) }
            guard occurrence != .other || messages == .all else {
                return .skipped(reason: "neither a failure, a failed check nor a recovery")
            }
            defer { isFirst = false }
            let result = try await send(format.message(event, occurrence), isFirst: isFirst)
            if result == .delivered { failures.withLock { $0.record(event, occurrence) } }
            return result
        }
    }

    // MARK: Requests

    // The results of the requests before must not be lost to an error: then the events after them wait, and the next
    // delivery meets the same answer first.
    private func send(_ message: WebhookMessage, isFirst: Bool) async throws -> DeliveryResult {
        let answer: OutboundAnswer
        do {
            answer = try await connections.send(destination.request(headers: message.headers, body: message.body))
        } catch let error as DeliveryError {
            return error.code == .invalidRequest ? .rejected(DeliveryFailure(error: error)) : .retry(DeliveryFailure(error: error))
        }
        guard answer.status == 410 else { return destination.result(of: answer) }
        guard !isFirst else {
            throw ExportError(
                "\(destination.origin) answered 410: it wants no more events. Remove the exporter, or correct its URL and restart it.",
                isRetriable: false)
        }
        var failure = destination.failure(of: answer)
        failure.isCounted = false
        return .retry(failure)
    }

    // MARK: Trying

    func test(with event: LoggedEvent) async throws -> String {
        let start = ContinuousClock.now
        let result = try await send(testMessage(event), isFirst: true)
        let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
        switch result {
        case .delivered:
            return "\(destination.origin) took a test event in \(Int(milliseconds)) ms."
        case .retry(let failure), .rejected(let failure):
            throw ExportError(failure.answer.isEmpty ? failure.message : "\(failure.message) It said: \(failure.answer.prefix(200))")
        case .skipped, .untried:
            throw ExportError("Nothing was sent to \(destination.origin).")
        }
    }

    private func testMessage(_ event: LoggedEvent) throws -> WebhookMessage {
        switch format {
        case .cloudEvents(let format, .batched): format.batched([event], type: EventTypeName.test)
        case .cloudEvents(let format, .structured): format.structured(event, type: EventTypeName.test)
        case .cloudEvents(let format, .binary): format.binary(event, type: EventTypeName.test)
        case .standardWebhooks(let format): try format.message(event, type: EventTypeName.test)
        case .slack(let format, _): format.message(event, .other, isTest: true)
        }
    }

    func preview(_ batch: ExportBatch) async throws -> String? {
        let messages: [WebhookMessage] =
            switch format {
            case .cloudEvents(let format, .batched): [format.batched(batch.events)]
            case .cloudEvents(let format, .structured): batch.events.map { format.structured($0) }
            case .cloudEvents(let format, .binary): batch.events.map { format.binary($0) }
            case .standardWebhooks(let format): try batch.events.map { try format.message($0) }
            case .slack(let format, _):
                failures.withLock { memory in batch.events.map { format.message($0, memory.occurrence($0)) } }
            }
        return messages.map { destination.text(of: destination.request(headers: $0.headers, body: $0.body)) }.joined(separator: "\n\n")
    }
}
#endif
