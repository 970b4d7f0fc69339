/// A sum of floating-point numbers without any error, so that it does not depend on the order or the grouping of what is added.
///
/// It is kept as numbers of which each is the one that is nearest to what the ones before leave of the sum; for whole numbers
/// and for few others that is one alone. Numbers that are not finite, or so large that a sum could overflow, are not for it: see
/// ``accepts(_:)``.
struct ExactSum: Hashable, Sendable {
    /// The number that is nearest to the sum.
    private(set) var value: Double
    /// What is left of the sum after ``value``, and so on.
    private(set) var rest: [Double]

    init(_ value: Double = 0) {
        self.value = value
        rest = []
    }

    /// Takes back the parts of a sum that was kept.
    init(value: Double, rest: [Double]) {
        self.value = value
        self.rest = rest
    }

    /// Whether a number may be added: its magnitude is at most 2^900.
    static func accepts(_ number: Double) -> Bool { number.isFinite && number.magnitude <= 0x1p900 }

    static func += (sum: inout ExactSum, number: Double) {
        guard !sum.rest.isEmpty else {
            let (value, error) = twoSum(sum.value, number)
            sum.value = value
            if error != 0 { sum.rest = [error] }
            return
        }
        withUnsafeTemporaryAllocation(of: Double.self, capacity: sum.rest.count + mostNumbers + 3) { buffer in
            var parts = Parts(buffer)
            for part in sum.rest.reversed() { parts.append(part) }
            parts.append(sum.value)
            parts.add(number)
            sum.take(&parts)
        }
    }

    static func += (sum: inout ExactSum, other: ExactSum) {
        sum += other.value
        for number in other.rest { sum += number }
    }

    // Each is at most half a unit in the last place of the one before, so that the range of a double has room for no more.
    private static let mostNumbers = 42

    // In place: sums of most labels have one part more than a double holds.
    private mutating func take(_ parts: inout Parts) {
        value = parts.nearest
        var (next, index) = (value, 0)
        while index < Self.mostNumbers {
            parts.add(-next)
            next = parts.nearest
            // A damaged file may have had what is no number.
            guard next != 0, next.isFinite else { break }
            if index < rest.count { rest[index] = next } else { rest.append(next) }
            index += 1
        }
        rest.removeLast(rest.count - index)
    }

    /// Numbers that do not overlap, the greatest last, in memory of its caller (Shewchuk, "Adaptive Precision Floating-Point
    /// Arithmetic", 1997).
    private struct Parts {
        private let numbers: UnsafeMutableBufferPointer<Double>
        private var count = 0

        init(_ buffer: UnsafeMutableBufferPointer<Double>) { numbers = buffer }

        mutating func append(_ number: Double) {
            numbers[count] = number
            count += 1
        }

        mutating func add(_ number: Double) {
            var (carry, end) = (number, 0)
            for index in 0..<count {
                let (value, error) = twoSum(carry, numbers[index])
                if error != 0 {
                    numbers[end] = error
                    end += 1
                }
                carry = value
            }
            count = end
            if carry != 0 { append(carry) }
        }

        /// The number that is nearest to the sum; of two that are equally near, the even one.
        var nearest: Double {
            guard count > 0 else { return 0 }
            var (value, index) = (numbers[count - 1], count - 2)
            while index >= 0 {
                let (sum, error) = twoSum(value, numbers[index])
                value = sum
                index -= 1
                guard error != 0 else { continue }
                // Halfway between two numbers, what is below decides.
                if index >= 0, (error < 0) == (numbers[index] < 0) {
                    let twice = error * 2
                    let other = value + twice
                    if twice == other - value { value = other }
                }
                break
            }
            return value
        }
    }

    private static func twoSum(_ left: Double, _ right: Double) -> (sum: Double, error: Double) {
        let sum = left + right
        let added = sum - left
        return (sum, (left - (sum - added)) + (right - added))
    }
}
