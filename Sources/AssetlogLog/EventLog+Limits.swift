extension EventLog {
    /// How much may wait for a commit.
    public struct Limits: Hashable, Sendable {
        /// The greatest number of events, waiting and in the commit under way.
        public var queuedEvents: Int
        /// The greatest number of bytes of their columns.
        public var queuedBytes: Int
        /// So many events of slices that wait for room share one commit, so that single reports don't wait long for it.
        public var sliceEvents: Int
        /// So many bytes of slices that wait for room share one commit.
        public var sliceBytes: Int
        /// How long a sender of slices pauses after each of them while others report one by one: the processors that it
        /// leaves to them count more than the wait for its commits.
        public var slicePause: Duration

        /// While all reports are of clients that pause between theirs, commits begin so long after each other: a thousand clients
        /// that send one a second then need a quarter of the commits. Zero: none waits.
        public var gatheringTime: Duration
        /// A commit waits so long at most for the next reports of many clients that were answered just now. Zero: none waits.
        public var turnaroundTime: Duration

        /// Makes limits.
        public init(
            queuedEvents: Int = 65_536, queuedBytes: Int = 64 << 20, sliceEvents: Int = 2048, sliceBytes: Int = 4 << 20,
            slicePause: Duration = .milliseconds(5), gatheringTime: Duration = .milliseconds(4),
            turnaroundTime: Duration = .microseconds(300)
        ) {
            self.queuedEvents = queuedEvents
            self.queuedBytes = queuedBytes
            self.sliceEvents = sliceEvents
            self.sliceBytes = sliceBytes
            self.slicePause = slicePause
            self.gatheringTime = gatheringTime
            self.turnaroundTime = turnaroundTime
        }
    }
}
