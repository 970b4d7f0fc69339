#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The identity of an event: a UUID, made by the server in version 7 (RFC 9562, section 5.7).
public struct EventID: Hashable, Sendable {
    /// The first eight bytes, big-endian.
    public var high: UInt64
    /// The last eight bytes, big-endian.
    public var low: UInt64

    /// Makes an identity of its two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The number of bytes of the text form `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`.
    public static let textLength = 36

    /// Writes the text form, 36 bytes of lower-case ASCII, to the start of `buffer`.
    public func write(to buffer: UnsafeMutableRawBufferPointer) {
        precondition(buffer.count >= Self.textLength)
        var position = 0
        for digit in 0..<32 {
            if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                buffer[position] = UInt8(ascii: "-")
                position += 1
            }
            let half = digit < 16 ? high : low
            let nibble = UInt8(truncatingIfNeeded: half >> UInt64((15 - digit % 16) * 4)) & 0xf
            buffer[position] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble
            position += 1
        }
    }

    /// The sixteen bytes in network order.
    public var bytes: [UInt8] {
        (0..<16).map { index in
            UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64((7 - index % 8) * 8))
        }
    }

    /// Reads sixteen bytes in network order; nil for any other count.
    public init?(bytes: some Sequence<UInt8>) {
        var halves: (UInt64, UInt64) = (0, 0)
        var count = 0
        for byte in bytes {
            if count < 8 { halves.0 = halves.0 << 8 | UInt64(byte) } else { halves.1 = halves.1 << 8 | UInt64(byte) }
            count += 1
        }
        guard count == 16 else { return nil }
        self.init(high: halves.0, low: halves.1)
    }
}

extension EventID: LosslessStringConvertible {
    /// The text form in lower case.
    public var description: String {
        String(unsafeUninitializedCapacity: Self.textLength) { buffer in
            write(to: UnsafeMutableRawBufferPointer(buffer))
            return Self.textLength
        }
    }

    /// Reads the text form, in either case; nil when `text` is not a UUID.
    public init?(_ text: String) {
        var text = text
        guard let read = text.withUTF8({ EventID(text: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = read
    }

    /// Reads the text form, in either case, given in ASCII; nil when it is not a UUID.
    public init?(text: UnsafeRawBufferPointer) {
        guard text.count == Self.textLength else { return nil }
        self.init(high: 0, low: 0)
        for position in 0..<Self.textLength {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard text[position] == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = text[position].hexadecimalValue else { return nil }
                high = high << 4 | low >> 60
                low = low << 4 | UInt64(digit)
            }
        }
    }
}

/// Makes event identities that increase within one generator: UUID version 7 with a counter in `rand_a`.
///
/// A value that is confined to one thread or event loop; several generators never make the same identity
/// but for chance (62 random bits).
public struct EventIDGenerator: Sendable {
    private var lastMillisecond: Int64 = 0
    private var counter: UInt16 = 0
    // Asking the operating system for each identity would be a system call for each event.
    private var random: [UInt64] = []

    /// Makes a generator.
    public init() {}

    /// Makes the next identity for an event received at `timestamp`.
    public mutating func next(at timestamp: Timestamp) -> EventID {
        let millisecond = max(timestamp.microseconds / 1000, lastMillisecond)
        if millisecond == lastMillisecond, counter < 0xfff {
            counter += 1
        } else {
            lastMillisecond = millisecond == lastMillisecond ? millisecond + 1 : millisecond
            counter = 0
        }
        return EventID(
            high: UInt64(bitPattern: lastMillisecond) << 16 | 0x7000 | UInt64(counter),
            low: nextRandom() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000)
    }

    private mutating func nextRandom() -> UInt64 {
        if random.isEmpty {
            random = Array(repeating: 0, count: 32)
            let status = random.withUnsafeMutableBytes { getentropy($0.baseAddress!, $0.count) }
            if status != 0 { random = [UInt64.random(in: .min ... .max)] }
        }
        return random.removeLast()
    }
}
