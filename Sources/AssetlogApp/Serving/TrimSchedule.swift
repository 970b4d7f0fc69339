/// Decides when the allocator is to give freed memory back to the system. A pure state machine.
///
/// What the process has beyond what the budget counts is the program, the caches of the storage, and memory that is free but
/// was not given back. The first two hardly change, so growth is taken for the third. And when much of what is counted was
/// released, it may have left gaps.
struct TrimSchedule {
    /// So much may be free before it is worth the work, in bytes.
    static let slack = 32 << 20
    /// The least number of checks from one time to the next: where growth is no free memory, giving it back is in vain.
    static let pause = 4

    /// What was not counted when memory was given back last; nil: nothing was checked yet.
    private var uncounted: Int?
    /// The most that was counted since then.
    private var mostCounted = 0
    private var checksLeft = 0

    /// Whether memory is to be given back now; if so, ``hasTrimmed(resident:counted:)`` is to follow.
    ///
    /// - Parameters:
    ///   - resident: The memory of the process, in bytes.
    ///   - counted: What of it the budget counts, in bytes.
    mutating func check(resident: Int, counted: Int) -> Bool {
        guard let uncounted else {
            hasTrimmed(resident: resident, counted: counted)
            return false
        }
        mostCounted = max(mostCounted, counted)
        checksLeft = max(checksLeft - 1, 0)
        let (growth, released) = (resident - counted - uncounted, mostCounted - counted)
        return checksLeft == 0 && max(growth, released) > Self.slack
    }

    /// Notes what is left when memory was given back.
    mutating func hasTrimmed(resident: Int, counted: Int) {
        uncounted = resident - counted
        mostCounted = counted
        checksLeft = Self.pause
    }
}
