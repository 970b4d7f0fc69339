import AssetlogCore

extension FaultyStorage {
    /// The events before a moment, the latest first, but for the fault.
    func latest(_ events: [LoggedEvent], before: EventTimeKey?, indexed: Int) -> [LoggedEvent] {
        var events = events
        if fault == .missesLateEventsInBackground {
            var greatest = Timestamp(microseconds: .min)
            let late = events.prefix(indexed).filter { event in
                defer { greatest = max(greatest, event.timestamp) }
                return event.timestamp < greatest
            }
            let missed = Set(late.map(\.sequence))
            events.removeAll { missed.contains($0.sequence) }
        }
        events.removeAll { event in
            guard let before else { return false }
            return switch fault {
            case .repeatsTheMoment: event.timeKey > before
            case .skipsTiesOnTheNextPage: event.timestamp >= before.timestamp
            case .takesTheNewestForTheLatest: event.sequence >= before.sequence
            default: event.timeKey >= before
            }
        }
        return switch fault {
        case .takesTheNewestForTheLatest: events.reversed()
        case .ordersTiesByArrival:
            events.sorted { ($1.timestamp, $0.sequence) < ($0.timestamp, $1.sequence) }
        default: events.sorted { $0.timeKey > $1.timeKey }
        }
    }
}
