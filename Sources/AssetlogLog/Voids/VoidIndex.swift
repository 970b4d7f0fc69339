public import AssetlogCore
public import Logging
import Synchronization

/// Says which events are void, without a look into the log for those that are not.
///
/// It keeps no void itself: it reads the voids of the log once and then follows them, remembers in 1 MiB which events may be void
/// (an ``IdentityFilter``), and asks the log about those only, by the identity that follows from theirs. Until it has read the
/// log to its end, it asks about every event. What this server voids is known at once, what another one does on the same storage
/// within ``interval`` and the second that the storage may take. State lives in a `Mutex`.
public final class VoidIndex: Sendable {
    private struct State {
        var filter = IdentityFilter()
        /// The log was read up to this sequence.
        var position: Int64 = 0
        var isComplete = false
    }

    private static let pageEvents = 1000

    private let state = Mutex(State())
    private let storage: any Storage
    private let interval: Duration
    private let logger: Logger

    /// Makes an index; ``run()`` fills it.
    ///
    /// - Parameter interval: How often it looks for voids that another server has recorded.
    public init(storage: any Storage, interval: Duration = .milliseconds(500), logger: Logger) {
        self.storage = storage
        self.interval = interval
        self.logger = logger
    }

    /// Whether it knows every void that was in the log when it last looked.
    package var isComplete: Bool { state.withLock { $0.isComplete } }

    // MARK: Asking

    /// How an event was voided; nil: it was not.
    ///
    /// - Throws: What the storage throws.
    public func voiding(of event: Event) async throws -> Voiding? {
        let identity = EventIdentity(event.id, in: event.deployment)
        guard state.withLock({ !$0.isComplete || $0.filter.mayContain(identity) }) else { return nil }
        return try await void(of: identity).flatMap { Voiding($0.event) }
    }

    /// The event that voids the one of an identity; nil: none does.
    ///
    /// - Throws: What the storage throws.
    package func void(of identity: EventIdentity) async throws -> LoggedEvent? {
        guard let void = try await storage.event(identity.id.voidID, deployment: identity.deployment), void.kind == .void,
            VoidDetails(void.details)?.voids == identity.id
        else { return nil }
        return void
    }

    /// Takes note of an event that was voided just now.
    package func noteVoid(of identity: EventIdentity) {
        state.withLock { $0.filter.insert(identity) }
    }

    // MARK: Following

    /// Reads the voids of the log and follows them, until it is cancelled.
    public func run() async {
        let backoff = Backoff(first: .milliseconds(250), longest: .seconds(30))
        var failures = 0
        while !Task.isCancelled {
            do {
                let isAtEnd = try await readPage()
                failures = 0
                if isAtEnd { try? await Task.sleep(for: interval) }
            } catch {
                guard !Task.isCancelled else { return }
                failures += 1
                if failures == 1 {
                    logger.warning("The voids of the log can't be read; retrying.", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: backoff.pause(afterFailures: failures))
            }
        }
    }

    /// Reads the next voids.
    ///
    /// - Returns: Whether there were no more.
    private func readPage() async throws -> Bool {
        let position = state.withLock { $0.position }
        do {
            let page = try await storage.events(
                EventQuery(order: .ascending(after: position), limit: Self.pageEvents, kinds: [.void]))
            return take(page, after: position)
        } catch let error as StorageError where error.code == .damaged {
            // The readers of the damaged event learn of it; the voids after it count all the same.
            guard let sequence = error.sequence, sequence > position else { throw error }
            state.withLock { $0.position = sequence }
            return false
        }
    }

    private func take(_ page: EventPage, after position: Int64) -> Bool {
        let voided = page.events.compactMap { void in
            VoidDetails(void.details).map { EventIdentity($0.voids, in: void.deployment) }
        }
        var next = position
        if case .ascending(let sequence) = page.continuation { next = sequence }
        let isAtEnd = page.events.isEmpty && page.skipped < EventQuery(filter: .init()).maximumSkipped
        state.withLock { state in
            for identity in voided { state.filter.insert(identity) }
            state.position = next
            if isAtEnd { state.isComplete = true }
        }
        return isAtEnd
    }
}
