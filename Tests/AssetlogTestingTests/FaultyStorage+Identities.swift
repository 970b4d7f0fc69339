import AssetlogCore
import Synchronization

extension FaultyStorage {
    /// Which events of a batch are inserted, but for the fault.
    func plan(_ batch: borrowing EventBatch, _ content: Disk.Content) -> AppendPlan {
        misread(batch).plan { columns in
            let event = columns.event
            var logged = content.identities[EventIdentity(event.id, in: event.deployment)]
            switch fault {
            case .ignoresDeploymentsOfIdentities:
                logged = content.identities.first { $0.key.id == event.id }?.value
            case .looksOnlyIntoItsOwnAppends:
                let isOwn = own.withLock { $0.contains(EventIdentity(event.id, in: event.deployment)) }
                return columns.match(isOwn ? logged : nil)
            case .takesConflictsForDuplicates:
                return logged.map { .event(sequence: $0.sequence, isSame: true) } ?? .none
            case .comparesServerTimes:
                return logged.map { .event(sequence: $0.sequence, isSame: $0.event == event) } ?? .none
            case .letsDuplicatesSpoilGroups where !batch.groups.isEmpty:
                return logged.map { .event(sequence: $0.sequence, isSame: false) } ?? .none
            case .ignoresClientTimestamps:
                let isGiven = columns.clientChoice.contains(.timestamp)
                if let receivedAt = logged?.receivedAt { logged?.event.timestamp = isGiven ? event.timestamp : receivedAt }
            case .comparesApproximateTimestamps:
                let choice = columns.clientChoice.subtracting(.approximateTimestamp).union(.timestamp)
                return event.withColumns(choice) { $0.match(logged) }
            default: break
            }
            return columns.match(logged)
        }
    }

    /// The batch as a storage with this fault understands it.
    private func misread(_ batch: borrowing EventBatch) -> EventBatch {
        let misreading: [StorageFault] = [.recordsRepetitions, .looksOnlyIntoTheLog, .ignoresGroups, .insertsWholeGroupsInPart]
        var copy = EventBatch()
        guard let fault, misreading.contains(fault) else {
            copy.append(contentsOf: batch)
            return copy
        }
        var seen: Set<EventIdentity> = []
        for (index, event) in batch.events.enumerated() {
            if fault == .insertsWholeGroupsInPart {
                if batch.groups.contains(where: { $0.upperBound == index }) { copy.endGroup() }
                if batch.groups.contains(where: { $0.lowerBound == index }) { copy.beginGroup() }
            }
            var choice = batch.withColumns(at: index) { $0.clientChoice }
            let isFirst = seen.insert(EventIdentity(event.id, in: event.deployment)).inserted
            switch fault {
            case .recordsRepetitions: choice = []
            case .looksOnlyIntoTheLog where !isFirst: choice = []
            default: break
            }
            copy.append(event, clientChoice: choice)
        }
        copy.endGroup()
        return copy
    }

    /// Remembers the identities of events that got sequences from the first on.
    func note(_ events: some Sequence<Event>, from first: Int64, of batch: borrowing EventBatch, in content: inout Disk.Content) {
        for (event, sequence) in zip(events, first...) {
            content.identities[EventIdentity(event.id, in: event.deployment)] = LoggedEvent(
                sequence: sequence, event: event)
        }
        guard fault == .forgetsServerIdentities else { return }
        for (index, event) in batch.events.enumerated() where batch.withColumns(at: index, { $0.clientChoice.isEmpty }) {
            content.identities[EventIdentity(event.id, in: event.deployment)] = nil
        }
    }
}
