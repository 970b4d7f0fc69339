import AssetlogCore
import Foundation
import Synchronization

extension FaultyStorage {
    func lease(_ consumer: String, for duration: Duration) async throws -> Bool {
        try onDisk { content in
            let now = ContinuousClock.now
            let lease = content.leases[consumer]
            let isForeign = lease.map { $0.holder != holder && $0.end > now } ?? false
            if fault == .refusesLeases, lease?.holder == holder { return false }
            guard !isForeign || fault == .leasesToAll else { return false }
            if fault == .ignoresRenewals, lease?.holder == holder { return true }
            var end = now + duration
            if fault == .leasesForEver { end += .seconds(3600) }
            if fault == .endsLeasesEarly { end = now }
            content.leases[consumer] = Disk.Lease(holder: holder, end: end)
            return true
        }
    }

    func endLease(_ consumer: String) async throws {
        try onDisk { content in
            guard fault != .keepsLeasesThatAreGivenBack else { return }
            if content.leases[consumer]?.holder == holder || fault == .takesLeasesBackFromAll {
                content.leases[consumer] = nil
            }
        }
    }

    /// Whether no other server has the lease on a consumer.
    func mayMoveCursor(of consumer: String, _ content: Disk.Content) -> Bool {
        guard let lease = content.leases[consumer], fault != .letsAllMoveCursors else { return true }
        return lease.holder == holder || lease.end <= .now
    }

    /// Takes sequences in one step and shows the events in another, as a database that commits out of order does.
    func appendInTwoSteps(_ batch: borrowing EventBatch) throws -> AppendOutcome {
        let first = try onDisk { content in
            defer { content.reserved += Int64(batch.count) }
            return content.reserved + 1
        }
        if holder == 1 { Thread.sleep(forTimeInterval: 0.02) }
        return try onDisk { content in
            for (sequence, event) in zip(first..., batch.events) {
                content.events.append(LoggedEvent(sequence: sequence, event: event))
            }
            content.events.sort { $0.sequence < $1.sequence }
            return AppendOutcome(sequences: first...first + Int64(batch.count) - 1)
        }
    }
}
