/// A number of bytes as people write it: plain, or with a unit.
enum ByteCount {
    private static let units = [(shift: 30, name: "GiB"), (shift: 20, name: "MiB"), (shift: 10, name: "KiB")]

    /// Reads `4096`, `8MiB` or `2 k`, in either case; all units are powers of 1,024.
    ///
    /// - Returns: Nil for anything else, and for more than an `Int` holds.
    static func read(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), let shift = shift(text.dropFirst(digits.count).drop { $0 == " " }.lowercased())
        else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : product
    }

    /// Writes a number with the largest unit that divides it: `8MiB`, `65535`.
    static func text(_ bytes: Int) -> String {
        guard bytes != 0, let unit = units.first(where: { bytes.isMultiple(of: 1 << $0.shift) }) else { return "\(bytes)" }
        return "\(bytes >> unit.shift)\(unit.name)"
    }

    private static func shift(_ unit: String) -> Int? {
        switch unit {
        case "", "b": 0
        case "k", "kb", "kib": 10
        case "m", "mb", "mib": 20
        case "g", "gb", "gib": 30
        default: nil
        }
    }
}
