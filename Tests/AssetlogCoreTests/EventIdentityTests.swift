import AssetlogCore
import Testing

/// The expected hashes were made with `openssl mac … SIPHASH` of the words that the code says it takes.
@Suite struct EventIdentityTests {
    static func fingerprint(
        _ kind: EventKind, _ key: String, _ partition: String?, _ timestamp: Int64?, _ details: String
    ) -> EventFingerprint {
        func with<R>(_ text: String, _ body: (UnsafeRawBufferPointer) -> R) -> R { Array(text.utf8).withUnsafeBytes(body) }
        return with(key) { key in
            with(details) { details in
                with(partition ?? "") { bytes in
                    EventFingerprint(
                        kind: kind, assetKey: key, partition: partition == nil ? nil : bytes,
                        timestamp: timestamp.map { Timestamp(microseconds: $0) }, details: details)
                }
            }
        }
    }

    @Test(
        "A fingerprint is the same in every release",
        arguments: [
            (
                .materialization, #"["warehouse","orders"]"#, nil, nil, #"{"tags":{},"metadata":{}}"#, 0x2d78_fef5_73f3_9eb4,
                0x531b_4387_84db_9a18
            ),
            (
                .materialization, #"["warehouse","orders"]"#, "2026-11-23", nil, #"{"tags":{},"metadata":{}}"#,
                0x785a_2f83_37a4_fd8b, 0x7319_a6e5_e761_cae1
            ),
            (
                .materialization, #"["warehouse","orders"]"#, "", nil, #"{"tags":{},"metadata":{}}"#, 0x39ab_d718_ae54_1f58,
                0x55cb_39a1_927b_1179
            ),
            (
                .check, #"["a"]"#, "p", 1_795_460_400_123_456,
                #"{"metadata":{},"check_name":"c","passed":true,"severity":"ERROR"}"#, 0xdc16_6a11_9a6f_3a5c,
                0xf89d_8d71_30d3_81d3
            ),
            (.observation, #"["a"]"#, "p", -1, "{}", 0x3f17_c754_5085_00cc, 0x5848_53a4_85cd_ad88),
        ] as [(EventKind, String, String?, Int64?, String, UInt64, UInt64)])
    func fingerprints(
        kind: EventKind, key: String, partition: String?, timestamp: Int64?, details: String, high: UInt64, low: UInt64
    ) {
        #expect(Self.fingerprint(kind, key, partition, timestamp, details) == EventFingerprint(high: high, low: low))
    }

    @Test("Whatever an event says shows in its fingerprint, and where one text ends and the next begins")
    func differences() {
        var all: Set<EventFingerprint> = []
        var count = 0
        for kind in EventKind.allCases {
            for (key, details) in [("ab", "c"), ("a", "bc"), ("abc", ""), ("", "abc"), ("ab\0", "c"), ("12345678", ""), ("", "12345678")] {
                for partition in [nil, "", "p", "p\0", "12345678"] {
                    for timestamp in [nil, 0, 1, -1] as [Int64?] {
                        all.insert(Self.fingerprint(kind, key, partition, timestamp, details))
                        count += 1
                    }
                }
            }
        }
        #expect(all.count == count)
    }

    @Test("Every bit of a text changes about half of the fingerprint's bits")
    func avalanche() {
        let text = Array("a text of some length".utf8)
        func hash(_ bytes: [UInt8]) -> EventFingerprint {
            Self.fingerprint(.check, String(decoding: bytes, as: UTF8.self), nil, nil, "{}")
        }
        let original = hash(text)
        for bit in 0..<text.count * 8 where bit % 8 != 7 {
            var changed = text
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let other = hash(changed)
            let flips = (original.high ^ other.high).nonzeroBitCount + (original.low ^ other.low).nonzeroBitCount
            // Six standard deviations around 64.
            #expect((30...98).contains(flips))
        }
    }

    static let id = EventID("0193b0a0-1111-7222-8333-444444444444")!

    @Test("The identities of an item's events and of a request's items follow from its own")
    func derived() {
        #expect(Self.id.expanded(at: 0) == Self.id)
        #expect(Self.id.expanded(at: 1).description == "0b9fd3eb-21de-8873-b5bc-bebe00812afa")
        #expect(Self.id.expanded(at: 2).description == "82ef4f9b-d4c5-84d3-90a4-4af4490861a8")
        #expect(Self.id.expanded(at: 9999).description == "38b76573-6f31-805e-b7fe-73d479cff901")
        #expect(Self.id.item(at: 0).description == "92a75e70-dae1-8d57-812f-ffa19aee5126")
        #expect(Self.id.item(at: 1).description == "467455a7-0730-8735-9e5f-cf3d2e457480")
    }

    @Test("Derived identities are UUIDs of version 8, and no two are the same")
    func distinct() {
        var all: Set<EventID> = []
        for index in 1...10_000 {
            for id in [Self.id.expanded(at: index), Self.id.item(at: index), Self.id.item(at: index).expanded(at: index)] {
                #expect(id.high >> 12 & 0xf == 8)
                #expect(id.low >> 62 == 2)
                all.insert(id)
            }
        }
        #expect(all.count == 30_000)
    }

    @Test(
        "An idempotency key is its own identity where it is a UUID, and has one per deployment where it is not",
        arguments: [
            ("0193B0A0-1111-7222-8333-444444444444", "default", "0193b0a0-1111-7222-8333-444444444444"),
            ("0193b0a0-1111-7222-8333-444444444444", "prod", "0193b0a0-1111-7222-8333-444444444444"),
            ("orders-2026-11-23", "default", "e1b12a35-a6dc-8ab3-8dfc-e0294512bfbc"),
            ("orders-2026-11-23", "prod", "de1b4909-0c9d-8751-ad32-16f855565b66"),
            ("", "default", "18081527-2113-80d5-aa79-3ecd2e96a7d7"),
        ])
    func keys(key: String, deployment: String, id: String) {
        let made = Array(key.utf8).withUnsafeBytes { EventID(idempotencyKey: $0, deployment: deployment) }
        #expect(made.description == id)
    }
}
