#if Dagster

/// How many requests a destination is given at once: as many as it answers without making the others wait.
///
/// A Dagster webserver stores one report after the other, so that a second request at a time keeps it busy and a tenth only
/// waits; Dagster+ takes many. The difference shows in the latency: where it grows with the requests under way, they queue up.
/// The rule is that of TCP Vegas. It asks no clock.
struct Pace {
    /// The most requests at once.
    static let most = 32
    // So many of the requests under way may be waiting in the destination: fewer is too slow, more is of no use.
    private static let fewestWaiting = 1.0
    private static let mostWaiting = 2.0
    // The latency of a request that is alone is measured with a few of them, and again after so many answers.
    private static let measured = 3
    private static let validity = 500

    /// The requests that may be under way.
    var limit: Int { missing > 0 ? 1 : allowed }

    private var allowed = 2
    // The latency of a request that is alone, of how many answers it is still to be measured, and since how many it is known.
    private var alone = Duration.seconds(3600)
    private var missing = Self.measured
    private var age = 0
    private var window: (answers: Int, latency: Duration, peak: Int) = (0, .zero, 0)

    /// Takes the latency of an answer, and how many requests were under way then, with its own.
    mutating func answered(after latency: Duration, underWay: Int) {
        guard missing == 0 else { return measure(latency, underWay) }
        age += 1
        if age >= Self.validity { (missing, alone) = (Self.measured, .seconds(3600)) }
        window = (window.answers + 1, window.latency + latency, max(window.peak, underWay))
        guard window.answers >= max(allowed, 4) else { return }
        adapt(toMean: window.latency / window.answers)
        window = (0, .zero, 0)
    }

    /// Takes that the destination has too much to do, or did not answer in time.
    mutating func overloaded() {
        allowed = max(1, allowed / 2)
        window = (0, .zero, 0)
    }

    // The first answers may be of requests that others were before; the shortest latency is of one that was alone.
    private mutating func measure(_ latency: Duration, _ underWay: Int) {
        guard underWay == 1 else { return }
        alone = min(alone, latency)
        (missing, age) = (missing - 1, 0)
    }

    private mutating func adapt(toMean latency: Duration) {
        let waiting = Double(window.peak) * (1 - alone / max(latency, alone))
        if waiting > Self.mostWaiting {
            allowed = max(1, allowed - 1)
        } else if waiting < Self.fewestWaiting, window.peak >= allowed {
            allowed = min(Self.most, allowed + 1)
        }
    }
}
#endif
