import AssetlogCore
import Testing

@testable import AssetlogResults

@Suite("Result files of checks and loads")
struct ResultReaderTests {
    private static let expectations: Set<String> = [
        "orders check expect_column_values_to_not_be_null_customer WARN", "orders check expect_column_values_to_be_unique_id ERROR",
        "orders check expect_table_row_count_to_be_between passed",
        "orders check expect_column_values_to_not_be_null_no_such_column WARN", "orders check amount is sane ERROR",
        "orders check expect_column_max_to_be_between_amount_max_value_40_0 passed",
        "orders check expect_column_max_to_be_between_amount_max_value_25_0 ERROR",
    ]
    private static let loads: Set<String> = [
        "raw/orders materialization", "raw/orders__items materialization", "raw/customers materialization",
    ]

    private static let tables: [(String, Set<String>, Int)] = [
        ("great-expectations/one.json", expectations, 0), ("great-expectations/object.json", expectations, 0),
        ("great-expectations/list.json", expectations, 0),
        (
            "soda/scan.json",
            [
                "orders check row_count > 0 passed", "orders check missing_count(customer) = 0 ERROR", "orders check ids are unique WARN",
                "orders check freshness(ordered_at) < 1d ERROR", "orders check Schema Check ERROR", "customers check row_count > 0 passed",
            ], 0
        ),
        ("soda/broken.json", [], 1),
        (
            "soda/contract.json",
            [
                "orders check columns.id.checks.duplicate WARN", "orders check columns.customer.checks.missing ERROR",
                "orders check checks.schema ERROR", "orders check checks.row_count passed",
            ], 0
        ),
        ("dlt/trace.json", loads, 0), ("dlt/load_info.json", loads, 0),
        ("dlt/load_failed.json", ["raw/customers materialization_failed FAILED_TO_MATERIALIZE"], 2),
        ("dlt/extract_failed.json", [], 1),
    ]

    @Test("become the events of the table", arguments: tables)
    func table(name: String, rows: Set<String>, unmapped: Int) throws {
        let reading = try Fixture.read(name, Fixture.bytes(name))
        #expect(Set(reading.items.map(\.row)) == rows)
        #expect(reading.items.count == rows.count)
        #expect(reading.unmapped.count == unmapped, "\(reading.unmapped)")
        #expect(Set(reading.items.compactMap(\.eventID)).count == rows.count)
        #expect(reading.items.allSatisfy { $0.timestamp != nil })
        #expect(try Fixture.read(name, Fixture.bytes(name)).items == reading.items)
    }

    @Test("the trace and the load info of a load are about the same events, and the trace counts rows")
    func rows() throws {
        let trace = try Fixture.read("dlt", Fixture.bytes("dlt/trace.json")).items
        let info = try Fixture.read("dlt", Fixture.bytes("dlt/load_info.json")).items
        #expect(Set(trace.compactMap(\.eventID)) == Set(info.compactMap(\.eventID)))
        #expect(trace.first { $0.row.hasPrefix("raw/orders__items") }?.label("rows") == .integer(2))
        #expect(trace.first { $0.row.hasPrefix("raw/orders__items") }?.label("dlt/resource") == .text("orders"))
        #expect(info.allSatisfy { $0.label("rows") == nil })
    }

    @Test("metrics are read by their older name too")
    func olderMetrics() throws {
        var text = String(decoding: try Fixture.bytes("dlt/trace.json"), as: UTF8.self)
        text.replace("\"table_metrics\"", with: "\"other\"")
        text.replace("\"job_metrics\"", with: "\"metrics\"")
        let items = try Fixture.read("dlt", Array(text.utf8)).items
        #expect(items.first { $0.row == "raw/orders materialization" }?.label("rows") == .integer(2))
    }

    @Test("of a failure have the last line of the traceback, and no path")
    func messages() throws {
        let failed = try Fixture.read("dlt", Fixture.bytes("dlt/load_failed.json")).items[0]
        #expect(failed.failure?.message?.contains("Duplicate key") == true)
        #expect(failed.failure?.message?.contains("\n") == false)
    }

    @Test("of an expectation say what was expected, found, and no values of the data")
    func expectation() throws {
        let items = try Fixture.read("great-expectations", Fixture.bytes("great-expectations/one.json")).items
        let count = try #require(items.first { $0.check?.name == "expect_table_row_count_to_be_between" })
        #expect(count.label("observed") == .integer(3) && count.label("expected/min_value") == .integer(1))
        let unique = try #require(items.first { $0.check?.name == "expect_column_values_to_be_unique_id" })
        #expect(unique.label("failures") == .integer(2) && unique.label("column") == .text("id"))
        let error = try #require(items.first { $0.check?.name.hasSuffix("no_such_column") == true })
        #expect(error.label("message") == .text("Error: The column \"no_such_column\" in BatchData does not exist."))
        #expect(items.allSatisfy { !String(decoding: $0.json, as: UTF8.self).contains("unexpected") })
    }

    @Test("of a check of Soda say the value, and when it fails")
    func soda() throws {
        let items = try Fixture.read("soda", Fixture.bytes("soda/scan.json")).items
        let unique = try #require(items.first { $0.check?.name == "ids are unique" })
        #expect(unique.label("observed") == .integer(1) && unique.label("column") == .text("id"))
        #expect(unique.label("soda/warn_when") == .json(Array(#"{"greaterThan":0.0}"#.utf8)))
        let contract = try Fixture.read("soda", Fixture.bytes("soda/contract.json")).items
        let missing = try #require(contract.first { $0.check?.name == "columns.customer.checks.missing" })
        #expect(missing.label("observed") == .integer(1) && missing.label("missing_count") == .integer(1))
        #expect(missing.label("expected") == .json(Array(#"{"level":"fail","must_be":0}"#.utf8)))
    }

    @Test("can be about an asset that is named, or have a prefix")
    func options() throws {
        let bytes = try Fixture.bytes("great-expectations/one.json")
        let named = try GreatExpectationsReader.read(bytes, ResultOptions(assetKey: AssetKey(["a", "b"])))
        #expect(Set(named.items.map(\.assetKey)) == [AssetKey(["a", "b"])])
        let prefixed = try GreatExpectationsReader.read(bytes, ResultOptions(keyPrefix: ["a"]))
        #expect(Set(prefixed.items.map(\.assetKey)) == [AssetKey(["a", "orders"])])
        #expect(Set(prefixed.items.map(\.eventID)).isDisjoint(with: named.items.map(\.eventID)))
    }

    @Test(
        "of a batch by day, month or year are about its partition",
        arguments: [
            (#"{"year": "2026", "month": "11", "day": "03"}"#, "2026-11-03"), (#"{"year": 2026, "month": 1}"#, "2026-01-01"),
            (#"{"year": "2026"}"#, "2026-01-01"), (#"{"path": "a"}"#, nil), (#"{"year": "x"}"#, nil), (#"{"month": "1"}"#, nil),
        ])
    func batch(identifiers: String, partition: String?) throws {
        let json = """
            {"results": [{"success": true, "expectation_config": {"type": "t"}}],
             "meta": {"active_batch_definition": {"data_asset_name": "a", "batch_identifiers": \(identifiers)}}}
            """
        #expect(try GreatExpectationsReader.read(Array(json.utf8)).items.map(\.partition) == [partition])
    }

    @Test(
        "that are none are refused",
        arguments: [
            ("great-expectations", "{}"), ("great-expectations", #"{"results": []}"#), ("soda", "{}"), ("soda", "[]"), ("soda", "[1]"),
            ("dlt", "{}"), ("dlt", #"{"steps": []}"#), ("dlt", "["), ("great-expectations", "null"),
        ])
    func refused(tool: String, json: String) {
        #expect(throws: ResultFileError.self) { try Fixture.read(tool, Array(json.utf8)) }
    }

    @Test("a check's name does not depend on the order in which a tool lists them")
    func names() {
        let key = AssetKey(["a"])
        let checks = [(key, ["t", "t_1"]), (key, ["t", "t_2"]), (AssetKey(["b"]), ["t", "t_1"]), (key, ["u"]), (key, ["u"])]
        #expect(CheckNames.chosen(from: checks) == ["t_1", "t_2", "t", "u", "u_2"])
        #expect(CheckNames.chosen(from: [checks[1], checks[0]]) == ["t_2", "t_1"])
        #expect(CheckNames.chosen(from: [(key, [])]) == ["check"])
    }

    @Test(
        "their texts are clipped between characters",
        arguments: [("abc", 3, "abc"), ("abcdef", 5, "ab..."), ("ééé", 5, "é..."), ("abcd", 2, "..."), ("", 0, "")])
    func clipped(text: String, bytes: Int, result: String) {
        #expect(text.clipped(to: bytes) == result)
    }

    @Test(
        "their times are read as Python writes them",
        arguments: [
            (#""2026-11-30T23:00:40.183249Z""#, 1_796_079_640_183_249), (#""2026-11-30 23:00:40.183249+00:00""#, 1_796_079_640_183_249),
            (#""2026-11-30T23:00:40""#, 1_796_079_640_000_000), (#""\#u{f027}2026-11-30T23:00:40+00:00""#, 1_796_079_640_000_000),
            (#""yesterday""#, nil), ("7", nil), (#""""#, nil),
        ] as [(String, Int64?)])
    func times(json: String, microseconds: Int64?) throws {
        #expect(try JSONView(Array(json.utf8)).time?.microseconds == microseconds)
    }

    @Test(
        "their values become labels, on one line",
        arguments: [
            ("[1,\n 2]", .json(Array("[1,2]".utf8))), ("{}", nil), ("[NaN]", nil), (#"["NaN"]"#, .json(Array(#"["NaN"]"#.utf8))),
            ("1", .integer(1)), ("1.5", .number(1.5)), ("true", .boolean(true)), (#""a""#, .text("a")), ("null", nil),
            (#"["too long for it"]"#, nil),
        ] as [(String, EventItem.Value?)])
    func values(json: String, value: EventItem.Value?) throws {
        #expect(try JSONView(Array(json.utf8)).metadata(atMost: 16) == value)
    }
}
