/// A part of the server that is made of the events of the log and follows it.
///
/// The server reads the log for it, in order, and remembers in a ``ConsumerStore`` how far it came. What it made of the
/// events can be thrown away and made again: a replay starts a new generation from any sequence.
public protocol LogConsumer: Sendable {
    /// Takes a batch and returns when its effect is as durable as it has to be.
    ///
    /// It is never called twice at once. After a crash, or an error, the same events come again, perhaps in batches of
    /// another size. An error that conforms to ``ClassifiedError`` and is not retriable stops this consumer.
    func consume(_ batch: ConsumerBatch) async throws

    /// The last event whose effect lasts, as far as the consumer knows that by itself.
    ///
    /// Asked before the first batch and after each replay, never during ``consume(_:)``, and compared with the log. Where the log
    /// has another event there, or ends before it (a backup was restored), the consumer begins a new generation, so that it
    /// skips nothing. The default is nil: the consumer skips nothing anyway, or has had nothing yet.
    func position() async throws -> DeliveredPosition?
}

extension LogConsumer {
    /// Nil: it keeps no position of its own.
    public func position() async throws -> DeliveredPosition? { nil }
}
