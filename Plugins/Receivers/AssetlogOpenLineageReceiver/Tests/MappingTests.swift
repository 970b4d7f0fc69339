#if OpenLineageReceiver
import AssetlogCore
import Testing

@testable import AssetlogOpenLineageReceiver

/// What events of runs become: the rules that the producers' habits ask for.
struct MappingTests {
    private let output = #""outputs": [\#(Samples.dataset("shop.orders"))]"#

    @Test("a run that completes materializes its outputs, whose start was recorded before")
    func completion() throws {
        let log = try SampleLog()
        log.take(Samples.event("START", output))
        log.take(Samples.event("RUNNING", output))
        log.take(Samples.event("OTHER", output))
        log.take(Samples.event("COMPLETE", output, time: "2026-11-30T10:05:00Z"))
        #expect(log.short == ["materialization_started shop/orders", "materialization shop/orders"])
        #expect(log.items.map(\.timestamp?.description) == ["2026-11-30T10:00:00.000000Z", "2026-11-30T10:05:00.000000Z"])
        #expect(log.items[0].eventID?.description == Samples.startID)
        #expect(log.unmapped.isEmpty)
    }

    @Test("what the facets of an output say stands in its materialization")
    func facets() throws {
        let facets = #"""
            "facets": {"version": {"datasetVersion": "v7"}, "documentation": {"description": "Orders."},
              "tags": {"tags": [{"key": "tier", "value": "gold"}, {"key": ""}, {"key": "pii", "value": true}]},
              "schema": {"fields": [{"name": "id", "type": "int"}, {"type": "no name"}, {"name": "a", "fields": [{"name": "b"}]}]},
              "ownership": {"owners": [{"name": "team:shop", "type": "OWNER"}, {"name": "bob"}]},
              "lifecycleStateChange": {"lifecycleStateChange": "OVERWRITE"}},
            "outputFacets": {"outputStatistics": {"rowCount": 5, "size": 10.0, "fileCount": -1}}
            """#
        let log = try SampleLog()
        log.take(Samples.event("COMPLETE", #""outputs": [\#(Samples.dataset("shop.orders", facets))]"#))
        let item = try #require(log.items.first)
        #expect(item.dataVersion == "v7")
        #expect(item.description == "Orders.")
        #expect(item.tags.map(\.name) == ["tier", "pii"])
        #expect(item.tags.map(\.value) == ["gold", "true"])
        #expect(item["rows"] == .integer(5))
        #expect(item["size_bytes"] == .integer(10))
        #expect(item["files"] == nil)
        #expect(item["openlineage/owners"] == .text("team:shop (OWNER), bob"))
        #expect(item["openlineage/lifecycle_state_change"] == .text("OVERWRITE"))
        let columns = [EventItem.Column(name: "id", type: "int"), EventItem.Column(name: "a"), EventItem.Column(name: "a.b")]
        #expect(item["dagster/column_schema"] == .columns(columns))
    }

    @Test("the run, its job and its parents are metadata, and its inputs are upstream")
    func run() throws {
        let log = try SampleLog()
        log.take(
            Samples.event(
                "COMPLETE",
                #"""
                \#(output), "inputs": [\#(Samples.dataset("raw/orders", in: "s3://lake")), \#(Samples.dataset("raw/orders", in: "s3://lake"))],
                "run": {"runId": "\#(Samples.run)", "facets": {"parent": {"run": {"runId": "p"}, "job": {"name": "dag"},
                  "root": {"run": {"runId": "r"}, "job": {"name": "top"}}}, "processing_engine": {"name": "spark", "version": "3.5"}}},
                "job": {"namespace": "jobs", "name": "load", "facets": {"jobType": {"integration": "SPARK", "processingType": "BATCH"}}}
                """#))
        let item = try #require(log.items.first)
        #expect(item.upstream == [AssetKey(["lake", "raw", "orders"])])
        let expected = [
            "run_id": Samples.run, "job": "load", "job_namespace": "jobs", "job_type": "SPARK BATCH", "producer": "test",
            "parent_run_id": "p", "parent_job": "dag", "root_run_id": "r", "root_job": "top", "processing_engine": "spark 3.5",
            "namespace": "postgres://db", "name": "shop.orders",
        ]
        for (label, value) in expected { #expect(item["openlineage/\(label)"] == .text(value)) }
    }

    // MARK: Failures

    @Test("a run that ends without naming outputs has those of its start", arguments: ["FAIL", "ABORT", "COMPLETE"])
    func outputsOfStart(state: String) throws {
        let log = try SampleLog()
        log.take(Samples.event("START", #""outputs": [\#(Samples.dataset("b.c")), \#(Samples.dataset("a.b", in: "trino://t"))]"#))
        let members =
            #""outputs": [], "run": {"runId": "{\#(Samples.run.uppercased())}", "facets": {"errorMessage": {"message": "disk full"}}}"#
        log.take(Samples.event(state, members, time: "2026-11-30T10:05:00"))
        let kind = state == "COMPLETE" ? "materialization" : "materialization_failed"
        #expect(log.short.suffix(2) == ["\(kind) b/c", "\(kind) a/b"])
        #expect(log.items.last?.failure?.message == (state == "COMPLETE" ? nil : "disk full"))
        let reasons: [String: FailureReason] = ["FAIL": .failedToMaterialize, "ABORT": .runTerminated]
        #expect(log.items.last?.failure?.reason == reasons[state])
        #expect(log.unmapped.isEmpty)
    }

    @Test("the outputs of a start are found in whichever order they were named")
    func orderOfOutputs() throws {
        let names = [Samples.dataset("b"), Samples.dataset("a")]
        for outputs in [names, names.reversed()] {
            let log = try SampleLog()
            log.take(Samples.event("START", #""outputs": [\#(outputs.joined(separator: ","))]"#))
            #expect(log.items.first { $0.eventID?.description == Samples.startID }?.assetKey == AssetKey(["a"]))
        }
    }

    @Test("a failure of which no output is known is counted")
    func failureOfNothing() throws {
        let log = try SampleLog()
        log.take(Samples.event("FAIL"))
        #expect(log.items.isEmpty)
        #expect(log.unmapped.count == 1)
        #expect(log.unmapped.first?.contains("names no outputs") == true)
    }

    @Test("there is one failure of a run and output, however often it is sent, and in whichever word")
    func oneFailure() throws {
        let log = try SampleLog()
        log.take(Samples.event("START", output))
        #expect(log.take(Samples.event("FAIL", time: "2026-11-30T10:05:00Z")) == 1)
        #expect(log.take(Samples.event("FAIL", output, time: "2026-11-30T10:05:01Z")) == 0)
        #expect(log.take(Samples.event("ABORT", output, time: "2026-11-30T10:05:02Z")) == 0)
    }

    @Test("an abort at the instant of the start is a skip, in whichever form the times are written")
    func skip() throws {
        let log = try SampleLog()
        log.take(Samples.event("START", output, time: "2026-11-30T10:00:00Z"))
        log.take(Samples.event("ABORT", output, time: "2026-11-30T12:00:00+02:00"))
        #expect(log.short.last == "materialization_skipped shop/orders")
    }

    // MARK: What is not materialized

    @Test("tests make no assets, whatever outputs they name", arguments: ["START", "COMPLETE", "FAIL", "ABORT"])
    func tests(state: String) throws {
        let log = try SampleLog()
        let assertion = #""inputFacets": {"dataQualityAssertions": {"assertions": [{"assertion": "unique", "success": true}]}}"#
        log.take(
            Samples.event(
                state,
                #""job": {"name": "t", "facets": {"jobType": {"jobType": "TEST"}}}, \#(output), "inputs": [\#(Samples.dataset("a.b", assertion))]"#
            ))
        #expect(log.short == (["COMPLETE", "FAIL"].contains(state) ? ["check a/b"] : []))
        #expect(log.unmapped.isEmpty)
    }

    @Test("a table that was dropped was observed, and not made")
    func drop() throws {
        let dropped = Samples.dataset("a.b", #""facets": {"lifecycleStateChange": {"lifecycleStateChange": "DROP"}}"#)
        let log = try SampleLog()
        for state in ["START", "COMPLETE"] { log.take(Samples.event(state, #""outputs": [\#(dropped)]"#)) }
        #expect(log.short == ["observation a/b"])
    }

    @Test(
        "what says nothing of an asset is counted",
        arguments: [
            (#"{"run": {}, "eventType": "COMPLETE"}"#, "no runId"), (Samples.event("DONE"), "\"DONE\", which is unknown"),
            (#"{"run": {"runId": "x"}}"#, "no eventType"), (#"{"job": {"name": "a"}}"#, "describes a job"),
            (Samples.event("COMPLETE", #""outputs": [{"namespace": "n"}]"#), "empty name"), (#"{"dataset": {}}"#, "empty name"),
        ])
    func unmapped(text: String, reason: String) throws {
        let log = try SampleLog()
        log.take(text)
        #expect(log.items.isEmpty && log.refusals.isEmpty)
        #expect(log.unmapped.count == 1)
        #expect(log.unmapped.first?.contains(reason) == true, "\(log.unmapped)")
    }

    @Test(
        "what is no event is refused with the reason",
        arguments: ["", "{", "[]", "{}", "1", "\u{feff}", #"{"a": 1}"#, #"{"run": {"runId": "\ud800"}}"#])
    func refused(text: String) throws {
        let log = try SampleLog()
        log.take(text)
        #expect(log.items.isEmpty && log.unmapped.isEmpty)
        #expect(log.refusals.count == 1)
    }

    // MARK: Others

    @Test("an event of a dataset is an observation, one for each time")
    func datasets() throws {
        let log = try SampleLog()
        func event(_ time: String) -> String {
            #"{"eventTime": "\#(time)", "producer": "p", "dataset": \#(Samples.dataset("a.b", #""facets": {"version": {"datasetVersion": 9}}"#))}"#
        }
        #expect(log.take(event("2026-11-30T10:00:00Z")) == 1)
        #expect(log.take(event("2026-11-30T11:00:00+01:00")) == 0)
        #expect(log.take(event("2026-11-30T10:00:01Z")) == 1)
        #expect(log.short.first == "observation a/b")
        #expect(log.items.first?.dataVersion == "9")
    }

    @Test(
        "a partition follows from the nominal time where that is configured",
        arguments: [("none", nil), ("day", "2026-11-22"), ("hour", "2026-11-22-05:00")])
    func partitions(setting: String, partition: String?) throws {
        let log = try SampleLog(["partitions": [setting]])
        let run = #""run": {"runId": "\#(Samples.run)", "facets": {"nominalTime": {"nominalStartTime": "2026-11-22T06:30:00+01:00"}}}"#
        log.take(Samples.event("COMPLETE", "\(output), \(run)"))
        #expect(log.items.first?.partition == partition)
    }

    @Test("facets without a place are metadata, unless they are large, or are to be left out")
    func unknownFacets() throws {
        let large = String(repeating: "x", count: 9000)
        let facets = #"{"own": {"x": [1, NaN]}, "gone": {"_deleted": true}, "large": {"x": "\#(large)"}}"#
        let text = Samples.event("COMPLETE", #""outputs": [\#(Samples.dataset("a", #""facets": \#(facets)"#))]"#)
        let log = try SampleLog()
        log.take(text)
        #expect(log.items.first?["openlineage/dataset/own"] == .json(Array(#"{"x": [1, NaN]}"#.utf8)))
        #expect(log.items.first?["openlineage/dataset/gone"] == nil)
        #expect(log.items.first?["openlineage/left_out"] == .text("openlineage/dataset/large"))
        let without = try SampleLog(["unknown_facets": ["leave_out"]])
        without.take(text)
        #expect(
            without.items.first?.metadata.contains { $0.label.hasPrefix("openlineage/dataset/") || $0.label == "openlineage/left_out" }
                == false)
    }

    @Test("a time before 1980 is no time of an event, and is kept as text")
    func oldTime() throws {
        let log = try SampleLog()
        log.take(Samples.event("COMPLETE", output, time: "1970-01-01T00:00:00Z"))
        #expect(log.items.first?.timestamp == nil)
        #expect(log.items.first?["openlineage/event_time"] == .text("1970-01-01T00:00:00.000000Z"))
    }
}
#endif
