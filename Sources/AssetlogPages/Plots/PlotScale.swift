#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A mark on an axis.
struct PlotTick {
    /// Where it is: 0 at the beginning of the axis, 1 at its end.
    let position: Double
    let label: String
}

/// The axis of the values of a plot, with marks at round numbers.
///
/// It computes in a unit in which neither the greatest nor the least double overflows or vanishes.
struct PlotScale {
    private static let wantedSteps = 5.0
    // Values that differ less are drawn as equal.
    private static let leastSpan = 1e-9

    private let unit: Double
    private let unitExponent: Int
    private let low: Double
    private let high: Double

    /// - Parameters:
    ///   - values: The values; those that are not finite are left out.
    ///   - includesZero: Whether the axis has to contain zero, as that of bars does.
    init(_ values: some Sequence<Double>, includesZero: Bool = false) {
        var range: ClosedRange<Double>? = includesZero ? 0...0 : nil
        for value in values where value.isFinite {
            range = range.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
        }
        let (least, greatest) = (range?.lowerBound ?? 0, range?.upperBound ?? 0)
        let magnitude = max(abs(least), abs(greatest))
        unitExponent = magnitude > 1e300 ? 300 : magnitude > 0 && magnitude < 1e-290 ? -300 : 0
        unit = unitExponent == 0 ? 1 : unitExponent > 0 ? 1e300 : 1e-300
        (low, high) = Self.padded(least / unit, greatest / unit)
    }

    // With some space around the values, but not beyond zero.
    private static func padded(_ low: Double, _ high: Double) -> (Double, Double) {
        let magnitude = max(abs(low), abs(high))
        let isConstant = high - low <= magnitude * leastSpan
        let pad = isConstant ? (magnitude == 0 ? 1 : magnitude / 10) : (high - low) / 20
        return (low >= 0 ? max(0, low - pad) : low - pad, high <= 0 && low < 0 ? min(0, high + pad) : high + pad)
    }

    /// Where a finite value is: 0 at the beginning of the axis, 1 at its end.
    func position(of value: Double) -> Double { min(1, max(0, (value / unit - low) / (high - low))) }

    /// The marks.
    var ticks: [PlotTick] {
        let exponent = (log10((high - low) / Self.wantedSteps)).rounded(.down)
        let base = Self.power(Int(exponent))
        let wanted = (high - low) / Self.wantedSteps / base
        let factor: Double = wanted <= 1.5 ? 1 : wanted <= 3 ? 2 : wanted <= 7 ? 5 : 10
        let step = factor * base
        let (first, last) = (Int((low / step).rounded(.up)), Int((high / step).rounded(.down)))
        let label = Label(magnitude: max(abs(low), abs(high)), step: Int(exponent) + (factor == 10 ? 1 : 0), unit: unitExponent)
        return (first...max(first, min(last, first + 20))).map { number in
            let value = Double(number) * step
            return PlotTick(position: (value - low) / (high - low), label: label.text(value))
        }.filter { (0...1).contains($0.position) }
    }

    // The nearest double, which powers computed by multiplication are not.
    static func power(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 1 }
}

extension PlotScale {
    /// How the marks of an axis are written: all with the same decimals, and with the same exponent where they are very great or small.
    private struct Label {
        private static let plain = -4..<9
        private let exponent: Int
        private let decimals: Int
        private let suffix: String

        /// - Parameters:
        ///   - magnitude: The greatest absolute value.
        ///   - step: The exponent of the distance between marks.
        ///   - unit: The exponent of the unit that both are in.
        init(magnitude: Double, step: Int, unit: Int) {
            let greatest = Int(log10(magnitude).rounded(.down))
            let isPlain = unit == 0 && Self.plain.contains(greatest)
            exponent = isPlain ? 0 : greatest
            decimals = min(12, max(0, exponent - step))
            suffix = isPlain ? "" : "e\(greatest + unit)"
        }

        func text(_ value: Double) -> String {
            value == 0 ? "0" : PlotNumber.fixed(value / PlotScale.power(exponent), decimals: decimals) + suffix
        }
    }
}

/// Numbers of plots.
enum PlotNumber {
    /// A number with so many decimals, its digits in groups.
    static func fixed(_ value: Double, decimals: Int) -> String {
        let scaled = (abs(value) * PlotScale.power(decimals)).rounded()
        guard scaled < 1e18 else { return ShownNumber.text(value) }
        let digits = String(Int64(scaled))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.utf8.count)) + digits
        let sign = value < 0 && scaled > 0 ? "-" : ""
        let whole = ShownNumber.grouped(String(padded.dropLast(decimals)))
        return decimals == 0 ? sign + whole : "\(sign)\(whole).\(padded.suffix(decimals))"
    }

    /// A coordinate to a tenth of a unit.
    static func coordinate(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e6 else { return "0" }
        let tenths = Int((value * 10).rounded())
        let (whole, rest) = abs(tenths).quotientAndRemainder(dividingBy: 10)
        return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
    }
}
