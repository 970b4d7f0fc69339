import AssetlogCore
import Testing

@Suite struct TimestampTests {
    @Test(
        "A timestamp reads every form of RFC 3339 and prints one",
        arguments: [
            ("2026-11-23T19:00:00.123456Z", "2026-11-23T19:00:00.123456Z"),
            ("2026-11-23T19:00:00Z", "2026-11-23T19:00:00.000000Z"),
            ("2026-11-23t19:00:00z", "2026-11-23T19:00:00.000000Z"),
            ("2026-11-23 19:00:00.1+02:00", "2026-11-23T17:00:00.100000Z"),
            ("2026-11-23T23:30:00-05:30", "2026-11-24T05:00:00.000000Z"),
            ("2026-11-23T19:00:00.123456789Z", "2026-11-23T19:00:00.123456Z"),
            ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
            ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000000Z"),
        ])
    func reads(written: String, printed: String) {
        #expect(Timestamp(written)?.description == printed)
    }

    @Test(
        "What is not RFC 3339 is no timestamp",
        arguments: [
            "", "2026", "2026-11-23", "2026-11-23T19:00Z", "2026-11-23T19:00:00", "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T19:60:00Z",
            "2026-11-23T19:00:61Z", "2026-11-23T19:00:00.Z", "2026-11-23T19:00:00+0200", "2026-11-23T19:00:00Z ",
            "2026-11-23T19:00:00+24:00", "-2026-11-23T19:00:00Z", "2026-1１-23T19:00:00Z",
        ])
    func refuses(written: String) {
        #expect(Timestamp(written) == nil)
    }

    @Test("The epoch is zero, and time before it is negative")
    func epoch() {
        #expect(Timestamp("1970-01-01T00:00:00Z")?.microseconds == 0)
        #expect(Timestamp("1969-12-31T23:59:59Z")?.microseconds == -1_000_000)
        #expect(Timestamp.now() > Timestamp(microseconds: 1_700_000_000_000_000))
    }
}
