import AssetlogCore
import AssetlogTesting
import Synchronization

/// One storage in memory as several servers see it: each has a view, and one view at a time a lease.
final class SharedStorage: ForwardingStorage {
    /// What the views share.
    private final class Ground: Sendable {
        struct Lease {
            var holder: Int
            var end: ContinuousClock.Instant
        }

        let inner: any Storage
        let leases = Mutex<[String: Lease]>([:])
        let nextHolder = Atomic(1)

        init(_ inner: any Storage) {
            self.inner = inner
        }
    }

    private struct Faults {
        var requests = 0
        var isCutOff = false
        var isFrozen = false
    }

    private let ground: Ground
    var inner: any Storage { ground.inner }
    private let holder: Int
    private let faults = Mutex(Faults())

    /// The first view.
    convenience init() async throws {
        self.init(Ground(try await GatedStorage.memory()))
    }

    private init(_ ground: Ground) {
        self.ground = ground
        holder = ground.nextHolder.add(1, ordering: .relaxed).oldValue
    }

    /// The view of another server.
    func another() -> SharedStorage { SharedStorage(ground) }

    /// Lets every request for the lease fail from now on, or no more.
    func setCutOff(_ isCutOff: Bool) { faults.withLock { $0.isCutOff = isCutOff } }

    /// Lets every request for the lease hang from now on, or no more.
    func setFrozen(_ isFrozen: Bool) { faults.withLock { $0.isFrozen = isFrozen } }

    /// Gives the lease to this view, even if another one holds it: as if the other one had been away for too long.
    func seize(_ consumer: String, for duration: Duration) {
        ground.leases.withLock { $0[consumer] = .init(holder: holder, end: .now + duration) }
    }

    /// Whether this view has the lease.
    func holdsLease(on consumer: String) -> Bool {
        ground.leases.withLock { $0[consumer].map { $0.holder == holder && $0.end > .now } ?? false }
    }

    // MARK: Leases

    /// How often this view was asked for the lease.
    var requests: Int { faults.withLock { $0.requests } }

    func lease(_ consumer: String, for duration: Duration) async throws -> Bool {
        faults.withLock { $0.requests += 1 }
        while faults.withLock({ $0.isFrozen }) {
            try await Task.sleep(for: .milliseconds(2))
        }
        if faults.withLock({ $0.isCutOff }) { throw StorageError(.unavailable, "The storage is cut off.") }
        return ground.leases.withLock { leases in
            if let lease = leases[consumer], lease.holder != holder, lease.end > .now { return false }
            leases[consumer] = .init(holder: holder, end: .now + duration)
            return true
        }
    }

    func endLease(_ consumer: String) async throws {
        ground.leases.withLock { leases in
            if leases[consumer]?.holder == holder { leases[consumer] = nil }
        }
    }

    func advance(_ cursor: ConsumerCursor) async throws -> Bool {
        let isFenced = ground.leases.withLock { leases in
            leases[cursor.consumer].map { $0.holder != holder && $0.end > .now } ?? false
        }
        return isFenced ? false : try await ground.inner.advance(cursor)
    }

    // The other views continue.
    func close() async {}
}
