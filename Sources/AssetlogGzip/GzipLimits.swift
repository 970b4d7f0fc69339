/// What a stranger's compressed data may cost.
public struct GzipLimits: Hashable, Sendable {
    /// The most decoded bytes that are delivered.
    public var maximumBytes: Int
    /// The largest allowed quotient of decoded and compressed bytes. It counts from the first MiB of decoded bytes on, because
    /// a small body of few different values compresses very well; the most that the format can reach is 1,032.
    public var maximumRatio: Int

    /// Makes limits: 8 MiB, and a ratio of 200.
    public init(maximumBytes: Int = 8 << 20, maximumRatio: Int = 200) {
        self.maximumBytes = max(0, maximumBytes)
        self.maximumRatio = max(1, maximumRatio)
    }
}
