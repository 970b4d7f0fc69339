import AssetlogAccess
import AssetlogCore
import AssetlogWeb
import HTTPTypes
import Testing

@testable import AssetlogAPI
@testable import AssetlogPages

@Suite("Texts, times, days and addresses")
struct TextTests {
    // MARK: Days

    @Test(
        "A day has its weekday",
        arguments: [
            // From Monday, which is 1, to Sunday.
            ("1970-01-01", 4), ("2000-01-01", 6), ("2000-02-29", 2), ("1900-03-01", 4), ("1999-12-31", 5), ("2024-02-29", 4),
            ("2026-11-23", 1), ("2026-11-29", 7), ("2100-02-28", 7), ("2100-03-01", 1), ("0001-01-01", 1), ("9999-12-31", 5),
            ("0000-01-01", 6),
        ])
    func weekdays(_ name: String, weekday: Int) throws {
        let day = try #require(CalendarDay(name))
        #expect(day.weekday == weekday)
        #expect(day.name == name)
    }

    @Test("Weekdays follow one another, through leap years and centuries")
    func weekdaysInOrder() throws {
        var day = try #require(CalendarDay("1895-01-01"))
        var expected = day.weekday
        while day.year < 2105 {
            for one in day.daysOfMonth {
                #expect(one.weekday == expected, "\(one.name)")
                expected = expected % 7 + 1
            }
            day = day.month == 12 ? try #require(CalendarDay("\(day.year + 1)-01-01")) : Self.next(day)
        }
    }

    private static func next(_ day: CalendarDay) -> CalendarDay {
        let month = day.month + 1
        return CalendarDay("\(day.year)-\(month < 10 ? "0" : "")\(month)-01") ?? day
    }

    @Test(
        "A name that is no day of the calendar is none",
        arguments: [
            "", "2026", "2026-11", "2026-11-00", "2026-11-31", "2026-00-01", "2026-13-01", "2026-02-29", "2100-02-29", "1900-02-29",
            "2026-2-01", "2026-11-1", "26-11-01", "2026/11/01", "2026-11-01 ", " 2026-11-01", "2026-11-01T00", "٢٠٢٦-11-01", "-026-11-01",
            "2026-11-0x", "+026-11-01", "2026-11-23-1",
        ])
    func noDays(_ name: String) {
        #expect(CalendarDay(name) == nil)
    }

    @Test(
        "A month has its days and the month before it",
        arguments: [
            ("2024-02-10", 29, "February 2024", "2024-01-01"), ("2023-02-10", 28, "February 2023", "2023-01-01"),
            ("2000-02-29", 29, "February 2000", "2000-01-01"), ("1900-02-01", 28, "February 1900", "1900-01-01"),
            ("2026-01-31", 31, "January 2026", "2025-12-01"), ("2026-04-30", 30, "April 2026", "2026-03-01"),
        ])
    func months(_ name: String, days: Int, title: String, before: String) throws {
        let day = try #require(CalendarDay(name))
        #expect(day.daysOfMonth.count == days)
        #expect(day.daysOfMonth.first == day.firstOfMonth && day.firstOfMonth.day == 1)
        #expect(day.monthTitle == title)
        #expect(day.monthBefore.name == before)
        #expect(day.monthBefore < day)
    }

    // MARK: Times

    @Test(
        "A time is told in the unit that a person would choose",
        arguments: [
            (-1_000_000, "in the future"), (-6, "in the future"), (-5, "just now"), (0, "just now"), (4, "just now"), (5, "5 s ago"),
            (59, "59 s ago"),
            (60, "1 min ago"), (3599, "59 min ago"), (3600, "1 h ago"), (86_399, "23 h ago"), (86_400, "yesterday"), (172_799, "yesterday"),
            (172_800, "2 days ago"), (2_591_999, "29 days ago"), (2_592_000, "2026-10-24"), (1_795_392_000, "1970-01-01"),
        ])
    func ago(_ seconds: Int64, text: String) {
        let now = Timestamp(microseconds: 1_795_392_000_000_000)
        let time = Timestamp(microseconds: now.microseconds - seconds * 1_000_000)
        #expect(TimeView(now: now).text(time) == text)
        #expect(TimeView(now: now).ago(time).markup.contains("data-ago>\(text)</time>"))
    }

    @Test("Any time can be told", arguments: [Int64.min, .max, 0])
    func extremes(_ microseconds: Int64) {
        for now in [Int64.min, .max, 0, 1_795_392_000_000_000] {
            let view = TimeView(now: Timestamp(microseconds: now))
            Markup.check(view.ago(Timestamp(microseconds: microseconds)).markup)
            Markup.check(view.exactly(Timestamp(microseconds: microseconds)).markup)
        }
    }

    @Test("The exact time is at hand")
    func exactly() {
        let time = Timestamp(microseconds: 1_795_392_001_500_000)
        #expect(TimeView.exact(time) == "2026-11-23 00:00:01")
        let element = TimeView(now: time).ago(time).markup
        #expect(element.hasPrefix("<time datetime=\"2026-11-23T00:00:01.500000Z\" title=\"2026-11-23 00:00:01 UTC\""))
    }

    // MARK: Numbers and names

    @Test(
        "Numbers have their digits in groups",
        arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"), (.min, "-9,223,372,036,854,775,808")]
            as [(Int64, String)])
    func numbers(_ number: Int64, text: String) {
        #expect(NumberText.grouped(number) == text)
    }

    @Test(
        "Sizes are in the unit that a person would choose",
        arguments: [(0, "0 bytes"), (9999, "9,999 bytes"), (10_000, "10 kB"), (12_345_678, "12 MB")])
    func sizes(_ count: Int, text: String) {
        #expect(NumberText.bytes(count) == text)
    }

    @Test("A word fits its number", arguments: [(0, "0 events"), (1, "1 event"), (2000, "2,000 events")])
    func counts(_ number: Int, text: String) {
        #expect(HTML.count(number, "event") == text)
    }

    @Test("What somebody reported is cut, and keeps its direction to itself")
    func reported() {
        #expect(HTML.reported("a<b", limit: 3).markup == "<bdi>a&lt;b</bdi>")
        #expect(HTML.reported("abcd", limit: 3).markup == "<bdi title=\"abcd\">ab…</bdi>")
        #expect(HTML.line("\nfirst\nsecond").markup == "<bdi>first</bdi>")
        #expect(HTML.line("").markup == "<bdi></bdi>")
        #expect(HTML.partition("").markup == "<em>empty name</em>")
        #expect(HTML.key(AssetKey(["a", "b"])).markup == "<bdi>a</bdi><wbr><span class=\"slash\">/</span><bdi>b</bdi>")
        #expect(HTML.key(AssetKey(Array(repeating: "a", count: 13))).markup.hasSuffix("<bdi>a</bdi>/…"))
    }

    @Test(
        "Only markup of the program's own goes in as it is",
        arguments: [
            ("a", "a"), ("<&>\"'", "&lt;&amp;&gt;&quot;&#39;"), ("\u{0}\u{1f}\u{1b}", "␀␟␛"),
            ("\u{7f}\u{80}\u{9f}", "\u{fffd}\u{fffd}\u{fffd}"),
            ("é\u{a0}\t\r\n", "é\u{a0}\t\r\n"), ("", ""),
        ])
    func escapes(_ text: String, markup: String) {
        #expect(("\(text)" as HTML).markup == markup)
        #expect(("<b title=\"\(text)\">\(HTML.joined(["\(text)"]))</b>" as HTML).markup == "<b title=\"\(markup)\">\(markup)</b>")
    }

    // MARK: Addresses

    @Test(
        "Addresses lie below the prefix and the deployment",
        arguments: [("", nil, ""), ("/p", nil, "/p"), ("/p", "a b", "/p/a%20b")] as [(String, String?, String)])
    func links(_ base: String, deployment: String?, root: String) {
        let links = PageLinks(base: base, deployment: deployment)
        let id = EventID(high: 1, low: 2)
        #expect(links.home == root + "/")
        #expect(links.status == base + "/status")
        #expect(links.assets() == root + "/assets")
        #expect(links.assets([("q", "a&b"), ("state", nil), ("tag", "")]) == root + "/assets?q=a%26b&tag=")
        #expect(links.asset(AssetKey(["a", "b/c"]), [("view", "plots")]) == root + "/asset/a/b%2Fc?view=plots")
        #expect(links.asset(AssetKey(["a", "."]), [("view", "plots")]) == root + "/asset?asset_key=%5B%22a%22%2C%22.%22%5D&view=plots")
        #expect(links.event(id) == root + "/event/\(id)")
        #expect(links.event(at: 7) == root + "/event/at/7")
        #expect(links.api("events/stream", [("asset_key", #"["a"]"#)]) == root + "/api/v1/events/stream?asset_key=%5B%22a%22%5D")
    }

    // MARK: Files

    @Test("The style and the script are kept for a year, under names that change with what is in them")
    func files() async throws {
        let server = try await PageServer(prefix: "/p", isTokenRequired: true, keepsCatalog: false)
        let files = StaticFiles()
        for (file, type) in [(files.style, "text/css; charset=utf-8"), (files.script, "text/javascript; charset=utf-8")] {
            var stranger = RequestIdentity()
            stranger.refusal = .noToken
            let answer = try await server.get("/p/static/\(file.name)", as: stranger, accept: "*/*")
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == type)
            #expect(answer.headers[.cacheControl] == "public, max-age=31536000, immutable")
            #expect(answer.headers[.xContentTypeOptions] == "nosniff")
            #expect(answer.text.utf8.count > 1000)
        }
        #expect(files.style.name.wholeMatch(of: /pages-[0-9a-zA-Z_-]{12}\.css/) != nil, "\(files.style.name)")
        let file = StaticFiles.File("a", "css", type: "text/css", [1, 2, 3])
        #expect(file.name == StaticFiles.File("a", "css", type: "text/css", [1, 2, 3]).name)
        #expect(file.name != StaticFiles.File("a", "css", type: "text/css", [1, 2, 4]).name)
    }

    @Test(
        "There is no other file",
        arguments: ["/static/pages.css", "/static/", "/static", "/static/..%2Fpages.css", "/prod/static/pages.css"])
    func noFiles(_ target: String) async throws {
        let server = try await PageServer(deployments: ["prod"], keepsCatalog: false)
        #expect(try await server.get(target, accept: nil).status == 404)
    }
}
