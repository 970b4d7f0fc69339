package import AssetlogCore
package import Logging
import Synchronization

/// Removes old events by rules, beside the load: one asset after the other, in small steps with longer rests.
///
/// What it does can be interrupted anywhere: a step is one transaction, and the next run reads again what is there. Where several
/// servers share a log, the one with the lease runs it. State lives in a `Mutex`.
package final class Retention: Sendable {
    private struct State {
        var status = RetentionStatus()
        /// Since when events wait for exporters; nil: none do.
        var waitingSince: Timestamp?
        var leasedUntil: ContinuousClock.Instant?
    }

    private let settings: RetentionSettings
    private let storage: any RetainingStorage
    private let catalog: any FollowingCatalog
    private let exporters: [String]
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    /// The consumer whose lease says which server runs it. No exporter can have this name.
    private static let leaseName = "assetlog.retention"
    private static let leaseDuration = Duration.seconds(60)
    private static let identityStep = 1000

    /// - Parameter exporters: The names of those whose cursors it waits for.
    package init(
        settings: RetentionSettings, storage: any RetainingStorage, catalog: any FollowingCatalog, exporters: [String],
        now: @escaping @Sendable () -> Timestamp = { .now() }, logger: Logger
    ) {
        self.settings = settings
        self.storage = storage
        self.catalog = catalog
        self.exporters = exporters
        self.now = now
        self.logger = logger
    }

    /// How it is doing.
    package var status: RetentionStatus { state.withLock { $0.status } }

    /// Runs again and again until it is cancelled.
    package func run() async {
        var pause = settings.shortPause
        while !Task.isCancelled {
            try? await Task.sleep(for: pause)
            do {
                try Task.checkCancellation()
                pause = settings.pause(after: try await runOnce())
            } catch is CancellationError {
                break
            } catch {
                state.withLock { $0.status.failures += 1 }
                logger.error("Retention failed; it is tried again.", metadata: ["error": "\(error)"])
                pause = settings.shortPause
            }
        }
        try? await storage.endLease(Self.leaseName)
    }

    /// Removes what may go now.
    ///
    /// - Returns: What was removed; nil: another server does it, or the catalog does not know the log yet.
    package func runOnce() async throws -> RetentionReport? {
        guard !settings.rules.isEmpty, catalog.status.phase == .following, try await hasLease() else { return nil }
        let start = ContinuousClock.now
        state.withLock { $0.status.isRunning = true }
        defer { state.withLock { $0.status.isRunning = false } }
        try await forgetIdentities()
        let (limits, exported) = try await limits()
        var run = RetentionRun(settings: settings, storage: storage, limits: limits, exported: exported, now: now)
        run.hasLease = { try await self.hasLease() }
        run.removed = { count, overtaken in
            self.state.withLock { state in
                state.status.removed += count
                state.status.overtaken += overtaken
            }
        }
        let catalog = catalog
        try await run.work { try await catalog.assetNames(after: $0, limit: $1) }
        end(run, after: ContinuousClock.now - start)
        return run.report
    }

    private func end(_ run: RetentionRun, after duration: Duration) {
        let now = now()
        state.withLock { state in
            state.status.lastRun = now
            state.status.lastDuration = duration
            state.status.waiting = run.report.waiting
            state.waitingSince = run.report.waiting > 0 ? state.waitingSince ?? now : nil
        }
        if run.overtaken > 0 {
            logger.error(
                "Retention has removed events that an exporter has not read, because it waited for it for too long.",
                metadata: ["events": "\(run.overtaken)", "exporters": "\(run.exported.laggards)"])
        } else if run.report.waiting > 0 {
            logger.warning(
                "Old events stay because an exporter has not read them.",
                metadata: ["events": "\(run.report.waiting)", "exporters": "\(run.exported.laggards)"])
        }
        guard run.report.events > 0 else { return }
        logger.notice(
            "Retention has removed events.", metadata: ["events": "\(run.report.events)", "seconds": "\(Int(duration / .seconds(1)))"])
    }

    // MARK: What holds for a run

    private func limits() async throws -> (RetentionLimits, ExportedSequences) {
        let exported = try await ExportedSequences(exporters, storage)
        let now = now()
        let since = state.withLock { $0.waitingSince }
        let hasWaited = since.map { .microseconds(now.microseconds - $0.microseconds) > settings.waitForExporters } ?? false
        let limits = RetentionLimits(
            now: now, head: try await storage.statistics().head, last: catalog.status.flushed,
            exported: hasWaited ? .max : exported.least, patience: settings.waitForExporters, deadLetters: exported.deadLetters)
        return (limits, exported)
    }

    private func forgetIdentities() async throws {
        let time = Timestamp(microseconds: now().microseconds - Int64(settings.identities / .microseconds(1)))
        while try await storage.forgetIdentities(removedBefore: time, limit: Self.identityStep) == Self.identityStep {
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func hasLease() async throws -> Bool {
        let until = state.withLock { $0.leasedUntil }
        if let until, until - .now > Self.leaseDuration / 2 { return true }
        let end = ContinuousClock.now + Self.leaseDuration
        guard try await storage.lease(Self.leaseName, for: Self.leaseDuration) else {
            state.withLock { $0.leasedUntil = nil }
            return false
        }
        state.withLock { $0.leasedUntil = end }
        return true
    }
}

/// One run over all assets.
///
/// It works on the log a window of sequences after the other, from the oldest on. The events of an asset are spread over the log, and
/// a storage uses the space of a page again once all of its events are gone: without windows that would be at the end of the run,
/// and the log would have grown by all that came in the meantime.
struct RetentionRun {
    let settings: RetentionSettings
    let storage: any RetainingStorage
    let limits: RetentionLimits
    let exported: ExportedSequences
    let now: @Sendable () -> Timestamp
    /// Whether this server may still go on.
    var hasLease: () async throws -> Bool = { true }
    /// Takes in how many events a step removed, and how many of them an exporter had not read.
    var removed: (Int64, Int64) -> Void = { _, _ in }
    private(set) var report: RetentionReport
    private(set) var overtaken: Int64 = 0
    // The assets of which a rule has let events go.
    private var touched: [Set<AssetName>]
    private var pace = RetentionPace()
    private var step = RemovalStep()
    private var facts = KnownFacts()

    private static let namesAtOnce = 500
    // Each asset is asked about for each window.
    private static let (mostWindows, smallestWindow) = (Int64(16), Int64(250_000))

    init(
        settings: RetentionSettings, storage: any RetainingStorage, limits: RetentionLimits, exported: ExportedSequences,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.settings = settings
        self.storage = storage
        self.limits = limits
        self.exported = exported
        self.now = now
        report = RetentionReport(rules: settings.rules.count)
        touched = Array(repeating: [], count: settings.rules.count)
    }

    /// Works on all assets.
    ///
    /// - Parameters:
    ///   - smallest: The fewest sequences of a window.
    ///   - names: Gives the names behind one, at most so many.
    mutating func work(
        inWindowsOf smallest: Int64 = RetentionRun.smallestWindow, _ names: (AssetName?, Int) async throws -> [AssetName]
    ) async throws {
        let end = min(limits.last, limits.head)
        var start = try await startOfRest(after: 0) ?? 0
        let size = max(smallest, (end - start) / Self.mostWindows + 1)
        var isFirst = true
        repeat {
            let last = end - start > size ? start + size : end
            guard try await work(from: start, through: last, isFirst: isFirst, names) else { return }
            // What was removed before needs no window.
            (start, isFirst) = (try await startOfRest(after: last) ?? end, false)
        } while start < end
    }

    /// The sequence behind which the next event is that there still is; nil: there is none.
    private func startOfRest(after sequence: Int64) async throws -> Int64? {
        try await storage.events(EventQuery(order: .ascending(after: sequence), limit: 1)).events.first.map { $0.sequence - 1 }
    }

    /// Works on all assets within a window; false: another server does it now.
    private mutating func work(
        from start: Int64, through end: Int64, isFirst: Bool, _ names: (AssetName?, Int) async throws -> [AssetName]
    ) async throws -> Bool {
        var last: AssetName?
        while true {
            let page = try await names(last, Self.namesAtOnce)
            for name in page {
                guard try await hasLease() else { return false }
                if isFirst { report.assets += 1 }
                try await work(on: name, from: start, through: end)
            }
            guard page.count == Self.namesAtOnce else {
                _ = try await takeStep()
                return true
            }
            last = page.last
        }
    }

    private mutating func work(on name: AssetName, from start: Int64, through end: Int64) async throws {
        var limits = limits
        limits.last = end
        let asset = AssetRetention(log: storage, name: name, rules: AssetRules(settings.rules, for: name), limits: limits)
        var known = facts[name]
        let basis = try await asset.basis(after: start, knowing: &known)
        facts[name] = known
        guard let basis else { return }
        let removal = AssetRemoval(storage: storage, name: name, corrections: basis.corrections)
        var (last, isEnd) = (start, false)
        while !isEnd {
            var part = RemovalStep.Part(removal: removal)
            let room = pace.events - step.count
            var waiting: [Int] = []
            isEnd = true
            try await asset.forEachOld(basis.plan, after: last) { event, decision in
                last = event.sequence
                switch decision {
                case .goes(let rule): part.events.append((event, rule))
                case .waits(let rule): waiting.append(rule)
                case .stays: break
                }
                isEnd = part.events.count < room
                return isEnd
            }
            for rule in waiting { report.rules[rule].waiting += 1 }
            step.add(part)
            guard step.count >= pace.events || step.isFull else { continue }
            guard try await takeStep() else { return }
        }
    }

    /// Removes what has been gathered for a step.
    ///
    /// - Returns: Whether all of it was removed.
    private mutating func takeStep() async throws -> Bool {
        let parts = step.takeParts()
        if try await remove(parts) { return true }
        // Some of it is not what was read any more. What is goes by itself.
        guard parts.count > 1 else { return false }
        var isComplete = true
        for part in parts where try await !remove([part]) { isComplete = false }
        return isComplete
    }

    private mutating func remove(_ parts: [RemovalStep.Part]) async throws -> Bool {
        guard !parts.isEmpty else { return true }
        let start = ContinuousClock.now
        guard try await storage.remove(try await RemovalStep.removal(of: parts, at: now())) else { return false }
        let events = parts.flatMap { part in part.events.map { (name: part.removal.name, event: $0.event, rule: $0.rule) } }
        let rest = pace.took(ContinuousClock.now - start, events: events.count)
        for (name, event, rule) in events { report.add(event, rule: rule, isFirstOfAsset: touched[rule].insert(name).inserted) }
        let early = Int64(events.count { $0.event.sequence > exported.least })
        overtaken += early
        removed(Int64(events.count), early)
        try await Task.sleep(for: rest)
        return true
    }
}

/// How far the exporters have read the log, and which events their dead letters name.
struct ExportedSequences: Sendable {
    /// The last sequence that all of them have read.
    private(set) var least = Int64.max
    private(set) var deadLetters: Set<Int64> = []
    private var positions: [(name: String, position: Int64)] = []

    init() {}

    init(_ exporters: [String], _ store: any ConsumerStore) async throws {
        let cursors = Dictionary(try await store.cursors().map { ($0.consumer, $0.position) }, uniquingKeysWith: { $1 })
        for name in exporters {
            let position = cursors[name] ?? 0
            positions.append((name, position))
            least = min(least, position)
        }
        for name in Set(exporters + cursors.keys) {
            var last: Int64 = 0
            while true {
                let page = try await store.deadLetters(of: name, after: last, limit: 1000)
                guard let end = page.last?.sequence else { break }
                deadLetters.formUnion(page.map(\.sequence))
                last = end
            }
        }
    }

    /// Those that are furthest behind, for a message.
    var laggards: String {
        positions.filter { $0.position == least }.map { "\($0.name) at \($0.position)" }.joined(separator: ", ")
    }
}
