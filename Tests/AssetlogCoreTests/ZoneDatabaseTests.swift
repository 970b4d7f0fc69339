import Foundation
import Testing

@testable import AssetlogCore

@Suite struct ZoneDatabaseTests {
    private static func instant(_ text: String) -> Int64 { (Timestamp(text)?.microseconds ?? 0) / 1_000_000 }

    @Test(
        "A rule says when clocks change, in each form of POSIX",
        arguments: [
            ("CET-1CEST,M3.5.0,M10.5.0/3", 2024, ["2024-03-31T01:00:00Z +7200", "2024-10-27T01:00:00Z +3600"]),
            ("EST5EDT,M3.2.0,M11.1.0", 2024, ["2024-03-10T07:00:00Z -14400", "2024-11-03T06:00:00Z -18000"]),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2024, ["2024-04-06T15:00:00Z +37800", "2024-10-05T15:30:00Z +39600"]),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", 2024, ["2024-03-31T01:00:00Z +3600", "2024-10-27T01:00:00Z +0"]),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2024, ["2024-03-31T01:00:00Z -3600", "2024-10-27T01:00:00Z -7200"]),
            ("XXX0YYY,J60/0,J365/24", 2024, ["2024-03-01T00:00:00Z +3600", "2024-12-31T23:00:00Z +0"]),
            ("XXX0YYY,59/0,365", 2024, ["2024-02-29T00:00:00Z +3600", "2024-12-31T01:00:00Z +0"]),
            ("XXX0YYY-2:30:15,M2.4.4,M12.1.1/26:00:01", 2026, ["2026-02-26T02:00:00Z +9015", "2026-12-07T23:29:46Z +0"]),
        ])
    func rules(text: String, year: Int64, expected: [String]) throws {
        let rule = try #require(YearlyRule(text.utf8))
        let changes = rule.changes(in: year).map {
            "\(Timestamp(microseconds: $0.instant * 1_000_000)) \($0.offset < 0 ? "" : "+")\($0.offset)"
        }
        #expect(changes.map { $0.replacingOccurrences(of: ".000000", with: "") } == expected)
    }

    @Test(
        "What is no rule with two changes is none",
        arguments: [
            "", "CET-1", "<+0530>-5:30", "CET", "-1", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.1.0,M10.5.0",
            "CET-1CEST,M3.6.0,M10.5.0",
            "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x", "CET-1CEST,M3.5.0/,M10.5.0", "CET-1CEST,J366,J1", "<CET-1",
            "CET-99999999999999999999CEST,M3.5.0,M10.5.0",
        ])
    func noRules(text: String) {
        #expect(YearlyRule(text.utf8) == nil)
    }

    @Test(
        "The table of changes and the rule of a zone agree",
        arguments: ["Europe/Berlin", "America/New_York", "Europe/Dublin", "Pacific/Auckland"])
    func agreement(name: String) throws {
        let file = Array(try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)")))
        let whole = try #require(ZoneRules(file: file))
        let text = try #require(file.dropLast().split(separator: 0x0a).last)
        let rule = try #require(YearlyRule(text))
        let alone = ZoneRules(first: 0, changes: [], rule: rule)
        // Years of the table, in which the present rule held already.
        for instant in stride(from: Self.instant("2010-06-01T00:00:00Z"), to: Self.instant("2036-06-01T00:00:00Z"), by: 10_799) {
            #expect(whole.local(at: instant) == alone.local(at: instant))
        }
    }

    @Test("A file that ends early, or is damaged, is no zone and no crash")
    func damage() throws {
        let file = Array(try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/Europe/Berlin")))
        let footer = try #require(file.dropLast().lastIndex(of: 0x0a))
        for length in 0..<footer - 1 { #expect(ZoneRules(file: Array(file[..<length])) == nil) }
        for offset in file.indices {
            var damaged = file
            damaged[offset] ^= 0xff
            _ = ZoneRules(file: damaged)?.local(at: 1_700_000_000)
        }
    }

    @Test("A machine without time zone data is distinguished from a name that is unknown")
    func noData() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "zones-\(UUID().uuidString)")
        let absent = ZoneDatabase(directory: directory.path)
        #expect(throws: ZoneDatabase.Refusal.noData) { try absent.rules(of: "Europe/Berlin") }
        #expect(throws: ZoneDatabase.Refusal.noData) { try absent.rules(of: "nonsense") }
        try FileManager.default.createDirectory(at: directory.appending(path: "Europe"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        #expect(throws: ZoneDatabase.Refusal.noData) { try absent.rules(of: "Europe/Berlin") }
        // It is installed while the server runs.
        try FileManager.default.copyItem(
            at: URL(filePath: "/usr/share/zoneinfo/Europe/Berlin"), to: directory.appending(path: "Europe/Berlin"))
        #expect(try absent.rules(of: "Europe/Berlin").period(at: 1_704_067_200).offset == 3600)
        #expect(throws: ZoneDatabase.Refusal.unknown(guess: "Europe/Berlin")) { try absent.rules(of: "Europe/Brelin") }
        #expect(throws: ZoneDatabase.Refusal.unknown(guess: nil)) { try absent.rules(of: "Asia/Tokyo") }
        try Data("no zone".utf8).write(to: directory.appending(path: "Europe/Paris"))
        #expect(throws: ZoneDatabase.Refusal.self) { try absent.rules(of: "Europe/Paris") }
    }
}
