/// Numbers as pages show them.
enum ShownNumber {
    /// A number with the digits before its point in groups, `1,234,567.5`; anything else as it is.
    static func grouped(_ literal: String) -> String {
        let bytes = Array(literal.utf8)
        let start = bytes.first == UInt8(ascii: "-") ? 1 : 0
        let digits = bytes[start...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let rest = bytes[digits.endIndex...]
        guard digits.count > 3, rest.isEmpty || rest.first == UInt8(ascii: "."), !rest.contains(UInt8(ascii: "e")) else { return literal }
        var grouped = Array(bytes[..<start])
        for (index, digit) in zip(digits.indices, digits) {
            if index > digits.startIndex, (digits.endIndex - index) % 3 == 0 { grouped.append(UInt8(ascii: ",")) }
            grouped.append(digit)
        }
        return String(decoding: grouped + rest, as: UTF8.self)
    }

    /// A number without a point where it has no fraction.
    static func text(_ value: Double) -> String {
        if let whole = Int64(exactly: value), abs(value) < 1e15 { return grouped(String(whole)) }
        return value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : grouped(value.description)
    }
}
