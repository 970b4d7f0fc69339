import AssetlogCore
import Testing

@Suite struct EventTests {
    @Test(
        "An identity reads and prints a UUID",
        arguments: [
            "00000000-0000-0000-0000-000000000000", "01234567-89ab-cdef-0123-456789abcdef", "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ])
    func identity(text: String) throws {
        let id = try #require(EventID(text))
        #expect(id.description == text)
        #expect(EventID(text.uppercased()) == id)
        #expect(EventID(bytes: id.bytes) == id)
    }

    @Test(
        "What is no UUID is no identity",
        arguments: [
            "", "0", "01234567-89ab-cdef-0123-456789abcde", "01234567-89ab-cdef-0123-456789abcdef0", "0123456789abcdef0123456789abcdef",
            "01234567-89ab-cdef-0123_456789abcdef", "g1234567-89ab-cdef-0123-456789abcdef", "{1234567-89ab-cdef-0123-456789abcdef}",
        ])
    func noIdentity(text: String) {
        #expect(EventID(text) == nil)
        #expect(Array(text.utf8).withUnsafeBytes { EventID(text: $0) } == nil)
        #expect(EventID(bytes: Array(text.utf8.prefix(15))) == nil)
    }

    @Test("Identities of one generator increase, even when the clock goes back")
    func generator() {
        var generator = EventIDGenerator()
        var last = EventID(high: 0, low: 0)
        let start: Int64 = 1_800_000_000_000_000
        for index in 0..<20_000 {
            let id = generator.next(at: Timestamp(microseconds: start - Int64(index % 3) * 5_000_000))
            #expect((id.high, id.low) > (last.high, last.low))
            #expect(id.high >> 12 & 0xf == 7)
            #expect(id.low >> 62 == 2)
            last = id
        }
    }

    @Test("A batch gives back what was put in, also after it grew and was used again")
    func batch() {
        var batch = EventBatch(capacity: 0)
        let events = (0..<50).map { index in
            Event(
                id: EventID(high: 1, low: UInt64(index)), deployment: index % 2 == 0 ? "default" : "",
                kind: EventKind.allCases[index % EventKind.allCases.count], assetKey: AssetKey(["k\(index)", ""]),
                partition: [nil, "", "p"][index % 3], timestamp: Timestamp(microseconds: Int64(index)),
                receivedAt: Timestamp(microseconds: -1), reportedBy: index % 5 == 0 ? "token" : nil,
                details: Array(repeating: UInt8(ascii: "x"), count: index * 100))
        }
        for _ in 0..<2 {
            for event in events { batch.append(event) }
            #expect(batch.events == events)
            #expect(batch.count == 50)
            batch.removeAll()
            #expect((batch.count, batch.byteCount) == (0, 0))
        }
        #expect(EventBatch(events).events == events)
    }

    @Test(
        "A key's canonical form holds its parts",
        arguments: [
            (["warehouse", "orders"], #"["warehouse","orders"]"#), ([""], #"[""]"#),
            (["a\"\\\n\t\r\u{1}é😀", "/"], #"["a\"\\\n\t\r\u0001é😀","/"]"#),
        ])
    func key(parts: [String], canonical: String) {
        #expect(AssetKey(parts).canonical == canonical)
        #expect(AssetKey(parts).parts == parts)
        #expect(AssetKey(json: canonical) == AssetKey(parts))
        #expect(AssetKey(canonical: canonical) == AssetKey(parts))
    }

    @Test("A filter takes any JSON array of strings for a key")
    func keyFilter() {
        #expect(AssetKey(json: #" [ "\u0061" , "b" ] "#)?.canonical == #"["a","b"]"#)
        for text in ["", "[]", "a", #""a""#, "[1]", "{}", #"["a""#] { #expect(AssetKey(json: text) == nil) }
    }

    @Test("Kinds have names")
    func kinds() {
        for kind in EventKind.allCases { #expect(EventKind(name: kind.name) == kind) }
        #expect(EventKind.allCases.map(\.rawValue) == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(EventKind.allCases.filter { !EventKind.reportable.contains($0) } == [.void, .wipe])
        #expect(EventKind(name: "materialization_failed") == .materializationFailed)
        #expect(EventKind(name: "Materialization") == nil)
    }
}
