/// Takes the body of an answer piece by piece, while it comes.
public struct OutboundStream: Sendable {
    /// The longest time in which nothing comes, in whole seconds.
    public var silence: Duration
    /// Takes a piece of the body of an answer of 2xx, on the connection's thread, which reads no more until it returns; false: that is
    /// enough. The bytes are valid during the call.
    public var receive: @Sendable (UnsafeRawBufferPointer) -> Bool

    /// Makes a receiver.
    public init(silence: Duration, receive: @escaping @Sendable (UnsafeRawBufferPointer) -> Bool) {
        self.silence = silence
        self.receive = receive
    }
}
