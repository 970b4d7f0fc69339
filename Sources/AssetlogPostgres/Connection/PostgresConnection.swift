#if Postgres
internal import AssetlogCore
internal import CPostgres
internal import Foundation

/// One connection to PostgreSQL: a statement at a time, each in a transaction of its own, each with a deadline.
///
/// Sendable by hand-over: a caller that got it from the pool, or owns it, has it alone. All statements use the unnamed form of the
/// extended protocol, and no state of the session, so that a pooler in transaction mode may stand in between.
public final class PostgresConnection: @unchecked Sendable {
    private let handle: OpaquePointer
    /// Where the notice receiver counts; on the heap, for libpq keeps the pointer.
    private let warnings: UnsafeMutablePointer<Int>
    /// Whether the connection can still be used.
    public private(set) var isUsable = true
    /// What goes around each statement.
    public var setup = TransactionSetup()

    /// Connects, and waits for it: for each host at most the time that is given, as ``ConnectionSettings/parameters(within:)``
    /// rounds it.
    public init(_ settings: ConnectionSettings, within time: Duration) throws {
        let parameters = try settings.parameters(within: time)
        guard let handle = Self.connect(parameters) else {
            throw PostgresFailure(message: "out of memory", effect: .none, isConnectionLost: true)
        }
        guard PQstatus(handle) == CONNECTION_OK else {
            defer { PQfinish(handle) }
            throw PostgresFailure(
                state: nil, message: Self.line(PQerrorMessage(handle)), effect: .none, isConnectionLost: true)
        }
        self.handle = handle
        warnings = .allocate(capacity: 1)
        warnings.initialize(to: 0)
        PQsetnonblocking(handle, 1)
        PQsetNoticeReceiver(
            handle,
            { context, result in
                let severity = PQresultErrorField(result, assetlog_diag_severity)
                guard let severity, strcmp(severity, "WARNING") == 0 else { return }
                context?.assumingMemoryBound(to: Int.self).pointee += 1
            }, warnings)
    }

    deinit {
        PQfinish(handle)
        warnings.deallocate()
    }

    private static func connect(_ parameters: [(name: String, value: String)]) -> OpaquePointer? {
        let names = parameters.map { strdup($0.name) } + [nil]
        let values = parameters.map { strdup($0.value) } + [nil]
        defer { for text in names + values { free(text) } }
        return names.map { UnsafePointer($0) }.withUnsafeBufferPointer { names in
            values.map { UnsafePointer($0) }.withUnsafeBufferPointer { values in
                PQconnectdbParams(names.baseAddress, values.baseAddress, 1)
            }
        }
    }

    /// The number of warnings that the server sent with its answers.
    public var warningCount: Int { warnings.pointee }

    /// Runs one statement, in one round trip, and returns its rows, in binary form.
    ///
    /// - Parameter settings: A statement that sets what holds until the end of the transaction.
    /// - Throws: ``PostgresFailure``.
    @discardableResult
    public func run(
        _ statement: String, _ parameters: Parameters = .init(), with settings: String? = nil, before deadline: Deadline
    ) throws -> Rows {
        try noticingLoss {
            let before = setup.before + (settings.map { [$0] } ?? [])
            guard !before.isEmpty else { return try runAlone(statement, parameters, deadline) }
            do {
                return try runInPipeline(statement, parameters, before, deadline)
            } catch let failure as PostgresFailure where !failure.isConnectionLost && PQtransactionStatus(handle) != PQTRANS_IDLE {
                try runAlone("ROLLBACK", .init(), deadline)
                throw failure
            }
        }
    }

    @discardableResult
    private func runAlone(_ statement: String, _ parameters: Parameters, _ deadline: Deadline) throws -> Rows {
        try send(statement, parameters)
        try flush(deadline)
        return try receive(deadline)
    }

    private func runInPipeline(
        _ statement: String, _ parameters: Parameters, _ before: [String], _ deadline: Deadline
    ) throws -> Rows {
        guard PQenterPipelineMode(handle) == 1 else { throw lost(.none) }
        // What is sent before a synchronisation is one transaction.
        for other in before { try send(other, .init()) }
        try send(statement, parameters)
        for other in setup.after { try send(other, .init()) }
        guard PQpipelineSync(handle) == 1 else { throw lost(.none) }
        try flush(deadline)
        // After a failure the others have not run, and their results say no more than that.
        let results = (0...before.count + setup.after.count).map { _ in Result { try receive(deadline) } }
        _ = try receive(deadline, isSynchronisation: true)
        guard PQexitPipelineMode(handle) == 1 else { throw lost(.unknown) }
        return try results.map { try $0.get() }[before.count]
    }

    private func noticingLoss<Result>(_ body: () throws -> Result) throws -> Result {
        guard isUsable else {
            throw PostgresFailure(message: "the connection was already lost", effect: .none, isConnectionLost: true)
        }
        do {
            return try body()
        } catch let failure as PostgresFailure {
            if failure.isConnectionLost { isUsable = false }
            throw failure
        }
    }

    // MARK: The protocol

    private func send(_ statement: String, _ parameters: Parameters) throws {
        let status = parameters.withPointers { types, values, lengths, formats in
            PQsendQueryParams(
                handle, statement, Int32(types.count), types.baseAddress, values.baseAddress, lengths.baseAddress,
                formats.baseAddress, 1)
        }
        // libpq keeps what it can't send yet, so nothing of the statement has left for sure only when it refuses it.
        guard status == 1 else { throw lost(.none) }
    }

    private func flush(_ deadline: Deadline) throws {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1:
                try wait(for: Int16(POLLIN | POLLOUT), deadline)
                // The server may send before it has read everything; reading keeps both from waiting for each other.
                guard PQconsumeInput(handle) == 1 else { throw lost(.unknown) }
            default: throw lost(.unknown)
            }
        }
    }

    /// Receives the answer to one statement, or the end of a pipeline.
    private func receive(_ deadline: Deadline, isSynchronisation: Bool = false) throws -> Rows {
        var rows: Rows?
        var failure: PostgresFailure?
        while true {
            while PQisBusy(handle) == 1 {
                try wait(for: Int16(POLLIN), deadline)
                guard PQconsumeInput(handle) == 1 else { throw failure ?? lost(.unknown) }
            }
            guard let result = PQgetResult(handle) else { break }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK: rows = Rows(result)
            case PGRES_PIPELINE_SYNC where isSynchronisation: return Rows(result)
            default:
                failure = failure ?? refusal(result)
                PQclear(result)
            }
        }
        if let failure { throw failure }
        guard PQstatus(handle) == CONNECTION_OK, let rows else { throw lost(.unknown) }
        return rows
    }

    private func wait(for events: Int16, _ deadline: Deadline) throws {
        var descriptor = pollfd(fd: PQsocket(handle), events: events, revents: 0)
        while true {
            let ready = poll(&descriptor, 1, deadline.milliseconds)
            if ready > 0 { return }
            if ready < 0, errno == EINTR { continue }
            guard ready < 0 || deadline.hasPassed else { continue }
            throw PostgresFailure(
                message: ready < 0
                    ? "waiting for the server failed: \(String(cString: strerror(errno)))"
                    : "the server did not answer in time",
                effect: .unknown, isConnectionLost: true)
        }
    }

    private func refusal(_ result: OpaquePointer) -> PostgresFailure {
        let state = PQresultErrorField(result, assetlog_diag_sqlstate).map { String(cString: $0) }
        let message = PQresultErrorField(result, assetlog_diag_message).map { Self.line($0) }
        let isLost = PQstatus(handle) != CONNECTION_OK
        // A server that ends the session (class 57P) may do so after the commit, and 40003 says it; any other error
        // undid the statement.
        let isSettled = !isLost && state != nil && state?.hasPrefix("57P") == false && state != "40003"
        return PostgresFailure(
            state: state, message: message ?? Self.line(PQresultErrorMessage(result)),
            effect: isSettled ? .none : .unknown, isConnectionLost: isLost || !isSettled)
    }

    private func lost(_ effect: PostgresFailure.Effect) -> PostgresFailure {
        isUsable = false
        return PostgresFailure(message: Self.line(PQerrorMessage(handle)), effect: effect, isConnectionLost: true)
    }

    /// A message of libpq on one line.
    private static func line(_ text: UnsafePointer<CChar>?) -> String {
        guard let text else { return "no message" }
        let lines = String(cString: text).split(whereSeparator: \.isNewline)
        return lines.isEmpty ? "no message" : lines.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "; ")
    }
}
#endif
