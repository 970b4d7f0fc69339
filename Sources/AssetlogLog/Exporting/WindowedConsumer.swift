import AssetlogCore

/// A consumer that is given events before those that came earlier are finished: its cursor follows what is finished, not what was
/// read.
protocol WindowedConsumer: LogConsumer {
    /// Whether it takes another page now; it calls back when it does again.
    var hasRoom: Bool { get }
    /// Whether it said that it has no room, and has not called back since.
    var isFull: Bool { get }
    /// How far everything is finished.
    var progress: DeliveryWindow.Progress { get }
    /// How far everything is finished, and what is finished beyond it: to be asked only to save it.
    var finished: DeliveryWindow.Cursor { get }
    /// Makes sure that there is a cursor, with the lease on the consumer.
    func prepare() async throws
    /// Reading begins after a cursor, in a log and a generation.
    func begin(after cursor: DeliveryWindow.Cursor, of log: LogID, generation: Int64)
    /// Forgets what is not finished, and returns when nothing is under way any more.
    func abandon() async
    /// Returns when nothing is under way any more, after the task that works was cancelled.
    func drain() async
}
