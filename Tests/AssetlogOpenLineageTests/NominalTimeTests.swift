import AssetlogCore
import AssetlogOpenLineage
import Testing

struct NominalTimeTests {
    @Test(
        "the key of a day or an hour is a time",
        arguments: [
            ("2026-11-22", "2026-11-22T00:00:00.000000Z", "2026-11-23T00:00:00.000000Z"),
            ("2028-02-29", "2028-02-29T00:00:00.000000Z", "2028-03-01T00:00:00.000000Z"),
            ("2026-12-31-23:00", "2026-12-31T23:00:00.000000Z", "2027-01-01T00:00:00.000000Z"),
            ("2026-11-22-05:30", "2026-11-22T05:30:00.000000Z", "2026-11-22T06:30:00.000000Z"),
        ])
    func times(partition: String, start: String, end: String) {
        let time = NominalTime(partition: partition)
        #expect(time?.start.description == start)
        #expect(time?.end?.description == end)
    }

    @Test(
        "every other key is none",
        arguments: [
            "", "eu", "2026-11", "2026-13-01", "2026-02-29", "2026-11-22|eu", "2026-11-22-05", "2026-11-22T05:00", "2026-11-22-25:00",
            "0000-01-01", "9999-12-31", "2026-11-22 ", "20261122", "１０２６-11-2", "2026-11-22-05:00Z", "abcdefghij",
        ])
    func others(partition: String) {
        #expect(NominalTime(partition: partition) == nil)
    }
}
