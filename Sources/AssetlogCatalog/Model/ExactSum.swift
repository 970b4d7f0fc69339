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
        if sum.rest.isEmpty {
            let (value, error) = twoSum(sum.value, number)
            sum.value = value
            if error != 0 { sum.rest = [error] }
        } else {
            sum = ExactSum(exactly: adding(number, to: sum.rest.reversed() + [sum.value]))
        }
    }

    static func += (sum: inout ExactSum, other: ExactSum) {
        for number in [other.value] + other.rest { sum += number }
    }

    // Shewchuk, "Adaptive Precision Floating-Point Arithmetic" (1997): the parts do not overlap, the greatest is the last.
    private init(exactly parts: [Double]) {
        var parts = parts
        var numbers: [Double] = []
        while true {
            let nearest = Self.nearest(to: parts)
            if nearest == 0 { break }
            numbers.append(nearest)
            parts = Self.adding(-nearest, to: parts)
        }
        self.init(value: numbers.first ?? 0, rest: Array(numbers.dropFirst()))
    }

    private static func adding(_ number: Double, to parts: [Double]) -> [Double] {
        var (carry, sum): (Double, [Double]) = (number, [])
        for part in parts {
            let (value, error) = twoSum(carry, part)
            if error != 0 { sum.append(error) }
            carry = value
        }
        if carry != 0 { sum.append(carry) }
        return sum
    }

    /// The number that is nearest to the sum of parts; of two that are equally near, the even one.
    private static func nearest(to parts: [Double]) -> Double {
        guard var value = parts.last else { return 0 }
        var index = parts.count - 2
        while index >= 0 {
            let (sum, error) = twoSum(value, parts[index])
            value = sum
            index -= 1
            guard error != 0 else { continue }
            // Halfway between two numbers, what is below decides.
            if index >= 0, (error < 0) == (parts[index] < 0) {
                let twice = error * 2
                let other = value + twice
                if twice == other - value { value = other }
            }
            break
        }
        return value
    }

    private static func twoSum(_ left: Double, _ right: Double) -> (sum: Double, error: Double) {
        let sum = left + right
        let added = sum - left
        return (sum, (left - (sum - added)) + (right - added))
    }
}
