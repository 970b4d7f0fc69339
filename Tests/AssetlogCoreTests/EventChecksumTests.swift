import AssetlogCore
import Testing

@Suite("The checksum of an event")
struct EventChecksumTests {
    private static func event(_ bytes: Int = 40) -> Event {
        Event(
            id: EventID(high: 0x0199_aabb_ccdd_7000, low: 0x8000_0000_0000_0001), deployment: "prod", kind: .check,
            assetKey: AssetKey(["warehouse", "orders"]), partition: "2026-11-29", timestamp: Timestamp(microseconds: 5),
            receivedAt: Timestamp(microseconds: 6), reportedBy: "etl",
            details: Array(#"{"description":"\#(String(repeating: "x", count: bytes))"}"#.utf8))
    }

    private static func sum(_ event: Event, at sequence: Int64 = 7) -> UInt64 {
        event.withColumns { $0.checksum(at: sequence) }
    }

    // It is stored, so it never changes.
    @Test(
        "is the same in every release",
        arguments: [
            (0, 0x72f59f2afd88e057),
            (1, 0x3487b72ce5ddb078),
            (7, 0x19de0d4c86ad8490),
            (40, 0xc1483f929652fca5),
            (64, 0x6641dbfb2988230d),
            (1000, 0x85701085a2ba7ad2),
        ] as [(Int, UInt64)])
    func stays(_ bytes: Int, _ expected: UInt64) {
        #expect(Self.sum(Self.event(bytes)) == expected, "0x\(String(Self.sum(Self.event(bytes)), radix: 16))")
    }

    @Test("takes the sequence last, so that it can be added without the event")
    func sequence() {
        let event = Self.event()
        for sequence: Int64 in [0, 1, 7, 1 << 40, .max] {
            #expect(Self.sum(event, at: sequence) == Self.sum(event, at: 0) ^ UInt64(bitPattern: sequence))
        }
    }

    @Test("tells what is absent from what is empty, and what stands in one column from what stands in another")
    func borders() {
        var sums: Set<UInt64> = [Self.sum(Self.event())]
        let changes: [(inout Event) -> Void] = [
            { $0.partition = nil }, { $0.partition = "" }, { $0.reportedBy = nil }, { $0.reportedBy = "" },
            { ($0.partition, $0.reportedBy) = (nil, "2026-11-29") }, { ($0.partition, $0.reportedBy) = ("2026-11-29etl", "") },
            { ($0.partition, $0.reportedBy) = ("", "2026-11-29etl") }, { $0.deployment = "pro" },
            { $0.deployment = "prod[" }, { $0.kind = .observation }, { $0.timestamp = Timestamp(microseconds: 6) },
            { ($0.timestamp, $0.receivedAt) = ($0.receivedAt, $0.timestamp) }, { $0.details = [] }, { $0.details += [0] },
            { $0.id = EventID(high: $0.id.low, low: $0.id.high) },
        ]
        for change in changes {
            var event = Self.event()
            change(&event)
            #expect(sums.insert(Self.sum(event)).inserted)
        }
    }

    @Test("finds every flipped bit, at every length")
    func bits() {
        for bytes in 0..<140 {
            let event = Self.event(bytes)
            let sum = Self.sum(event)
            for index in event.details.indices {
                var changed = event
                changed.details[index] ^= 1 << UInt8(index % 8)
                // The half that SQLite keeps of it finds it too.
                let difference = Self.sum(changed) ^ sum
                #expect(UInt32(truncatingIfNeeded: difference ^ difference >> 32) != 0)
            }
        }
    }

    @Test(
        "is not needed to see that stored bytes are no JSON as it is kept",
        arguments: [
            ("{}", true), (#"{"a":"b c","d":[1,2,{"e":null}]}"#, true), (#"{"a":NaN}"#, true), ("", false), ("[]", false),
            (#"{"a": 1}"#, false), ("{} ", false), (#"{"a":1"#, false), ("null", false), ("{\"a\":\"", false),
        ])
    func canonical(_ text: String, _ isCanonical: Bool) {
        #expect(Array(text.utf8).withUnsafeBytes { CanonicalJSON.isCanonical($0, .object) } == isCanonical)
    }
}

@Suite("The identity of a log")
struct LogIDTests {
    @Test("is random, and comes back from its text and its bytes")
    func forms() {
        let ids = (0..<100).map { _ in LogID.random() }
        #expect(Set(ids).count == 100)
        for id in ids {
            #expect(LogID(id.description) == id)
            #expect(LogID(bytes: id.bytes) == id)
            #expect(LogID(high: id.high, low: id.low) == id)
            #expect(id.description.split(separator: "-")[2].first == "4")
        }
        #expect(LogID(bytes: [1, 2, 3]) == nil)
        #expect(LogID("no") == nil)
    }
}
