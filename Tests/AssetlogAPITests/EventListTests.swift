import AssetlogCore
import AssetlogTesting
import Foundation
import HTTPTypes
import Testing

@Suite("GET /api/v1/events")
struct EventListTests {
    /// A log in which every filter divides: three kinds, two assets, two deployments, a second between events.
    private static let events = (0..<60).map { (number: Int) -> Event in
        let key = number % 2 == 0 ? ["warehouse", "orders"] : ["café \"x\"/y"]
        let partition: String? = number % 5 == 0 ? "p\(number)" : nil
        let kind = EventKind.allCases[number % 3]
        let name = number % 2 == 0 ? "rows" : #"a \"b\"\n"#
        let details = kind == .check ? #"{"check_name":"\#(name)","passed":\#(number % 4 < 2),"severity":"ERROR"}"# : "{}"
        return Event.sample(
            kind, key: key, partition: partition, deployment: number % 8 < 3 ? "prod" : "default",
            after: Int64(number), details: details)
    }

    private static func number(_ event: Event) -> Int {
        Int((event.timestamp.microseconds - 1_795_392_000_000_000) / 1_000_000)
    }

    private static func checkName(_ event: Event) -> String? {
        guard event.kind == .check else { return nil }
        return number(event) % 2 == 0 ? "rows" : "a \"b\"\n"
    }

    private static let cut = Timestamp(microseconds: (1_795_392_000 + 20) * 1_000_000)

    private static let filters: [(query: String, keeps: @Sendable (Event) -> Bool)] = [
        ("", { _ in true }),
        ("kind=check", { $0.kind == .check }),
        ("asset_key=%5B%22warehouse%22,%22orders%22%5D", { $0.assetKey.parts == ["warehouse", "orders"] }),
        ("asset_key=%5B%22caf%C3%A9+%5C%22x%5C%22/y%22%5D", { $0.assetKey.parts == ["café \"x\"/y"] }),
        ("asset_key=%20[%20%22caf\\u00e9%20\\%22x\\%22\\/y%22]", { $0.assetKey.parts == ["café \"x\"/y"] }),
        ("asset_key=%5B%22nobody%22%5D", { _ in false }),
        ("asset=warehouse/orders", { $0.assetKey.parts == ["warehouse", "orders"] }),
        ("asset=caf%C3%A9+%22x%22/y", { $0.assetKey.parts == ["café \"x\"", "y"] }),
        ("asset=warehouse", { _ in false }),
        ("prefix=warehouse", { $0.assetKey.parts.first == "warehouse" }),
        ("prefix=warehouse/orders", { $0.assetKey.parts == ["warehouse", "orders"] }),
        ("prefix=ware", { _ in false }),
        ("prefix=[%22caf%C3%A9+%5C%22x%5C%22/y%22]", { $0.assetKey.parts == ["café \"x\"/y"] }),
        ("prefix=warehouse&asset=warehouse/orders&kind=check", { $0.kind == .check && $0.assetKey.parts.count == 2 }),
        ("kind=check,materialization", { $0.kind != .observation }),
        ("kind=check&kind=observation", { $0.kind != .materialization }),
        ("kind=check&kind=observation,materialization&kind=check", { _ in true }),
        ("partition=p10", { $0.partition == "p10" }),
        ("partition=", { _ in false }),
        ("check_name=rows", { checkName($0) == "rows" }),
        ("check_name=a+%22b%22%0A", { checkName($0) == "a \"b\"\n" }),
        ("passed=true", { $0.kind == .check && number($0) % 4 < 2 }),
        ("passed=false&check_name=rows", { checkName($0) == "rows" && number($0) % 4 >= 2 }),
        ("passed=true&kind=materialization", { _ in false }),
        ("from=2026-11-23T00:00:20Z", { $0.timestamp >= cut }),
        ("to=2026-11-23T01:00:20%2B01:00", { $0.timestamp < cut }),
        ("to=2026-11-22T22:00:20.000000-0200", { $0.timestamp < cut }),
        (
            "from=2026-11-23T00:00:20Z&to=2026-11-23T00:00:30Z&kind=observation",
            {
                $0.kind == .observation && $0.timestamp >= cut
                    && $0.timestamp.microseconds < cut.microseconds + 10_000_000
            }
        ),
    ]

    @Test(
        "walks page by page over what a filter keeps, in both directions and in every deployment",
        arguments: filters.indices, ["", "/prod"])
    func walks(_ index: Int, deployment: String) async throws {
        let server = try await Server(deployments: ["prod"])
        let logged = try server.record(Self.events)
        let filter = Self.filters[index]
        let kept = logged.filter {
            $0.deployment == (deployment.isEmpty ? "default" : "prod") && filter.keeps($0.event)
        }.map { Int($0.sequence) }
        for order in ["asc", "desc"] {
            for limit in [1, 7, 1000] {
                var (after, walked) = (0, [Int]())
                for _ in 0...logged.count + 1 {
                    let page = try await server.get(
                        "\(deployment)/api/v1/events?after=\(after)&limit=\(limit)&order=\(order)&\(filter.query)"
                    ).page()
                    #expect(page.sequences.count <= limit)
                    if page.sequences.isEmpty { break }
                    walked += page.sequences
                    after = page.next
                }
                #expect(walked == (order == "asc" ? kept : kept.reversed()), "\(filter.query) \(order) \(limit)")
            }
        }
    }

    @Test("gives a hundred events where no limit is given, and a thousand at most")
    func limits() async throws {
        let server = try await Server()
        try server.record((0..<1100).map { .sample(after: $0) })
        #expect(try await server.get("/api/v1/events").page().sequences == Array(1...100))
        #expect(try await server.get("/api/v1/events?limit=1000").page().sequences == Array(1...1000))
        #expect(try await server.get("/api/v1/events?after=1099").page().sequences == [1100])
        #expect(try await server.get("/api/v1/events?order=desc&limit=2&after=3").page().sequences == [2, 1])
        #expect(try await server.get("/api/v1/events?order=desc&limit=2").page().sequences == [1100, 1099])
    }

    @Test(
        "ends a page that would look at too many events, empty, and continues after them",
        arguments: ["partition=rare", "prefix=rare", "check_name=rare", "passed=false", "partition=rare&asset=busy"],
        ["asc", "desc", "latest"])
    func bounds(_ filter: String, order: String) async throws {
        let server = try await Server()
        let passed = #"{"check_name":"often","passed":true,"severity":"ERROR"}"#
        var events = (0..<10_500).map { Event.sample(.check, key: ["busy"], after: Int64($0), details: passed) }
        let failed = #"{"check_name":"rare","passed":false,"severity":"ERROR"}"#
        let key = filter.contains("prefix") ? ["rare", "a"] : ["busy"]
        let rare = Event.sample(.check, key: key, partition: "rare", after: order == "asc" ? 20_000 : -1, details: failed)
        events.insert(rare, at: order == "asc" ? events.count : 0)
        let logged = try server.record(events)
        var (after, found, empty) = (0, [Int](), 0)
        for _ in 0..<6 {
            let page = try await server.get("/api/v1/events?\(filter)&order=\(order)&after=\(after)").page()
            if page.next == after { break }
            found += page.sequences
            if page.sequences.isEmpty { empty += 1 }
            after = page.next
        }
        #expect(found == [order == "asc" ? logged.count : 1])
        #expect(empty >= 1, "the first page has looked at more than 10,000 events")
    }

    @Test(
        "shows nothing wrong where the storage does not know a filter", arguments: filters.indices, ["asc", "desc", "latest"])
    func forgetful(_ index: Int, order: String) async throws {
        let server = try await Server(storage: ForgetfulStorage(inner: try await Server.memoryStorage()))
        let logged = try server.record(Self.events)
        let filter = Self.filters[index]
        let kept = logged.filter { $0.deployment == "default" && filter.keeps($0.event) }.map { Int($0.sequence) }
        var (after, walked) = (0, [Int]())
        for _ in 0...logged.count + 1 {
            let page = try await server.get("/api/v1/events?after=\(after)&limit=7&order=\(order)&\(filter.query)").page()
            walked += page.sequences
            if page.next == after { break }
            after = page.next
        }
        #expect(walked == (order == "asc" ? kept : kept.reversed()))
    }

    @Test("answers an empty page at the end, from where the reader continues")
    func end() async throws {
        let server = try await Server()
        #expect(try await server.get("/api/v1/events").text == #"{"events":[],"next":0}"#)
        #expect(try await server.get("/api/v1/events?order=desc").text == #"{"events":[],"next":0}"#)
        try server.record([.sample()])
        #expect(try await server.get("/api/v1/events?after=1").text == #"{"events":[],"next":1}"#)
        #expect(try await server.get("/api/v1/events?after=9223372036854775807").page().sequences.isEmpty)
        #expect(try await server.get("/api/v1/events?after=9223372036854775807&order=desc").page().sequences == [1])
    }

    @Test("shows all fields of an event, in the documented form")
    func fields() async throws {
        let server = try await Server()
        let details =
            #"{"data_version":"1.1.1","metadata":{"rows":{"type":"int","value":10},"r":{"type":"float","value":NaN}}}"#
        let logged = try server.record([.sample(partition: "2026-11-22", details: details)])
        let answer = try await server.get("/api/v1/events")
        #expect(answer.headers[.contentType] == "application/json")
        let page = try answer.json()
        let event = try #require((page["events"] as? [[String: Any]])?.first)
        #expect(event.keys.count == 16)
        #expect(event["event_id"] as? String == logged.first?.id.description)
        #expect(event["asset_key"] as? [String] == ["warehouse", "orders"])
        #expect(event["timestamp"] as? String == "2026-11-23T00:00:00.000000Z")
        #expect(event["description"] is NSNull)
        #expect(answer.text.contains(#""rows":{"type":"int","value":10}"#))
        #expect(answer.text.contains(#""value":"NaN""#))
    }

    @Test(
        "refuses wrong parameters, says which and shows a right one",
        arguments: [
            ("limit=0", "limit", "between 1 and 1000"), ("limit=1001", "limit", "not \"1001\""),
            ("limit=-1", "limit", "whole number"), ("limit=", "limit", "whole number"),
            ("limit", "limit", "whole number"),
            ("limit=%2B5", "limit", "whole number"), ("limit=5+", "limit", "whole number"),
            ("limit=1e2", "limit", "whole number"), ("limit=%D9%A1", "limit", "whole number"),
            ("limit=99999999999999999999999999", "limit", "whole number"),
            ("after=-1", "after", "between 0 and 9223372036854775807"),
            ("after=9223372036854775808", "after", "whole number"), ("after=x", "after", "Example: after=42"),
            ("order=down", "order", "asc, desc or latest"), ("order=DESC", "order", "asc, desc or latest"),
            ("order=latest&after=-1", "after", "between 0 and"), ("order=latest&after=5", "after", "no event 5"),
            ("order=latest&after=9223372036854775807", "after", "next of the page before"),
            ("kind=checks", "kind", "materialization, observation, check"), ("kind=", "kind", "one of"),
            ("asset_key=orders", "asset_key", "JSON array"), ("asset_key=%5B%5D", "asset_key", "at least one"),
            ("asset_key=%5B1%5D", "asset_key", "JSON array"), ("asset_key=", "asset_key", "JSON array"),
            ("asset_key=%5B%22a%22", "asset_key", "%5B%22warehouse%22"),
            ("asset_key=%FF%FE", "asset_key", "JSON array"), ("asset_key=a/b", "asset_key", "asset=warehouse/orders is"),
            ("asset=a&asset_key=[%22a%22]", "asset", "give one of them"), ("asset=", "asset", "at least one part"),
            ("asset=[%22a%22,%22b%22]", "asset", "given as asset_key"), ("asset=a%00b", "asset", "NUL"),
            ("prefix=", "prefix", "at least one part"), ("prefix=[1]", "prefix", "JSON array"),
            ("prefix=[%22a%22", "prefix", "JSON array"), ("prefix=[]", "prefix", "at least one string"),
            ("partition=%00", "partition", "NUL"), ("check_name=x%00", "check_name", "NUL"),
            ("partition=\(String(repeating: "p", count: 2049))", "partition", "2048 bytes"),
            ("passed=True", "passed", "true or false"), ("passed=", "passed", "true or false"),
            ("kind=check,", "kind", "one of"), ("kind=check,checks", "kind", "not \"checks\""),
            ("kind=check&kind=x", "kind", "separated by commas"), ("partition=a&partition=b", "partition", "more than once"),
            ("asset_key=%5B%22%5Cud800%22%5D", "asset_key", "JSON array"),
            ("from=yesterday", "from", "RFC 3339"), ("from=2026-11-23", "from", "2026-11-23T00:00:00Z"),
            ("to=2026-02-30T00:00:00Z", "to", "RFC 3339"), ("from=2026-11-23T00:00:00", "from", "offset"),
            ("from=2026-11-23T00:00:00+01:00", "from", "%2B"),
            ("from=2026-11-23T00:00:01Z&to=2026-11-23T00:00:00Z", "to", "before from"),
            ("limt=5", "limt", "Did you mean limit?"), ("Limit=5", "Limit", "Did you mean limit?"),
            ("aftr=5", "aftr", "after"), ("colour=blue", "colour", "after, limit, order, asset, asset_key, prefix, kind, partition,"),
            ("=5", "", "There is no parameter"), ("%00=5", "\0", "no parameter"),
            ("limit=5&limit=6", "limit", "more than once"), ("limit=5&l%69mit=5", "limit", "more than once"),
        ])
    func refuses(_ query: String, parameter: String, says: String) async throws {
        let server = try await Server()
        let answer = try await server.get("/api/v1/events?\(query)")
        let detail = try answer.problem(400)
        #expect(detail.contains(says), "\(detail)")
        #expect(try answer.json()["parameter"] as? String == parameter)
    }

    @Test("keeps its answer short where a wrong parameter is long", arguments: ["limit=", "", "asset_key=", "from="])
    func longParameters(_ start: String) async throws {
        let server = try await Server()
        let answer = try await server.get("/api/v1/events?\(start)\(String(repeating: "[", count: 60_000))")
        #expect(try answer.problem(400).utf8.count < 1000)
        #expect(answer.body.count < 1500)
    }

    @Test("ends no process whatever stands in the query")
    func survivesAnyQuery() async throws {
        let server = try await Server()
        try server.record([.sample()])
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "%", "%2", "%zz", "&", "=", "+", "after", "limit", "asset_key", "[", "]", "\"", "\\u", "9", "-", "T", ":",
            "Z", "é",
        ]
        for _ in 0..<500 {
            let query = (0..<12).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            let answer = try await server.get("/api/v1/events?\(query)")
            #expect(answer.status == 200 || answer.status == 400, "\(query)")
        }
    }
}

@Suite("GET /api/v1/events/{event_id}")
struct EventFindTests {
    @Test("finds an event by its identity, in either case, in its own deployment only")
    func finds() async throws {
        let server = try await Server(deployments: ["prod"])
        let logged = try server.record([.sample(), .sample(deployment: "prod")])
        let (first, second) = (logged[0].id.description, logged[1].id.description)
        #expect(try await server.get("/api/v1/events/\(first)").json()["sequence"] as? Int == 1)
        #expect(try await server.get("/api/v1/events/\(first.uppercased())").json()["sequence"] as? Int == 1)
        #expect(
            try await server.get("/api/v1/events/\(first.replacingOccurrences(of: "-", with: "%2D"))").status == 200)
        #expect(try await server.get("/prod/api/v1/events/\(second)").json()["deployment"] as? String == "prod")
        #expect(try await server.get("/api/v1/events/\(second)").problem(404).contains(second))
        #expect(try await server.get("/prod/api/v1/events/\(first)").problem(404).contains("prod"))
    }

    @Test("refuses what is not a UUID", arguments: ["42", "x%2Fy", "%00", "%ff", "0193", "caf%C3%A9", "a?b=c"])
    func refuses(_ text: String) async throws {
        let server = try await Server()
        _ = try await server.get("/api/v1/events/\(text)").problem(400)
    }
}
