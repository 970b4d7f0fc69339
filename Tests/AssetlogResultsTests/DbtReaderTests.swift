import AssetlogCore
import Foundation
import Testing

@testable import AssetlogResults

@Suite("dbt's result files")
struct DbtReaderTests {
    private func rows(_ reading: ResultReading) -> Set<String> { Set(reading.items.map(\.row)) }

    @Test("of a build become materializations, failures, skips, checks and observations")
    func build() throws {
        let reading = try DbtReader.read(Fixture.dbt("build"))
        #expect(
            rows(reading) == [
                "shop/deliveries observation", "shop/deliveries check freshness ERROR",
                "raw/raw_orders materialization", "orders materialization", "mart/customers materialization",
                "deliveries_view materialization", "prices_v2 materialization", "history/orders_history materialization",
                "broken materialization_failed FAILED_TO_MATERIALIZE",
                "report/after materialization_skipped UPSTREAM_FAILED_TO_MATERIALIZE",
                "shop/deliveries check source_unique_shop_deliveries_id passed", "orders check unique_orders_id passed",
                "orders check not_null_orders_id passed", "orders check not_null_orders_customer WARN",
                "orders check no_negative_amounts passed", "orders check prices_cover_orders passed",
                "mart/customers check accepted_values_customers_total__False__10__20 ERROR",
                "mart/customers check relationships_customers_customer__customer__ref_orders_ passed",
                "mart/customers check sums_by_customer passed",
            ])
        #expect(reading.items.count == rows(reading).count)
        #expect(reading.unmapped.count == 1)
        #expect(reading.unmapped[0].contains("as_many_customers_as_orders"))
    }

    @Test("have the keys, the checks and the upstreams that dagster-dbt makes of the same project")
    func dagster() throws {
        let json = try JSONView(Fixture.bytes("dbt/dagster.json"))
        let manifest = try DbtManifest(#require(Fixture.dbt("build")[.manifest]), ResultOptions())
        for (id, key) in try #require(json["keys"]).members {
            #expect(manifest.assetKey(id)?.parts == key.elements.compactMap(\.text), "\(id)")
        }
        for (id, check) in try #require(json["checks"]).members {
            let test = try #require(manifest.node(id))
            let key = manifest.checkedNode(of: test).flatMap(manifest.assetKey)
            #expect(key?.parts == check["asset_key"]?.elements.compactMap(\.text), "\(id)")
            if key != nil { #expect(test.name == check["name"]?.text) }
        }
        for (id, keys) in try #require(json["upstream"]).members {
            let found = manifest.upstream(of: try #require(manifest.node(id))).map(\.parts)
            #expect(Set(found) == Set(keys.elements.map { $0.elements.compactMap(\.text) }), "\(id)")
        }
    }

    @Test("say how many rows, which columns, how long, and when")
    func content() throws {
        let items = try DbtReader.read(Fixture.dbt("build")).items
        let seed = try #require(items.first { $0.row == "raw/raw_orders materialization" })
        #expect(seed.label("rows") == .integer(3))
        #expect(seed.label("dagster/table_name") == .text("shop.main_raw.raw_orders"))
        let orders = try #require(items.first { $0.row == "orders materialization" })
        #expect(orders.label("rows") == nil)
        #expect(orders.description == "All orders, as the shop took them.")
        guard case .columns(let columns) = orders.label("dagster/column_schema") else { return #expect(Bool(false), "no columns") }
        #expect(columns.map(\.name) == ["id", "customer", "amount", "ordered_at", "quantity"])
        #expect(columns[0] == .init(name: "id", type: "INTEGER", description: "The number of the order."))
        #expect(orders.timestamp != nil && orders.upstream == [AssetKey(["raw", "raw_orders"])])
        let failed = try #require(items.first { $0.kind == .materializationFailed })
        #expect(failed.failure?.message?.contains("no_such_column") == true)
        let test = try #require(items.first { $0.check?.name == "not_null_orders_customer" })
        #expect(test.check?.isBlocking == false)
        #expect(test.label("failures") == .integer(1) && test.label("column") == .text("customer"))
        let source = try #require(items.first { $0.kind == .observation })
        #expect(source.label("dagster/last_updated_timestamp") == .time(Timestamp(microseconds: 1_577_955_600_000_000)))
    }

    @Test("give each event an identity of its own, the same for the same files")
    func identities() throws {
        let (first, second) = (try DbtReader.read(Fixture.dbt("build")).items, try DbtReader.read(Fixture.dbt("build")).items)
        #expect(first == second)
        #expect(Set(first.compactMap(\.eventID)).count == first.count)
        // A run of the same nodes is others.
        let changes = [("\"invocation_id\": \"", "\"invocation_id\": \"x")]
        let other = try DbtReader.read(Fixture.dbt("build", replacing: changes)).items
        #expect(Set(first.compactMap(\.eventID)).isDisjoint(with: other.compactMap(\.eventID)))
        // More columns are known by now: still the same event.
        let later = try DbtReader.read(Fixture.dbt("build", without: [.catalog])).items
        #expect(later.map(\.eventID) == first.map(\.eventID))
        #expect(later != first)
    }

    @Test("name a batch of a microbatch model as a partition")
    func batches() throws {
        let reading = try DbtReader.read(Fixture.dbt("batches", without: [.sources]))
        #expect(
            rows(reading) == [
                "daily_orders materialization [2020-01-01]", "daily_orders materialization_failed [2020-01-02] FAILED_TO_MATERIALIZE",
            ])
    }

    @Test(
        "the partition of a batch is the day on which it begins, and for hours the hour",
        arguments: [("hour", "2020-01-01-09:00"), ("day", "2020-01-01"), ("month", "2020-01-01"), (nil, "2020-01-01")])
    func partition(size: String?, key: String) throws {
        let start = try #require(Timestamp("2020-01-01T10:00:00+01:00"))
        #expect(DbtResult.Batch(start: start, hasSucceeded: true).partition(size: size) == key)
    }

    @Test("of a command that writes no data give no materializations", arguments: ["compile", "generate", "show", "list", "test"])
    func otherCommands(command: String) throws {
        let files = try Fixture.dbt("build", without: [.sources], replacing: [("\"which\": \"build\"", "\"which\": \"\(command)\"")])
        let reading = try DbtReader.read(files)
        #expect(reading.items.allSatisfy { $0.kind == .check })
        #expect(reading.unmapped.contains { $0.contains("`dbt \(command)`") })
    }

    @Test("of an interrupted run say nothing about the nodes that are absent")
    func interrupted() throws {
        let manifest = #"{"nodes": {"model.a.x": {"name": "x", "config": {}}, "model.a.y": {"name": "y", "config": {}}}}"#
        let reading = try Self.read(#"{"unique_id": "model.a.x", "status": "success"}"#, manifest)
        #expect(rows(reading) == ["x materialization"])
    }

    static func read(_ results: String, _ manifest: String, metadata: String = #""invocation_id": "i""#) throws -> ResultReading {
        var files = DbtFiles()
        files[.manifest] = Array(manifest.utf8)
        files[.runResults] = Array(#"{"metadata": {\#(metadata)}, "results": [\#(results)]}"#.utf8)
        return try DbtReader.read(files)
    }

    @Test(
        "of a node's status become",
        arguments: [
            ("model.a.x", "success", "x materialization"), ("model.a.x", "error", "x materialization_failed FAILED_TO_MATERIALIZE"),
            ("model.a.x", "skipped", "x materialization_skipped UNKNOWN"), ("model.a.x", "no-op", "x materialization_skipped UNKNOWN"),
            ("test.a.t", "pass", "x check t passed"), ("test.a.t", "fail", "x check t ERROR"), ("test.a.t", "warn", "x check t WARN"),
            ("test.a.t", "error", "x check t ERROR"), ("test.a.t", "skipped", ""), ("model.a.x", "unheard-of", ""),
            ("model.a.e", "success", ""), ("operation.a.hook", "success", ""), ("exposure.a.e", "no-op", ""),
        ])
    func statuses(node: String, status: String, row: String) throws {
        let manifest = """
            {"nodes": {"model.a.x": {"name": "x"}, "model.a.e": {"name": "e", "config": {"materialized": "ephemeral"}},
             "test.a.t": {"name": "t", "depends_on": {"nodes": ["model.a.x", "model.a.x"]}}}}
            """
        let reading = try Self.read(#"{"unique_id": "\#(node)", "status": "\#(status)"}"#, manifest)
        #expect(reading.items.map(\.row).joined() == row)
    }

    @Test(
        "of a node become the key",
        arguments: [
            (#""name": "x""#, "x"), (#""name": "x", "config": {"schema": "mart"}"#, "mart/x"),
            (#""name": "x", "version": 2, "alias": "x_v2", "config": {"schema": "mart"}"#, "x_v2"),
            (#""name": "x", "version": 0"#, "x"), (#""name": "x", "meta": {"dagster": {"asset_key": ["a", "b"]}}"#, "a/b"),
            (#""name": "x", "config": {"meta": {"dagster": {"asset_key": "a"}}}, "meta": {"dagster": {"asset_key": "b"}}"#, "a"),
            (#""name": "x", "config": {"meta": {}}, "meta": {"dagster": {"asset_key": "b"}}"#, "b"),
            (#""name": "x", "meta": {"dagster": {"asset_key": [1]}}"#, "x"), (#""name": """#, nil), (#""name": 7"#, nil),
            (#""resource_type": "source", "source_name": "s", "name": "t""#, "s/t"), (#""resource_type": "source", "name": "t""#, nil),
        ])
    func keys(members: String, key: String?) throws {
        let node = DbtNode("model.a.x", try JSONView(Array("{\(members)}".utf8)))
        #expect(node.assetKey(ResultOptions())?.parts.joined(separator: "/") == key)
    }

    @Test("a prefix comes before every key but one that the project chooses")
    func prefix() throws {
        let reading = try DbtReader.read(Fixture.dbt("build"), ResultOptions(keyPrefix: ["w", "h"]))
        let keys = Set(reading.items.map { $0.assetKey.parts.joined(separator: "/") })
        #expect(keys.filter { !$0.hasPrefix("w/h/") } == ["report/after"])
        #expect(keys.contains("w/h/raw/raw_orders"))
    }

    @Test(
        "that are not what they are called are refused",
        arguments: [
            ("{", #"{"nodes": {}}"#, "run_results.json is not valid JSON"),
            (#"{"results": []}"#, #"{"nodes": {}}"#, "metadata.invocation_id"),
            (#"{"metadata": {"invocation_id": "i"}}"#, #"{"nodes": {}}"#, "no array \"results\""),
            (#"{"metadata": {"dbt_schema_version": "https://x/dbt/manifest/v12.json"}}"#, #"{"nodes": {}}"#, "not that of run-results"),
            ("{}", "[]", "no object \"nodes\""),
        ])
    func refused(results: String, manifest: String, sentence: String) {
        var files = DbtFiles()
        (files[.runResults], files[.manifest]) = (Array(results.utf8), Array(manifest.utf8))
        let error = #expect(throws: ResultFileError.self) { try DbtReader.read(files) }
        #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
    }

    @Test("need the manifest, and results")
    func missing() throws {
        #expect(throws: ResultFileError.self) { try DbtReader.read(Fixture.dbt("build", without: [.manifest])) }
        #expect(throws: ResultFileError.self) { try DbtReader.read(Fixture.dbt("build", without: [.runResults, .sources])) }
    }

    @Test("a node that comes twice counts once, and one that the manifest lacks is named")
    func nodes() throws {
        let one = #"{"unique_id": "model.a.x", "status": "success"}, {"unique_id": "model.a.x", "status": "error"}"#
        let reading = try Self.read(
            one + #", {"unique_id": "model.a.z", "status": "success"}"#, #"{"nodes": {"model.a.x": {"name": "x"}}}"#)
        #expect(rows(reading) == ["x materialization"])
        #expect(reading.unmapped.count == 1 && reading.unmapped[0].contains("model.a.z"))
    }

    @Test("a graph that shares many upstreams through ephemeral models stays within bounds")
    func upstreams() throws {
        let sources = (0..<3000).map { "\"source.a.s.t\($0)\"" }
        let definitions = (0..<3000).map { #""source.a.s.t\#($0)": {"resource_type": "source", "source_name": "s", "name": "t\#($0)"}"# }
        let models = (0..<1000).map { #""model.a.m\#($0)": {"name": "m\#($0)", "depends_on": {"nodes": ["model.a.e"]}}"# }
        let names = sources.joined(separator: ",")
        let ephemeral = """
            "model.a.e": {"name": "e", "config": {"materialized": "ephemeral"}, "depends_on": {"nodes": ["model.a.e", \(names)]}}
            """
        let manifest =
            #"{"nodes": {\#(models.joined(separator: ",")), \#(ephemeral)}, "sources": {\#(definitions.joined(separator: ","))}}"#
        let results = (0..<1000).map { #"{"unique_id": "model.a.m\#($0)", "status": "success"}"# }.joined(separator: ",")
        let items = try Self.read(results, manifest).items
        #expect(items.count == 1000)
        #expect(items.allSatisfy { $0.upstream.count <= 1000 })
        #expect(items.reduce(0) { $0 + $1.upstream.count } <= DbtManifest.maximumUpstreams)
    }

    @Test("of more results than a file may have, none is left out silently")
    func tooMany() {
        let results = (0...ReadingBuilder.maximumItems).map { #"{"unique_id": "test.a.\#($0)", "status": "pass"}"# }
        #expect(throws: ResultFileError.self) { try Self.read(results.joined(separator: ","), #"{"nodes": {}}"#) }
    }
}
