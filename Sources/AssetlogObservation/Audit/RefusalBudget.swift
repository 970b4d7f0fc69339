/// How many refusals are written one by one: so many in each second, so that who tries tokens can't fill a disk. The
/// rest is counted.
struct RefusalBudget {
    /// What happens to a refusal.
    enum Verdict: Equatable {
        /// It gets a line.
        case write
        /// It is counted, and it is the first since the last summary.
        case countFirst
        /// It is counted.
        case count
    }

    let perSecond: Int
    private var second = Int64.min
    private var written = 0
    private var counted = 0

    init(perSecond: Int) {
        self.perSecond = perSecond
    }

    /// Decides about a refusal in a second of any clock.
    mutating func judge(at second: Int64) -> Verdict {
        if second != self.second { (self.second, written) = (second, 0) }
        guard written >= perSecond else {
            written += 1
            return .write
        }
        counted += 1
        return counted == 1 ? .countFirst : .count
    }

    /// The refusals that were counted since the last call.
    mutating func takeCounted() -> Int {
        defer { counted = 0 }
        return counted
    }
}
