import AssetlogCore

extension ValueKind where Value == Int {
    /// A whole number that fits into 32 bits, so that sums and products of limits don't overflow.
    static func integer(atLeast minimum: Int) -> ValueKind { .integer(in: minimum...Int(Int32.max)) }

    /// A number of bytes that fits into 32 bits, so that sums and products of limits don't overflow.
    static func bytes(atLeast minimum: Int) -> ValueKind { .bytes(in: minimum...Int(Int32.max)) }
}

extension ValueKind where Value == Duration {
    private static var longest: Duration { .seconds(365 * 86_400) }

    /// A time span of at most a year, which may be nothing.
    static var wait: ValueKind { .duration(in: .zero...longest) }

    /// A time span of at most a year, and at least the smallest that can be written.
    static var timeout: ValueKind { .duration(in: .milliseconds(1)...longest) }
}
