import AssetlogCore

/// Bytes that a receiver may be sent, and that are no message of its protocol.
enum HostileInput {
    static let all: [(name: String, bytes: [UInt8])] = texts + nested + binary

    private static let texts: [(name: String, bytes: [UInt8])] = [
        "", " ", "\n", "{", "}", "[]", "{}", "null", "true", "42", "-0", "1e999999", "\"text\"", "[[]]", "[{}]", #"{"hello":"world"}"#,
        #"[{"a":1}]"#, #"{"a":1e999}"#, #"{"":""}"#, #"{"a":NaN}"#, #"{"a":"\ud800"}"#, "{\"a\":\"\u{0}\"}", "<a/>", "hello=world",
        "\u{feff}{}",
    ].map { ("the text \($0.debugDescription)", Array($0.utf8)) }

    private static let nested: [(name: String, bytes: [UInt8])] = [
        ("100,000 open arrays", [UInt8](repeating: UInt8(ascii: "["), count: 100_000)),
        ("an array of 400 levels", nest("[", "]", 400)), ("an array of 600 levels", nest("[", "]", 600)),
        ("an object of 400 levels", nest(#"{"a":"#, "}", 400)), ("an object of 600 levels", nest(#"{"a":"#, "}", 600)),
        ("a number of 100,000 digits", [UInt8](repeating: UInt8(ascii: "9"), count: 100_000)),
        ("a member whose number has 4,000 digits", Array(#"{"a":\#(String(repeating: "9", count: 4000))}"#.utf8)),
        ("a text of 100,000 letters", Array("\"\(String(repeating: "x", count: 100_000))\"".utf8)),
        ("a name of 100,000 letters", Array(#"{"\#(String(repeating: "x", count: 100_000))":1}"#.utf8)),
        ("10,000 empty objects", Array("[\(String(repeating: "{},", count: 9999)){}]".utf8)),
    ]

    private static let binary: [(name: String, bytes: [UInt8])] =
        [
            ("a byte that is no UTF-8", [0xff]), ("bytes that are no UTF-8", [0x7b, 0x22, 0xc0, 0xa0, 0x22, 0x3a, 0x31, 0x7d]),
            ("half of a character", [0x22, 0xe2, 0x82, 0x22]), ("a NUL byte", [0]),
        ] + [1, 2, 7, 64, 1000, 70_000].map { ("\($0) random bytes", random($0)) }

    private static func nest(_ open: String, _ close: String, _ levels: Int) -> [UInt8] {
        Array((String(repeating: open, count: levels) + "1" + String(repeating: close, count: levels)).utf8)
    }

    // The same at every run: a failure has to come again.
    private static func random(_ count: Int) -> [UInt8] {
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15 ^ UInt64(count)
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }
}

// MARK: Damage

extension HostileInput {
    /// The beginnings of a message, about 200 of them, none of them empty.
    static func truncated(_ sample: ReceivedElement) -> [(name: String, element: ReceivedElement)] {
        stride(from: 1, to: sample.body.count, by: max(1, sample.body.count / 200)).map { count in
            ("cut off after \(count) bytes", with(sample.body[..<count], sample))
        }
    }

    /// A message with other bytes in many places, and with texts that are far too long.
    static func damaged(_ sample: ReceivedElement) -> [(name: String, element: ReceivedElement)] {
        let body = sample.body
        let quotes = body.indices.filter { body[$0] == UInt8(ascii: "\"") }.prefix(64)
        let filling = [UInt8](repeating: UInt8(ascii: "x"), count: 5000)
        let longer = quotes.map { ("with 5,000 letters behind byte \($0)", with(body[...$0] + filling + body[($0 + 1)...], sample)) }
        let flipped = stride(from: 0, to: body.count, by: max(1, body.count / 200)).flatMap { index in
            ([0x01, 0x80] as [UInt8]).map { bit -> (String, ReceivedElement) in
                var other = body
                other[index] ^= bit
                return ("with another bit in byte \(index)", with(other, sample))
            }
        }
        let headers = sample.headers.keys.sorted().flatMap { name in
            ["", "%", "%ff", "\"", "\u{0}", String(repeating: "x", count: 5000)].map { value -> (String, ReceivedElement) in
                var other = sample
                other.headers[name] = value
                return ("with the header \(name) \(value.prefix(10).debugDescription)", other)
            }
        }
        return truncated(sample) + longer + flipped + headers
    }

    private static func with(_ body: some Sequence<UInt8>, _ sample: ReceivedElement) -> ReceivedElement {
        var other = sample
        other.body = Array(body)
        return other
    }
}
