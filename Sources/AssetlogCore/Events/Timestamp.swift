#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A point in time: microseconds since 1970-01-01T00:00:00Z, without leap seconds.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since the Unix epoch.
    public var microseconds: Int64

    /// Makes a point in time from microseconds since the Unix epoch.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Reads the system's clock.
    public static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }
}

extension Timestamp: LosslessStringConvertible {
    /// RFC 3339 in UTC with six digits of a second: `2026-11-23T19:00:00.123456Z`.
    public var description: String {
        let (seconds, micros) = microseconds.quotientAndRemainder(flooring: 1_000_000)
        let (days, second) = seconds.quotientAndRemainder(flooring: 86_400)
        let date = CivilDate(days: days)
        func pad(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        return "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))T\(pad(second / 3600, 2))"
            + ":\(pad(second / 60 % 60, 2)):\(pad(second % 60, 2)).\(pad(micros, 6))Z"
    }

    /// Reads RFC 3339 (section 5.6) with any offset; digits below a microsecond are cut. Nil for anything else.
    public init?(_ text: String) {
        var text = text
        guard let read = text.withUTF8({ Timestamp(rfc3339: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = read
    }

    /// Reads RFC 3339 given in ASCII; nil for anything else.
    init?(rfc3339 bytes: UnsafeRawBufferPointer) {
        var text = TimeText(bytes)
        guard let date = text.date(), text.skip("Tt "), let hour = text.number(2), text.skip(":"),
            let minute = text.number(2), text.skip(":"), let second = text.number(2), hour < 24, minute < 60,
            second <= 60, let micros = text.fraction(), let offset = text.offset(), text.isAtEnd
        else { return nil }
        let seconds = date.days * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(microseconds: seconds * 1_000_000 + micros)
    }
}

/// A position in the text of a date or a time.
struct TimeText {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    /// Reads so many digits.
    mutating func number(_ width: Int) -> Int64? {
        guard position + width <= bytes.count else { return nil }
        var value: Int64 = 0
        for index in position..<position + width {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        position += width
        return value
    }

    /// Skips one of these ASCII characters.
    mutating func skip(_ accepted: StaticString) -> Bool {
        guard position < bytes.count else { return false }
        for index in 0..<accepted.utf8CodeUnitCount where accepted.utf8Start[index] == bytes[position] {
            position += 1
            return true
        }
        return false
    }

    /// Reads `YYYY-MM-DD`.
    mutating func date() -> CivilDate? {
        guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2) else { return nil }
        return CivilDate(year: year, month: month, day: day)
    }

    /// Reads the decimals of a second, which may be missing, in microseconds.
    fileprivate mutating func fraction() -> Int64? {
        guard skip(".") else { return 0 }
        let start = position
        var (micros, scale): (Int64, Int64) = (0, 100_000)
        while let digit = number(1) {
            micros += digit * scale
            scale /= 10
        }
        return position > start ? micros : nil
    }

    /// Reads `+HHMM` or `+HHMMSS`, in seconds.
    mutating func compactOffset() -> Int64? {
        let isNegative = skip("-")
        guard isNegative || skip("+"), let hours = number(2), let minutes = number(2) else { return nil }
        let seconds = isAtEnd ? 0 : number(2) ?? 60
        guard hours < 26, minutes < 60, seconds < 60 else { return nil }
        return (isNegative ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds)
    }

    /// Reads `Z` or `+HH:MM`, in seconds.
    fileprivate mutating func offset() -> Int64? {
        if skip("Zz") { return 0 }
        let isNegative = skip("-")
        guard isNegative || skip("+"), let hours = number(2), skip(":"), let minutes = number(2), hours < 24,
            minutes < 60
        else { return nil }
        return (isNegative ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
}

extension Timestamp: Decodable {
    /// Reads a time of RFC 3339.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let time = Timestamp(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no time of RFC 3339"))
        }
        self = time
    }
}
