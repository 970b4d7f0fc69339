import AssetlogCore

/// Copies a log into a storage that holds nothing else.
///
/// What the destination holds is all that it goes by: its events must be the first ones of the source, byte by byte, and
/// the copy continues after them. So it can be cut off at any moment and begun again; nothing is kept in addition to the events.
/// At the end what was copied is read back and compared.
struct LogCopy {
    /// How far the copy came.
    enum Progress {
        /// So many events that were copied before are the same.
        case compared(Int64)
        /// So many events are in the destination, those from before included.
        case copied(Int64)
        /// So many events were read back and are the same.
        case verified(Int64)
    }

    private let source: any LogReader
    private let destination: any Storage
    private let tell: @Sendable (Progress) -> Void
    private let writer = BlockingPool("copy")
    private var report = CopyReport()

    /// The consumer whose lease keeps a second copy away. No exporter can have this name.
    static let leaseName = "assetlog.copy"
    private static let leaseDuration = Duration.seconds(10)

    /// Copies everything that the source holds when its end is reached.
    ///
    /// - Parameter consumers: With positions in the source; the report says which positions of the destination they are.
    /// - Throws: ``CopyProblem`` when the destination holds something else, `StorageError` of either side.
    static func run(
        from source: any LogReader, to destination: any Storage, consumers: [KeptConsumer] = [],
        telling tell: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws -> CopyReport {
        var copy = LogCopy(source: source, destination: destination, tell: tell)
        let log = try await source.logID()
        copy.report.consumers = consumers.map { CopiedConsumer($0, in: log) }
        try await copy.takeLease()
        do {
            let report = try await copy.run()
            try? await destination.endLease(leaseName)
            return report
        } catch {
            try? await destination.endLease(leaseName)
            throw error
        }
    }

    private init(source: any LogReader, destination: any Storage, tell: @escaping @Sendable (Progress) -> Void) {
        self.source = source
        self.destination = destination
        self.tell = tell
    }

    private mutating func run() async throws -> CopyReport {
        var sourceWalk = LogWalk(source)
        let removals = try await source.removalReader?.removals().head
        try await compare(&sourceWalk)
        report.before = report.digest.count
        try await append(&sourceWalk)
        try await verify()
        report.sums = try await CopiedSums.copy(from: source, to: destination)
        // An event that was copied, and removed then, would be in the sums as well.
        guard try await source.removalReader?.removals().head == removals else {
            throw CopyProblem(
                "retention removed events from the source during the copy; stop the server of the source, or set retention.rules to"
                    + " none, and copy into an empty storage")
        }
        report.counted = try await destination.statistics().events
        return report
    }

    // A copy that was killed a moment ago still has its lease.
    private func takeLease() async throws {
        for attempt in 0... {
            if try await destination.lease(Self.leaseName, for: Self.leaseDuration) { return }
            guard attempt < 30 else {
                throw CommandFailure(.failure, "another `assetlog copy` is writing to the destination")
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    // MARK: Steps

    /// Walks over what the destination has already.
    private mutating func compare(_ sourceWalk: inout LogWalk) async throws {
        var destinationWalk = LogWalk(destination)
        while let copied = try await destinationWalk.event() {
            try add(try await sourceWalk.event(), copied)
            if report.digest.count.isMultiple(of: 10_000) { tell(.compared(report.digest.count)) }
        }
    }

    /// Appends the rest, and reads the next page in the meantime.
    private mutating func append(_ sourceWalk: inout LogWalk) async throws {
        var page = try await sourceWalk.events()
        var count = report.before
        while !page.isEmpty {
            guard try await destination.lease(Self.leaseName, for: Self.leaseDuration) else {
                throw CommandFailure(.failure, "another `assetlog copy` started writing to the destination")
            }
            let events = page.map(\.event)
            report.sourceEnd = page.last?.sequence ?? report.sourceEnd
            count += Int64(page.count)
            async let appending = append(events)
            let next = try await sourceWalk.events()
            let outcome = try await appending
            guard outcome.skippedEvents.isEmpty, outcome.sequences?.count == events.count else {
                throw CopyProblem("the destination did not accept all events: \(outcome)")
            }
            tell(.copied(count))
            if outcome.advisedPause > .zero { try await Task.sleep(for: outcome.advisedPause) }
            page = next
        }
    }

    /// Appending blocks, so it has a thread of its own.
    private func append(_ events: [Event]) async throws -> AppendOutcome {
        try await writer.run { [destination] in try destination.append(EventBatch(events)) }
    }

    /// Reads back what was appended.
    private mutating func verify() async throws {
        let end = report.sourceEnd
        var (sourceWalk, destinationWalk) = (
            LogWalk(source, after: report.sourcePosition), LogWalk(destination, after: report.destinationPosition)
        )
        while let copied = try await destinationWalk.event() {
            let original = report.sourcePosition < end ? try await sourceWalk.event() : nil
            try add(original, copied)
            if report.digest.count.isMultiple(of: 10_000) { tell(.verified(report.digest.count)) }
        }
        if report.sourcePosition < end, let missing = try await sourceWalk.event() {
            throw CopyProblem("the destination lacks event \(missing.id), which has sequence \(missing.sequence) in the source")
        }
    }

    /// Takes a pair of events that must be one.
    private mutating func add(_ original: LoggedEvent?, _ copied: LoggedEvent) throws {
        guard let original else {
            throw CopyProblem(
                "the destination has event \(copied.id) at sequence \(copied.sequence), after everything that the source"
                    + " has; it is not only a copy, or a server recorded events there")
        }
        guard original.event.isSame(as: copied.event) else {
            throw CopyProblem(
                "the first difference is event number \(report.digest.count + 1): the source has \(original.id) of"
                    + " \(original.assetKey) at sequence \(original.sequence), the destination \(copied.id) of"
                    + " \(copied.assetKey) at \(copied.sequence); copy into a storage that has no other events")
        }
        report.add(original, copied)
    }
}

/// What keeps a log from being a copy of another one, in a sentence; nothing was changed after it was found.
struct CopyProblem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
