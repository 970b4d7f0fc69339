/// Decides whether a destination is tried at all: after deliveries that made no progress it is left alone, and probed at
/// growing intervals.
///
/// It does nothing itself: no clock, no randomness. Times are spans since the runner's start.
struct DeliveryCircuit: Equatable {
    /// What may be delivered now.
    enum Permission: Equatable {
        /// Batches as usual.
        case batches
        /// One event, to see whether the destination takes it.
        case probe
        /// Nothing until then; nil: until the probe under way has ended.
        case nothing(until: Duration?)
    }

    /// How the circuit stands, as metrics and the API name it.
    enum State: String, Equatable {
        case closed, open
        case halfOpen = "half_open"
    }

    private enum Phase: Equatable {
        case closed
        case open(until: Duration)
        case probing
    }

    /// After so many failures in a row it opens.
    let threshold: Int
    /// How many deliveries in a row made no progress.
    private(set) var failures = 0
    private var phase = Phase.closed

    init(threshold: Int) {
        self.threshold = threshold
    }

    var state: State {
        switch phase {
        case .closed: .closed
        case .open: .open
        case .probing: .halfOpen
        }
    }

    /// What may be delivered now.
    func permission(at now: Duration) -> Permission {
        switch phase {
        case .closed: .batches
        case .open(let until): now >= until ? .probe : .nothing(until: until)
        case .probing: .nothing(until: nil)
        }
    }

    /// A probe is under way.
    mutating func began() {
        if case .open = phase { phase = .probing }
    }

    /// A probe ended without a result.
    mutating func released(at now: Duration) {
        if phase == .probing { phase = .open(until: now) }
    }

    /// The destination took, skipped or refused an event: it is there.
    mutating func succeeded() {
        failures = 0
        phase = .closed
    }

    /// A delivery made no progress.
    ///
    /// - Parameters:
    ///   - pause: The pause after a number of failures in a row.
    ///   - retryAfter: How long the destination asked to be left alone; nil: it did not.
    mutating func failed(at now: Duration, retryAfter: Duration?, pause: (Int) -> Duration) {
        failures += 1
        if let retryAfter {
            phase = .open(until: now + retryAfter)
        } else if failures >= threshold || phase != .closed {
            phase = .open(until: now + pause(failures))
        }
    }
}
