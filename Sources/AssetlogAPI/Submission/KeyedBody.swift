import AssetlogCore
import AssetlogLog
import AssetlogWeb
import HTTPTypes

/// The body of a submission under an Idempotency-Key: it is recorded as the key's first body was, or not at all.
///
/// Each of its slices is inserted as a whole or known as a whole. Whatever else the storage finds is another body. What a
/// retry can't see from its own identities, whether the first body continued, is looked up then. A body that is new costs
/// nothing more. See Docs/Decisions/0013-idempotency.md.
struct KeyedBody {
    private let identities: KeyedIdentities
    private let log: EventLog
    private let deployment: String
    /// The number of items that became events.
    private var count = 0
    /// Whether the key's first body was recorded to its end; nil: this one is the first, as far as it was seen.
    private var wasFirstWhole: Bool?

    init(_ key: EventID, log: EventLog, deployment: String) {
        identities = KeyedIdentities(key)
        self.log = log
        self.deployment = deployment
    }

    /// The identity of the next item, as long as it is not the last.
    mutating func nextID(isExpanded: Bool) -> EventID {
        defer { count += 1 }
        return identities.item(at: count, isExpanded: isExpanded)
    }

    /// Takes what goes to the writer out of what was filled; nil: nothing does.
    ///
    /// The last two items stay until the end is known: the last one has an identity of its own, and with another one before
    /// it its slice shares an identity with that of any longer body. A first slice has two items at least, so that it is not
    /// taken for a body of one. Where slices end follows from the items alone, so that a retry has the same ones.
    mutating func takeSlice(of filling: inout SubmissionSlice, isLast: Bool) -> SubmissionSlice? {
        guard isLast ? !filling.items.isEmpty : filling.items.count >= 4 else { return nil }
        var slice = filling.takeItems(keeping: isLast ? 0 : 2)
        slice.isLast = isLast
        if isLast, count > 1 { slice.identifyLastItem(by: identities.end) }
        // Nothing may follow a body that was recorded to its end.
        slice.batch.makeGroup(wasFirstWhole == true ? .insertsNone : .insertsAllOrNone)
        return slice
    }

    /// Compares what became of a slice with the key's first body.
    ///
    /// - Throws: ``KeyConflict`` when that was another one, ``RequestError`` when that is not known now.
    mutating func check(_ outcome: AppendOutcome, of slice: SubmissionSlice.Summary) async throws {
        guard !outcome.skippedEvents.isEmpty else { return }
        guard !outcome.skippedEvents.contains(where: { $0.reason == .indeterminate }) else { throw RequestError.indeterminate }
        if let difference = difference(outcome, slice) { throw KeyConflict(difference: difference) }
        guard try await !isInLog(after(slice)) else {
            throw KeyConflict(difference: slice.isLast ? "it had more events" : "an item of it had more events")
        }
        if wasFirstWhole == nil, !slice.isLast { wasFirstWhole = try await isInLog([identities.end]) }
    }

    /// What of a slice is not as it was in the first body; nil: all of it is.
    private func difference(_ outcome: AppendOutcome, _ slice: SubmissionSlice.Summary) -> String? {
        for item in slice.items {
            let reasons = item.eventIndices.map { outcome.skippedEvent(at: $0) }
            guard reasons.contains(where: { !$0.isDuplicate }) else { continue }
            if item.id == identities.key || reasons.contains(where: { $0.isDuplicate || $0.isConflict }) {
                return "the item at index \(item.index) differs"
            }
            // What has its identity by its number is new after known ones only where the first body had its end.
            return item.id == identities.end
                ? "it had another number of items" : "it ended with the item at index \(item.index)"
        }
        return nil
    }

    /// Identities that the log has only if the items of a slice were more events in the first body, or more items followed.
    private func after(_ slice: SubmissionSlice.Summary) -> [EventID] {
        var ids = slice.isLast ? identities.after(count) : []
        for item in slice.items
        where item.count > 1 || item.id == identities.key || item.id == identities.end {
            ids.append(item.id.expanded(at: item.count))
        }
        return ids
    }

    private func isInLog(_ ids: [EventID]) async throws -> Bool {
        for id in ids where try await log.storage.recordedSequence(of: id, deployment: deployment) != nil { return true }
        return false
    }
}

/// A request under an Idempotency-Key that was used before with another body. Nothing of what differs was recorded.
struct KeyConflict: Error {
    /// What differs: `it had more events`.
    var difference: String
}

extension SkippedEvent.Reason? {
    fileprivate var isDuplicate: Bool {
        if case .duplicate = self { true } else { false }
    }

    fileprivate var isConflict: Bool {
        if case .conflict = self { true } else { false }
    }
}

extension RequestError {
    /// The answer to a slice under an Idempotency-Key that may be in the log.
    fileprivate static let indeterminate = RequestError(
        status: .serviceUnavailable,
        detail: "The server can't tell right now which of these events are already in the log.", headers: [.retryAfter: "1"])
}
