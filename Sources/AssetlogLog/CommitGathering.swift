/// Whether a commit waits for more reports than are there when the one before has ended. A pure state machine of ``CommitQueue``.
///
/// Each commit costs some work for its own sake, on the disk and to wake the threads that answer, so few commits of many reports cost
/// less than many of few. There are two reasons to wait a little, and for neither do clients send fewer reports:
/// * they pause between their reports, as those of a thousand hosts do that send one a minute;
/// * so many of them were answered just now that the next reports are on their way, and the processors are busy with them.
struct CommitGathering: Sendable {
    /// How long the writer waits at most.
    enum Wait: Hashable, Sendable {
        /// ``EventLog/Limits/gatheringTime`` since the last commit began.
        case forPausingClients
        /// ``EventLog/Limits/turnaroundTime``.
        case forAnsweredClients
    }

    /// So many reports of clients that pause are enough for a commit.
    private static let enoughReports = 64
    /// Fewer clients are not waited for: a dozen of them would send fewer reports.
    private static let manyClients = 24
    private static let fewestReports = 12

    private var wait: Wait?
    // How many events end the wait.
    private var target = 0
    // How many reports the clients that were answered send within the time, by experience.
    private var expectedReports = Self.fewestReports
    // Whether all that waits, or was committed last, is of clients that pause.
    private var waitingMayGather = true
    private var committedMayGather = false
    private var committedReports = 0

    /// Whether the writer waits for more.
    var isUnderWay: Bool { wait != nil }

    /// A report was added, and so many events are waiting now.
    ///
    /// - Parameter mayGather: Whether its client pauses between its reports.
    mutating func added(mayGather: Bool, waiting: Int) {
        if !mayGather {
            waitingMayGather = false
            if wait == .forPausingClients { end() }
        }
        if waiting >= target { reachTarget() }
    }

    /// A slice was added. Its sender pauses by itself, and waits for nobody.
    mutating func addedSlice() {
        waitingMayGather = false
        end()
    }

    /// What is waiting is committed: so many single reports, and so many events of slices.
    mutating func beginCommit(reports: Int, sliceEvents: Int = 0) {
        end()
        (committedReports, committedMayGather) = (reports, waitingMayGather && sliceEvents == 0)
        waitingMayGather = true
    }

    /// The commit has ended while so many reports, and no slices, are waiting.
    ///
    /// - Returns: How long to wait for more; nil: not at all.
    mutating func finishCommit(waiting: Int) -> Wait? {
        if committedMayGather, waitingMayGather {
            (wait, target) = (.forPausingClients, Self.enoughReports)
        } else if committedReports + waiting >= Self.manyClients {
            // Each of these reports is of another client: those that are waiting came before the committed ones were answered.
            (wait, target) = (.forAnsweredClients, expectedReports)
        }
        if waiting >= target { reachTarget() }
        return wait
    }

    /// The time has passed.
    mutating func timeOut() {
        if wait == .forAnsweredClients { expectedReports = max(Self.fewestReports, expectedReports - max(1, expectedReports / 16)) }
        end()
    }

    /// Nothing is waited for any longer.
    mutating func end() {
        wait = nil
    }

    private mutating func reachTarget() {
        // There may be more of them than it expects.
        if wait == .forAnsweredClients { expectedReports += expectedReports / 4 }
        end()
    }
}
