// The files of the time zone database (TZif, RFC 9636).
extension ZoneRules {
    /// Reads a file; nil when it is none.
    init?(file: [UInt8]) {
        var reader = ZoneFileReader(file)
        guard var header = reader.header() else { return nil }
        if header.version >= UInt8(ascii: "2") {
            // The same again with times of 64 bits.
            guard reader.skip(header.length(timeWidth: 4)), let second = reader.header() else { return nil }
            header = second
        }
        let width = header.version >= UInt8(ascii: "2") ? 8 : 4
        guard let instants = reader.numbers(header.times, width: width),
            let typeIndices = reader.numbers(header.times, width: 1), let types = reader.types(header.types),
            let first = types.first, typeIndices.allSatisfy({ types.indices.contains(Int($0)) }),
            reader.skip(header.rest(timeWidth: width))
        else { return nil }
        let changes = zip(instants, typeIndices).map { Change(instant: $0, offset: types[Int($1)]) }
        self.init(first: first, changes: changes, rule: width == 8 ? YearlyRule(reader.footer()) : nil)
    }
}

private struct ZoneFileReader {
    struct Header {
        var version: UInt8
        // In the order of the file.
        var universal: Int
        var standard: Int
        var leaps: Int
        var times: Int
        var types: Int
        var characters: Int

        /// The bytes that follow a header.
        func length(timeWidth: Int) -> Int { times * (timeWidth + 1) + types * 6 + rest(timeWidth: timeWidth) }

        /// The bytes that follow the types.
        func rest(timeWidth: Int) -> Int { characters + leaps * (timeWidth + 4) + standard + universal }
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func skip(_ count: Int) -> Bool {
        guard count <= bytes.count - position else { return false }
        position += count
        return true
    }

    mutating func header() -> Header? {
        let start = position
        guard skip(20), bytes[start..<start + 4].elementsEqual("TZif".utf8), let counts = numbers(6, width: 4),
            counts.allSatisfy({ $0 >= 0 && $0 <= bytes.count })
        else { return nil }
        return Header(
            version: bytes[start + 4], universal: Int(counts[0]), standard: Int(counts[1]), leaps: Int(counts[2]),
            times: Int(counts[3]), types: Int(counts[4]), characters: Int(counts[5]))
    }

    /// Reads signed numbers, the high byte first; of one byte they have no sign.
    mutating func numbers(_ count: Int, width: Int) -> [Int64]? {
        let start = position
        guard skip(count * width) else { return nil }
        return (0..<count).map { index in
            let offset = start + index * width
            var number = width == 1 ? 0 : Int64(Int8(bitPattern: bytes[offset])) >> 7
            for byte in bytes[offset..<offset + width] { number = number << 8 | Int64(byte) }
            return number
        }
    }

    /// The offsets of the kinds of local time.
    mutating func types(_ count: Int) -> [Int64]? {
        var offsets: [Int64] = []
        for _ in 0..<count {
            // A flag for summer time and the offset of a name follow.
            guard let offset = numbers(1, width: 4)?.first, abs(offset) < 26 * 3600, skip(2) else { return nil }
            offsets.append(offset)
        }
        return offsets
    }

    /// The rule at the end, which stands in a line of its own.
    func footer() -> ArraySlice<UInt8> {
        let newline = UInt8(ascii: "\n")
        guard position < bytes.count, bytes[position] == newline else { return [] }
        return bytes[(position + 1)...].prefix { $0 != newline }
    }
}
