import Foundation
import Testing

/// One server whose exporter `webhook` sends CloudEvents to another one.
@Suite("CloudEvents from server to server")
struct CloudEventsTests {
    private static let metadata = #"""
        {"rows":12345678901234567890,"share":1.5,"whole":2.0,"ok":true,"none":null,"word":"é\n\u0001","more":{"b":[1,{"a":null}]},"url":{"type":"url","raw_value":"https://x"},"run":{"type":"dagster_run","raw_value":"r"},"time":{"type":"timestamp","raw_value":1790000000.25},"asset":{"type":"asset","raw_value":["a","b"]},"nan":{"type":"float","raw_value":"NaN"},"table":{"type":"table","raw_value":{"records":[{"a":1}],"schema":[{"name":"a","type":"int"}]}},"schema":{"type":"table_schema","raw_value":{"columns":[{"name":"a","type":"int"}]}},"lineage":{"type":"table_column_lineage","raw_value":{"deps_by_column":{"a":[{"asset_key":["x"],"column_name":"b"}]}}}}
        """#
    private static let deep = String(repeating: "[", count: 509) + String(repeating: "]", count: 509)
    private static let events = [
        #"{"kind":"materialization","asset_key":["warehouse","o/r d%","日本"],"partition":"2026|ä","timestamp":"2026-11-22T10:00:00.123456Z","description":"d","data_version":"v1","tags":{"b":"1","a":"2"},"metadata":\#(metadata),"upstream":[["x","y"],["z"]]}"#,
        #"{"kind":"materialization","asset_key":"orders","event_id":"0193b0a0-1111-7222-8333-444444444444","partition":""}"#,
        #"{"kind":"observation","asset_key":"orders","tags":{"dagster/data_version":"v2"},"metadata":\#(metadata)}"#,
        #"{"kind":"check","asset_key":"orders","check_name":"row \"count\"\n","passed":false,"severity":"WARN","blocking":false,"description":"d","tags":{"a":"b"},"metadata":\#(metadata),"target":{"data_version":"v1"}}"#,
        #"{"kind":"check","asset_key":"orders","check_name":"c","passed":true,"blocking":true,"target":{"event_id":"0193b0a0-1111-7222-8333-444444444444"}}"#,
        #"{"kind":"materialization_started","asset_key":"report","partition":"p"}"#,
        #"{"kind":"materialization_failed","asset_key":"report","failure":{"reason":"RUN_TERMINATED","message":"m"},"metadata":{"a":1}}"#,
        #"{"kind":"materialization_skipped","asset_key":"report"}"#,
        #"{"kind":"materialization","asset_key":"deep","metadata":{"deep":\#(deep)}}"#,
    ]

    private func ask(_ server: ServerProcess, _ path: String, _ arguments: [String] = []) throws -> [String: Any] {
        let answer = try run("curl", ["-sS", "-g", "\(server.url)\(path)"] + arguments)
        // Foundation reads fewer levels than an event may have.
        let json = try JSONSerialization.jsonObject(with: Data(answer.output.replacing(Self.deep, with: "\"deep\"").utf8))
        return try #require(json as? [String: Any], "\(answer)")
    }

    /// What a log has, without what each server sets itself, by event ID.
    private func events(_ server: ServerProcess) throws -> [String: NSDictionary] {
        let page = try #require(try ask(server, "/api/v1/events?limit=1000")["events"] as? [[String: Any]])
        var events: [String: NSDictionary] = [:]
        for var event in page {
            let id = try #require(event["event_id"] as? String)
            for name in ["sequence", "received_at", "reported_by", "voided"] { event[name] = nil }
            #expect(events.updateValue(event as NSDictionary, forKey: id) == nil)
        }
        return events
    }

    private func counts(_ server: ServerProcess) throws -> [String: Int] {
        let receivers = try #require(try ask(server, "/api/v1/receivers")["receivers"] as? [[String: Any]])
        let receiver = try #require(receivers.first { $0["name"] as? String == "cloudevents" })
        return receiver.compactMapValues { $0 as? Int }
    }

    private func wait(_ what: String, until condition: () throws -> Bool) throws {
        let end = Date.now + 120
        while try !condition(), Date.now < end { usleep(50_000) }
        #expect(try condition(), "\(what)")
    }

    @Test("bring every kind of event as it was, and once", arguments: ["structured", "binary", "batched"])
    func forwards(_ mode: String) throws {
        let there = try ServerProcess()
        let here = try ServerProcess([
            "--set", "exporters.hook.type=webhook", "--set", "exporters.hook.url=\(there.url)/api/v1/cloudevents", "--set",
            "exporters.hook.mode=\(mode)", "--set", "exporters.hook.allow_private_addresses=true",
        ])
        let body = here.directory.appending(path: "events")
        try Self.events.joined(separator: "\n").write(to: body, atomically: true, encoding: .utf8)
        let submission = ["-H", "Content-Type: application/x-ndjson", "--data-binary", "@\(body.path)"]
        let count = Self.events.count
        #expect(try ask(here, "/api/v1/events", submission)["recorded"] as? Int == count)
        try wait("all events arrive") { try events(there).count == count }
        let sent = try events(here)
        let arrived = try events(there)
        #expect(Set(sent.keys) == Set(arrived.keys))
        for (id, event) in sent where arrived[id] != event { Issue.record("sent:\n\(event)\narrived:\n\(arrived[id] ?? [:])") }
        #expect(try counts(there)["failed"] == 0)

        // What corrects is not taken over, which operators there learn.
        _ = try ask(here, "/api/v1/events/0193b0a0-1111-7222-8333-444444444444/void", ["-d", #"{"reason":"wrong"}"#])
        _ = try ask(here, "/api/v1/asset/wipe", ["-d", #"{"asset_key":["report"],"reason":"gone"}"#])
        try wait("two corrections are unmapped") { try counts(there)["unmapped"] == 2 }
        let unmapped = try #require(try ask(there, "/api/v1/receivers/cloudevents/unmapped")["unmapped"] as? [[String: Any]])
        #expect(unmapped.compactMap { $0["reason"] as? String }.map { $0.prefix(6) } == ["A wipe", "A void"])

        // What comes again is known, and a test delivery is none.
        #expect(try ask(here, "/api/v1/exporters/hook/replay", ["-d", #"{"from":1}"#])["from"] as? Int == 1)
        try wait("all events come again") { try counts(there)["duplicate"] == count }
        #expect(try ask(here, "/api/v1/exporters/hook/test", ["-d", ""])["ok"] as? Bool == true)
        #expect(try counts(there)["recorded"] == count)
        #expect(try events(there) == arrived)
        let exporter = try #require((try ask(here, "/api/v1/exporters")["exporters"] as? [[String: Any]])?.first)
        #expect(exporter["dead_letters"] as? Int == 0)
        #expect(here.stop() == 0 && there.stop() == 0)
    }

    @Test("of others become events by a mapping, in every mode, and are answered with what became of them")
    func mapping() throws {
        let server = try ServerProcess([
            "--set",
            "receivers.cloudevents.mappings=type=com.example.loaded kind=materialization asset={data.table:.} partition={data.day} metadata={data.stats}",
        ])
        let path = "/api/v1/cloudevents"
        let data = #"{"table":"sales.orders","day":"2026-11-22","stats":{"rows":12}}"#
        let json = #"{"specversion":"1.0","id":"1","source":"/l","type":"com.example.loaded","data":\#(data)}"#
        let structured = try ask(server, path, ["-H", "Content-Type: application/cloudevents+json", "-d", json])
        #expect(structured["recorded"] as? Int == 1)
        let attributes = ["specversion: 1.0", "id: 1", "source: %2Fl", "type: com.example.loaded"].flatMap { ["-H", "ce-\($0)"] }
        // The same source and ID: it is known.
        #expect(try ask(server, path, attributes + ["-H", "Content-Type: application/json", "-d", data])["duplicate"] as? Int == 1)
        let second = json.replacing(#""id":"1""#, with: #""id":"2""#)
        let batch = ["-H", "Content-Type: application/cloudevents-batch+json; charset=UTF-8", "-w", "\n%{http_code}", "-d"]
        let other = json.replacing("com.example.loaded", with: "com.example.other")
        let mixed = try run("curl", ["-sS", "\(server.url)\(path)"] + batch + ["[\(json),\(second),\(other),{\"id\":\"3\"}]"])
        #expect(mixed.output.contains(#""received":4,"recorded":1,"duplicate":1,"failed":1,"unmapped":1,"#), "\(mixed)")
        #expect(mixed.output.contains(#""index":3,"reason":"The event has no attribute specversion"#) && mixed.output.hasSuffix("\n200"))
        #expect(try run("curl", ["-sS", "\(server.url)\(path)"] + batch + ["[]"]).output.hasSuffix("\n200"))
        let refused = try run("curl", ["-sS", "\(server.url)\(path)", "-w", "\n%{http_code}", "-d", "a=1"])
        #expect(refused.output.contains("no header that begins with ce-") && refused.output.hasSuffix("\n422"), "\(refused)")
        let event = try #require(try events(server).values.first { ($0["partition"] as? String) == "2026-11-22" })
        #expect(event["asset_key"] as? [String] == ["sales", "orders"])
        #expect((event["metadata"] as? [String: [String: Any]])?["rows"]?["value"] as? Int == 12)
        #expect(server.stop() == 0)
    }
}
