import Synchronization

/// A number that only grows while the process lives.
public final class Counter: Sendable {
    private let number = Atomic<Int>(0)

    /// Makes a counter at 0.
    public init() {}

    /// Adds to it; a negative amount is ignored, because a counter that shrinks looks like a restart.
    public func add(_ amount: Int = 1) {
        guard amount > 0 else { return }
        number.wrappingAdd(amount, ordering: .relaxed)
    }

    /// The present number.
    public var value: Int { number.load(ordering: .relaxed) }
}

/// A number that goes up and down.
public final class Gauge: Sendable {
    private let number: Atomic<Int>

    /// Makes a gauge.
    public init(_ value: Int = 0) {
        number = Atomic(value)
    }

    /// Adds to it.
    public func add(_ amount: Int = 1) {
        number.wrappingAdd(amount, ordering: .relaxed)
    }

    /// Takes away from it.
    public func subtract(_ amount: Int = 1) {
        number.wrappingSubtract(amount, ordering: .relaxed)
    }

    /// Replaces the number.
    public func set(_ value: Int) {
        number.store(value, ordering: .relaxed)
    }

    /// The present number.
    public var value: Int { number.load(ordering: .relaxed) }
}
