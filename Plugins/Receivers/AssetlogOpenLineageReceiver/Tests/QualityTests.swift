#if OpenLineageReceiver
import AssetlogCore
import Testing

@testable import AssetlogOpenLineageReceiver

struct QualityTests {
    private func facet(_ assertions: String) -> String { #"{"dataQualityAssertions": {"assertions": [\#(assertions)]}}"# }

    private func log(_ members: String, state: String = "COMPLETE") throws -> SampleLog {
        let log = try SampleLog()
        log.take(Samples.event(state, members))
        return log
    }

    @Test("the results of checks stand with the run's facets, or else with those of the dataset")
    func precedence() throws {
        let (one, other) = (facet(#"{"assertion": "one", "success": true}"#), facet(#"{"assertion": "other", "success": false}"#))
        func names(_ members: String) throws -> [String?] {
            try log(#""inputs": [\#(Samples.dataset("a.b", members))]"#).items.map(\.check?.name)
        }
        #expect(try names(#""inputFacets": \#(one), "facets": \#(other)"#) == ["one"])
        #expect(try names(#""facets": \#(other)"#) == ["other"])
        let output = try log(#""outputs": [\#(Samples.dataset("a.b", #""facets": \#(one)"#))]"#)
        #expect(output.short == ["check a/b", "materialization a/b"])
    }

    @Test("only the end of a run has results", arguments: [("START", 0), ("RUNNING", 0), ("ABORT", 0), ("COMPLETE", 1), ("FAIL", 1)])
    func states(state: String, count: Int) throws {
        let input = Samples.dataset("a.b", #""inputFacets": \#(facet(#"{"assertion": "x", "success": true}"#))"#)
        #expect(try log(#""inputs": [\#(input)]"#, state: state).items.count { $0.kind == .check } == count)
    }

    @Test("a check has its name, or is named by what is asserted of which column")
    func names() throws {
        let assertions = #"""
            {"assertion": "not_null", "success": true, "column": "id"}, {"assertion": "not_null", "success": false, "column": "total"},
            {"assertion": "row_count", "success": true}, {"assertion": "x", "success": true, "name": "has rows", "column": "id"},
            {"success": true, "name": "alone"}, {"success": true}, {"assertion": "unclear"}, {"assertion": "unclear", "success": "yes"}
            """#
        let log = try log(#""inputs": [\#(Samples.dataset("a.b", #""inputFacets": \#(facet(assertions))"#))]"#)
        #expect(log.items.map(\.check?.name) == ["not_null(id)", "not_null(total)", "row_count", "has rows", "alone"])
        #expect(log.items.map(\.check?.passed) == [true, false, true, true, true])
        #expect(log.unmapped.count == 3)
        #expect(log.items[0]["column"] == .text("id"))
    }

    @Test(
        "a severity is kept, and without one a failure is an error",
        arguments: [("\"warn\"", true), ("\"WARNING\"", true), ("\"error\"", false), ("null", false)])
    func severities(json: String, isWarning: Bool) throws {
        let assertion = #"{"assertion": "x", "success": false, "severity": \#(json), "expected": 1, "actual": "0"}"#
        let log = try log(#""inputs": [\#(Samples.dataset("a.b", #""inputFacets": \#(facet(assertion))"#))]"#)
        #expect(log.items.first?.check?.isWarning == isWarning)
        #expect(log.items.first?["expected"] == .text("1"))
        #expect(log.items.first?["actual"] == .text("0"))
    }

    @Test("results of one name in one event are all there, and once when the event comes again")
    func equalNames() throws {
        let assertions = #"{"assertion": "x", "success": true}, {"assertion": "x", "success": false}"#
        let text = Samples.event("COMPLETE", #""inputs": [\#(Samples.dataset("a.b", #""inputFacets": \#(facet(assertions))"#))]"#)
        let log = try SampleLog()
        #expect(log.take(text) == 2)
        #expect(log.take(text) == 0)
    }

    @Test("what was measured in an input is an observation of it, and in an output metadata of what was made")
    func metrics() throws {
        let metrics = #"""
            {"dataQualityMetrics": {"rowCount": 7, "bytes": 70, "fileCount": 2, "lastUpdated": "2026-11-29T00:00:00Z",
              "columnMetrics": {"id": {"nullCount": 0, "min": 1.5, "quantiles": {"0.5": 3}, "max": "z"}}}}
            """#
        let input = try log(#""inputs": [\#(Samples.dataset("a.b", #""inputFacets": \#(metrics)"#))]"#)
        #expect(input.short == ["observation a/b"])
        let output = try log(#""outputs": [\#(Samples.dataset("a.b", #""facets": \#(metrics)"#))]"#)
        #expect(output.short == ["materialization a/b"])
        for item in input.items + output.items {
            #expect(item["dagster/row_count"] == .integer(7))
            #expect(item["size_bytes"] == .integer(70))
            #expect(item["files"] == .integer(2))
            #expect(item["dagster/last_updated_timestamp"] == .time(Timestamp(microseconds: 1_795_910_400_000_000)))
            #expect(item["columns/id/null_count"] == .integer(0))
            #expect(item["columns/id/min"] == .number(1.5))
            #expect(item["columns/id/quantile/0.5"] == .integer(3))
            #expect(item["columns/id/max"] == nil)
        }
    }
}
#endif
