#if OpenLineage
import AssetlogCore
import Testing

/// Events of the log, and what OpenLineage gets of them.
struct ExpectedEvent: Sendable, CustomTestStringConvertible {
    var event: LoggedEvent
    private var text: String

    var testDescription: String { event.kind.name }

    private init(_ event: LoggedEvent, _ text: String) {
        self.event = event
        self.text = text
    }

    /// The event of OpenLineage. In the texts below, lines are joined, and `NAME VERSION` in angle brackets stands for what a facet
    /// says of itself.
    var json: String {
        text.split(separator: "\n").joined().replacing(/<(urn:[^ >]+) (\w+)>/) { found in
            #""_producer":"urn:assetlog:server","_schemaURL":"\#(found.1)#/$defs/\#(found.2)""#
        }.replacing(/<(\w+) ([0-9-]+)>/) { found in
            let url = "https://openlineage.io/spec/facets/\(found.2)/\(found.1).json#/$defs/\(found.1)"
            return #""_producer":"urn:assetlog:server","_schemaURL":"\#(url)""#
        }.replacing(/<(RunEvent|DatasetEvent)>/) { found in
            #""producer":"urn:assetlog:server","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/\#(found.1)""#
        }
    }

    static let all = [materialization, started, failed, skipped, check, observation]

    private static let materialization = ExpectedEvent(
        .sample(
            1, partition: "2026-11-22", reportedBy: "airflow",
            details: #"{"description":"nightly load","data_version":"v7","tags":{"dagster/data_version":"v7","team":"sales"},"metadata":{"#
                + #""rows":{"type":"int","value":1200},"size_bytes":{"type":"int","value":4096},"files":{"type":"int","value":3},"#
                + #""ratio":{"type":"float","value":NaN},"dagster/column_schema":{"type":"table_schema","value":{"columns":["#
                + #"{"name":"id","type":"INT","description":"the \"key\""},{"name":"note"}]}}}}"#),
        #"""
        {"eventTime":"2026-11-18T11:06:40.000001Z",<RunEvent>,"eventType":"COMPLETE",
        "run":{"runId":"33e1932e-8c5e-59f5-a8c4-ab625ddf528b","facets":{
        "nominalTime":{<NominalTimeRunFacet 1-0-1>,
        "nominalStartTime":"2026-11-22T00:00:00.000000Z","nominalEndTime":"2026-11-23T00:00:00.000000Z"},
        "assetlog_event":{<urn:assetlog:openlineage:1-0-0 AssetlogEventRunFacet>,
        "eventId":"01990000-0000-7000-8000-000000000001","runId":"33e1932e-8c5e-59f5-a8c4-ab625ddf528b",
        "sequence":1,"deployment":"prod","kind":"materialization","assetKey":["warehouse","orders"],"partition":"2026-11-22",
        "receivedAt":"2026-11-18T11:06:40.000002Z","reportedBy":"airflow","description":"nightly load","metadata":{
        "rows":{"type":"int","value":1200},"size_bytes":{"type":"int","value":4096},"files":{"type":"int","value":3},
        "ratio":{"type":"float","value":"NaN"},"dagster/column_schema":{"type":"table_schema","value":{"columns":[
        {"name":"id","type":"INT","description":"the \"key\""},{"name":"note"}]}}}}}},
        "job":{"namespace":"dagster","name":"warehouse/orders"},
        "inputs":[],
        "outputs":[{"namespace":"dagster","name":"warehouse/orders","facets":{
        "version":{<DatasetVersionDatasetFacet 1-0-1>,"datasetVersion":"v7"},
        "schema":{<SchemaDatasetFacet 1-2-0>,"fields":[{"name":"id","type":"INT","description":"the \"key\""},{"name":"note"}]},
        "tags":{<TagsDatasetFacet 1-0-0>,"tags":[{"key":"team","value":"sales"}]},
        "documentation":{<DocumentationDatasetFacet 1-1-0>,"description":"nightly load"}},
        "outputFacets":{"outputStatistics":{<OutputStatisticsOutputDatasetFacet 1-0-2>,"rowCount":1200,"size":4096,"fileCount":3}}}]}
        """#)

    private static let started = ExpectedEvent(
        .sample(2, kind: .materializationStarted, key: ["raw", "a/b"], details: #"{"tags":{},"metadata":{}}"#),
        #"""
        {"eventTime":"2026-11-18T11:06:40.000002Z",<RunEvent>,"eventType":"START",
        "run":{"runId":"3910815b-798b-503e-afb1-735606e9f5e1","facets":{
        "assetlog_event":{<urn:assetlog:openlineage:1-0-0 AssetlogEventRunFacet>,
        "eventId":"01990000-0000-7000-8000-000000000002","runId":"3910815b-798b-503e-afb1-735606e9f5e1",
        "sequence":2,"deployment":"prod","kind":"materialization_started","assetKey":["raw","a/b"],
        "receivedAt":"2026-11-18T11:06:40.000003Z"}}},
        "job":{"namespace":"dagster","name":"raw/a%2Fb"},
        "inputs":[],
        "outputs":[{"namespace":"s3://raw","name":"raw/a%2Fb"}]}
        """#)

    private static let failed = ExpectedEvent(
        .sample(
            3, kind: .materializationFailed, partition: "2026-11-22-05:00",
            details: #"{"description":"load","tags":{},"metadata":{},"failure":{"reason":"RUN_TERMINATED","message":"killed\nby hand"}}"#),
        #"""
        {"eventTime":"2026-11-18T11:06:40.000003Z",<RunEvent>,"eventType":"FAIL",
        "run":{"runId":"3c02b0c1-c556-537e-b84f-f78b65598061","facets":{
        "nominalTime":{<NominalTimeRunFacet 1-0-1>,
        "nominalStartTime":"2026-11-22T05:00:00.000000Z","nominalEndTime":"2026-11-22T06:00:00.000000Z"},
        "errorMessage":{<ErrorMessageRunFacet 1-0-1>,"message":"killed\nby hand","programmingLanguage":"UNKNOWN"},
        "assetlog_event":{<urn:assetlog:openlineage:1-0-0 AssetlogEventRunFacet>,
        "eventId":"01990000-0000-7000-8000-000000000003","runId":"3c02b0c1-c556-537e-b84f-f78b65598061",
        "sequence":3,"deployment":"prod","kind":"materialization_failed","assetKey":["warehouse","orders"],
        "partition":"2026-11-22-05:00","receivedAt":"2026-11-18T11:06:40.000004Z","description":"load",
        "failureReason":"RUN_TERMINATED"}}},
        "job":{"namespace":"dagster","name":"warehouse/orders"},
        "inputs":[],
        "outputs":[{"namespace":"dagster","name":"warehouse/orders"}]}
        """#)

    private static let skipped = ExpectedEvent(
        .sample(
            4, kind: .materializationSkipped, partition: "eu",
            details: #"{"tags":{},"metadata":{},"failure":{"reason":"UPSTREAM_FAILED_TO_MATERIALIZE"}}"#),
        #"""
        {"eventTime":"2026-11-18T11:06:40.000004Z",<RunEvent>,"eventType":"ABORT",
        "run":{"runId":"f4df3807-f10f-5878-a066-fb8ba89e54d8","facets":{
        "assetlog_event":{<urn:assetlog:openlineage:1-0-0 AssetlogEventRunFacet>,
        "eventId":"01990000-0000-7000-8000-000000000004","runId":"f4df3807-f10f-5878-a066-fb8ba89e54d8",
        "sequence":4,"deployment":"prod","kind":"materialization_skipped","assetKey":["warehouse","orders"],
        "partition":"eu","receivedAt":"2026-11-18T11:06:40.000005Z","failureReason":"UPSTREAM_FAILED_TO_MATERIALIZE"}}},
        "job":{"namespace":"dagster","name":"warehouse/orders"},
        "inputs":[],
        "outputs":[{"namespace":"dagster","name":"warehouse/orders"}]}
        """#)

    private static let check = ExpectedEvent(
        .sample(
            5, kind: .check,
            details: #"{"description":"too few","metadata":{"column":{"type":"text","value":"id"},"expected":{"type":"int","value":10},"#
                + #""observed":{"type":"float","value":9.5},"row_count":{"type":"int","value":99},"#
                + #""dagster/last_updated_timestamp":{"type":"timestamp","value":1764547200.5}},"#
                + #""check_name":"no_nulls","passed":false,"severity":"WARN","blocking":true,"target":{"data_version":"v7"}}"#),
        #"""
        {"eventTime":"2026-11-18T11:06:40.000005Z",<RunEvent>,"eventType":"COMPLETE",
        "run":{"runId":"e362920e-1e34-5a88-92a6-fe6baffec2b6","facets":{
        "assetlog_event":{<urn:assetlog:openlineage:1-0-0 AssetlogEventRunFacet>,
        "eventId":"01990000-0000-7000-8000-000000000005","runId":"e362920e-1e34-5a88-92a6-fe6baffec2b6",
        "sequence":5,"deployment":"prod","kind":"check","assetKey":["warehouse","orders"],
        "receivedAt":"2026-11-18T11:06:40.000006Z","description":"too few","blocking":true,"target":{"data_version":"v7"},"metadata":{
        "column":{"type":"text","value":"id"},"expected":{"type":"int","value":10},"observed":{"type":"float","value":9.5},
        "row_count":{"type":"int","value":99},"dagster/last_updated_timestamp":{"type":"timestamp","value":1764547200.5}}}}},
        "job":{"namespace":"dagster","name":"warehouse/orders#no_nulls"},
        "inputs":[{"namespace":"dagster","name":"warehouse/orders","facets":{
        "version":{<DatasetVersionDatasetFacet 1-0-1>,"datasetVersion":"v7"}},
        "inputFacets":{"dataQualityAssertions":{<DataQualityAssertionsDatasetFacet 1-1-0>,"assertions":[
        {"assertion":"no_nulls","success":false,"column":"id","severity":"warn","name":"no_nulls","description":"too few",
        "expected":"10","actual":"9.5"}]},
        "dataQualityMetrics":{<DataQualityMetricsInputDatasetFacet 1-0-3>,
        "rowCount":99,"lastUpdated":"2025-12-01T00:00:00.500000Z","columnMetrics":{}}}}],
        "outputs":[]}
        """#)

    private static let observation = ExpectedEvent(
        .sample(
            6, kind: .observation, key: ["raw", "orders"], partition: "2026-11-22|eu",
            details: #"{"description":"seen","data_version":"v8","tags":{},"metadata":{"dagster/row_count":{"type":"int","value":7}}}"#),
        #"""
        {"eventTime":"2026-11-18T11:06:40.000006Z",<DatasetEvent>,
        "dataset":{"namespace":"s3://raw","name":"raw/orders","facets":{
        "version":{<DatasetVersionDatasetFacet 1-0-1>,"datasetVersion":"v8"},
        "documentation":{<DocumentationDatasetFacet 1-1-0>,"description":"seen"},
        "dataQualityMetrics":{<DataQualityMetricsDatasetFacet 1-0-0>,"rowCount":7,"columnMetrics":{}},
        "assetlog_event":{<urn:assetlog:openlineage:1-0-0 AssetlogEventDatasetFacet>,
        "eventId":"01990000-0000-7000-8000-000000000006","runId":"60aedb4a-7097-5886-b32e-731e7ec635fe",
        "sequence":6,"deployment":"prod","kind":"observation","assetKey":["raw","orders"],"partition":"2026-11-22|eu",
        "receivedAt":"2026-11-18T11:06:40.000007Z","description":"seen",
        "metadata":{"dagster/row_count":{"type":"int","value":7}}}}}}
        """#)
}
#endif
