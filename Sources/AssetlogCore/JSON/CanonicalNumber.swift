extension ByteScratch {
    /// Appends a validated number in canonical form: an integer by its digits, a double in the shortest form that
    /// reads back as the same.
    mutating func appendNumber(_ literal: UnsafeRawBufferPointer, isFloat: Bool) {
        guard isFloat else {
            if literal.count == 2, literal[0] == UInt8(ascii: "-"), literal[1] == UInt8(ascii: "0") {
                append(UInt8(ascii: "0"))
            } else {
                append(literal)
            }
            return
        }
        if let kept = Self.shortDecimal(literal) {
            append(UnsafeRawBufferPointer(rebasing: literal[..<kept]))
        } else {
            appendDouble(Self.double(literal))
        }
    }

    /// The value of a validated number; too large ones are infinite.
    static func double(_ literal: UnsafeRawBufferPointer) -> Double {
        let text = String(decoding: literal, as: UTF8.self)
        switch text {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default: return Double(text) ?? .infinity
        }
    }

    /// Appends a double as Python writes it.
    mutating func appendDouble(_ value: Double) {
        if value.isNaN { return append("NaN") }
        if value.isInfinite { return value < 0 ? append("-Infinity") : append("Infinity") }
        var text = Self.shortest(value)
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// The shortest form of a finite double, with an exponent from 1e16 on and below 0.0001, as Python has it.
    static func shortest(_ value: Double) -> String {
        // Swift begins with exponents at 2^53 already. Doubles from there to 1e16 are whole numbers.
        guard abs(value) > 0x1p53, abs(value) < 1e16 else { return value.description }
        return "\(Int64(value)).0"
    }

    // Most numbers are short decimals such as 0.973. One of at most 15 digits is the shortest form of its double
    // already, once the zeros at its end are cut. Returns how many of its bytes to keep; nil when it takes more.
    private static func shortDecimal(_ literal: UnsafeRawBufferPointer) -> Int? {
        guard literal.count <= 18 else { return nil }
        var (digits, point, lastNonZero) = (0, -1, -1)
        for (index, byte) in literal.enumerated() {
            switch byte {
            case UInt8(ascii: "-"): break
            case UInt8(ascii: "."): point = index
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if byte != UInt8(ascii: "0") { lastNonZero = index }
                digits += 1
            default: return nil
            }
        }
        let isSmall = literal[point < 0 ? 0 : point - 1] == UInt8(ascii: "0") && (point == 1 || point == 2)
        guard point > 0, digits <= 15 else { return nil }
        // Below 0.0001 the shortest form has an exponent.
        if isSmall, lastNonZero > point, literal[(point + 1)...].prefix(3).allSatisfy({ $0 == UInt8(ascii: "0") }),
            literal.count > point + 4
        {
            return nil
        }
        return max(lastNonZero + 1, point + 2)
    }
}
