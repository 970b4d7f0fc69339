// The time of an event, as a client gives it: RFC 3339 with its offset, or Unix seconds.
extension FieldReader {
    /// Reads a time of a clock that may be wrong; nil: it can't be right, and the time of receipt counts.
    mutating func approximateTime(_ value: FieldValue, limits: EventLimits, receivedAt: Timestamp)
        throws(SubmissionError) -> Timestamp?
    {
        let time = try anyTime(value)
        return time <= receivedAt && time >= limits.earliest ? time : nil
    }

    /// Reads a time that lies within `limits` of the time when it was received.
    mutating func time(_ value: FieldValue, limits: EventLimits, receivedAt: Timestamp)
        throws(SubmissionError) -> Timestamp
    {
        let time = try anyTime(value)
        let latest = limits.latest(at: receivedAt)
        if time > latest { throw Self.tooLate(value, latest: latest, limits: limits, receivedAt: receivedAt) }
        guard time >= limits.earliest else {
            throw value.refused("\(value.shownTime) is before \(limits.earliest), the earliest time that is accepted.")
        }
        return time
    }

    private mutating func anyTime(_ value: FieldValue) throws(SubmissionError) -> Timestamp {
        switch value.kind {
        case .string: try writtenTime(value)
        case .integer, .float: try seconds(value)
        default: throw value.mustBe("a time of RFC 3339 such as \"2026-11-23T19:00:00Z\", or Unix seconds")
        }
    }

    private mutating func writtenTime(_ value: FieldValue) throws(SubmissionError) -> Timestamp {
        let text = unescaped(value)
        if let time = Timestamp(rfc3339: text) { return time }
        let isLocal = text.count <= 64 && Timestamp(String(decoding: text, as: UTF8.self) + "Z") != nil
        throw isLocal
            ? value.refused("\(value.shownTime) has no offset; add Z for UTC, or one such as +02:00.")
            : value.mustBe("a time of RFC 3339 such as \"2026-11-23T19:00:00Z\", or Unix seconds")
    }

    private func seconds(_ value: FieldValue) throws(SubmissionError) -> Timestamp {
        if let micros = DecimalSeconds.microseconds(value.json) { return Timestamp(microseconds: micros) }
        // With an exponent.
        let seconds = ByteScratch.double(value.json)
        guard seconds.isFinite else { throw value.mustBe("a time") }
        return Timestamp(microseconds: Int64(exactly: (seconds * 1e6).rounded()) ?? (seconds < 0 ? .min : .max))
    }

    private static func tooLate(
        _ value: FieldValue, latest: Timestamp, limits: EventLimits, receivedAt: Timestamp
    ) -> SubmissionError {
        // Seconds that are too many by a thousand or a million are a common slip.
        let number = value.kind == .string ? 0 : ByteScratch.double(value.json)
        for (micros, unit) in [(number * 1000, "milliseconds"), (number, "microseconds")]
        where micros >= Double(limits.earliest.microseconds) && micros <= Double(latest.microseconds) {
            return value.refused(
                "\(value.shownTime) looks like \(unit); send seconds, with decimals where they matter.")
        }
        return value.refused(
            "\(value.shownTime) is over \(limits.maximumFuture) ahead of the server's clock, \(receivedAt); "
                + "check the client's clock and time zone.")
    }
}

extension FieldValue {
    fileprivate var shownTime: String { Quoted.value(json, kind) }
}

/// Unix seconds as a decimal number, exact to the microsecond, which a double is not.
enum DecimalSeconds {
    /// The microseconds of a validated number without an exponent, digits below a microsecond cut; nil for any other.
    /// What is out of range becomes the least or the greatest number.
    static func microseconds(_ literal: UnsafeRawBufferPointer) -> Int64? {
        var (micros, scale): (Int64, Int64) = (0, 1_000_000)
        var (isNegative, isFraction) = (false, false)
        for byte in literal {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = Int64(byte - UInt8(ascii: "0"))
                if isFraction {
                    scale /= 10
                    micros += digit * scale
                } else {
                    // Ten thousand years and more are all refused alike.
                    micros = micros < 400_000_000_000_000_000 ? micros * 10 + digit * scale : .max / 2
                }
            default: return nil
            }
        }
        return isNegative ? -micros : micros
    }
}
