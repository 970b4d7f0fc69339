"""openlineage-python reports to the receiver `openlineage`: each of its transports, its retries, and every facet that it has a class for."""
import datetime, http.client, http.server, os, threading, uuid

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import (
    Dataset, DatasetEvent, InputDataset, Job, JobEvent, OutputDataset, Run, RunEvent, RunState)
from openlineage.client import facet_v2 as facets
from openlineage.client.generated import external_query_run
from producing import check, equal, finish, serving

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
JOB = Job("scheduler", "load_orders", {
    "jobType": facets.job_type_job.JobTypeJobFacet("BATCH", "PYTHON", "TASK"),
    "documentation": facets.documentation_job.DocumentationJobFacet("Loads the orders."),
    "sql": facets.sql_job.SQLJobFacet("insert into orders select * from raw"),
})


def at(seconds):
    return (NOW + datetime.timedelta(seconds=seconds)).isoformat()


def run_facets(**more):
    return {
        "nominalTime": facets.nominal_time_run.NominalTimeRunFacet("2026-11-22T05:00:00Z", "2026-11-22T06:00:00Z"),
        "parent": facets.parent_run.ParentRunFacet(
            facets.parent_run.Run("01990000-0000-7000-8000-00000000000a"), facets.parent_run.Job("scheduler", "daily")),
        "processing_engine": facets.processing_engine_run.ProcessingEngineRunFacet("3.13", "python", "1.54.0"),
        "externalQuery": external_query_run.ExternalQueryRunFacet("q-1", "warehouse"),
        **more,
    }


def orders():
    return OutputDataset("postgres://db:5432", "shop.public.orders", facets={
        "schema": facets.schema_dataset.SchemaDatasetFacet([
            facets.schema_dataset.SchemaDatasetFacetFields("id", "int", "the key"),
            facets.schema_dataset.SchemaDatasetFacetFields("address", "struct", fields=[
                facets.schema_dataset.SchemaDatasetFacetFields("zip", "text")]),
        ]),
        "version": facets.dataset_version_dataset.DatasetVersionDatasetFacet("v7"),
        "documentation": facets.documentation_dataset.DocumentationDatasetFacet("Orders of the shop."),
        "ownership": facets.ownership_dataset.OwnershipDatasetFacet([facets.ownership_dataset.Owner("team:shop", "OWNER")]),
        "tags": facets.tags_dataset.TagsDatasetFacet([facets.tags_dataset.TagsDatasetFacetFields("tier", "gold", "USER")]),
        "lifecycleStateChange": facets.lifecycle_state_change_dataset.LifecycleStateChangeDatasetFacet(
            facets.lifecycle_state_change_dataset.LifecycleStateChange.OVERWRITE),
        "storage": facets.storage_dataset.StorageDatasetFacet("heap", "rows"),
    }, outputFacets={"outputStatistics": facets.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(10, 2048, 3)})


def raw():
    quality = facets.data_quality_assertions_dataset
    return InputDataset("s3://lake", "raw/orders", inputFacets={
        "dataQualityAssertions": quality.DataQualityAssertionsDatasetFacet([
            quality.Assertion("not_null", True, column="id"), quality.Assertion("not_null", False, column="total", severity="warn"),
            quality.Assertion("row_count", False, name="has rows", expected="1", actual="0"),
        ]),
        "dataQualityMetrics": facets.data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet(
            rowCount=11, bytes=4096, columnMetrics={
                "id": facets.data_quality_metrics_input_dataset.ColumnMetrics(nullCount=0, distinctCount=11)}),
    })


def event(state, run, inputs=(), outputs=(), seconds=0, job=JOB, run_facets=None):
    return RunEvent(eventTime=at(seconds), eventType=state, run=Run(run, run_facets or {}), job=job, inputs=list(inputs), outputs=list(outputs),
                    producer="https://example.com/scheduler")


def client(server, path="/", **config):
    return OpenLineageClient(config={"transport": {"type": "http", "url": f"http://127.0.0.1:{server.port}{path}", **config}})


def values(event):
    return {label: value["value"] for label, value in event["metadata"].items()}


def short(event):
    return event["kind"], "/".join(event["asset_key"]), event["check_name"] or event.get("failure", {}).get("reason")


# What a run with every facet becomes.
def mapping():
    with serving() as (server, _):
        for compression in ({}, {"compression": "gzip"}):
            ol = client(server, **compression)
            run = str(uuid.uuid4())
            ol.emit(event(RunState.START, run, [raw()], [orders()], run_facets=run_facets()))
            ol.emit(event(RunState.RUNNING, run, [raw()], [orders()], 1))
            ol.emit(event(RunState.COMPLETE, run, [raw()], [orders()], 2, run_facets=run_facets()))
            events = server.events()
            equal(f"START, RUNNING and COMPLETE ({compression or 'plain'})", [short(e) for e in events[-6:]], [
                ("materialization_started", "shop/public/orders", None),
                ("check", "lake/raw/orders", "not_null(id)"), ("check", "lake/raw/orders", "not_null(total)"),
                ("check", "lake/raw/orders", "has rows"), ("observation", "lake/raw/orders", None),
                ("materialization", "shop/public/orders", None)])
            ol.emit(event(RunState.COMPLETE, run, [raw()], [orders()], 2, run_facets=run_facets()))
            equal("what is sent again is recorded once", len(server.events()), len(events))
        done, seen = events[-1], events[-2]
        equal("the version is the data version", done["data_version"], "v7")
        equal("the documentation is the description", done["description"], "Orders of the shop.")
        equal("the tags are tags", done["tags"].get("tier"), "gold")
        equal("the inputs are upstream", done["upstream"], [["lake", "raw", "orders"]])
        equal("the time is that of the event", done["timestamp"], at(2).replace("+00:00", ".000000Z"))
        expected = {
            "rows": 10, "size_bytes": 2048, "files": 3, "openlineage/owners": "team:shop (OWNER)", "openlineage/job": "load_orders",
            "openlineage/lifecycle_state_change": "OVERWRITE", "openlineage/job_type": "PYTHON BATCH TASK", "openlineage/parent_job": "daily",
            "openlineage/processing_engine": "python 3.13", "openlineage/job_description": "Loads the orders.",
            "openlineage/namespace": "postgres://db:5432", "openlineage/name": "shop.public.orders",
            "openlineage/parent_run_id": "01990000-0000-7000-8000-00000000000a",
        }
        found = values(done)
        for label, value in expected.items():
            equal(label, found.get(label), value)
        equal("the columns", [(c["name"], c["type"]) for c in found["dagster/column_schema"]["columns"]],
              [("id", "int"), ("address", "struct"), ("address.zip", "text")])
        for label in ("run/externalQuery", "job/sql", "dataset/storage", "run/tags"):
            check(f"a facet without a place is kept: {label}", f"openlineage/{label}" in found, str(sorted(found)))
        measured = values(seen)
        equal("metrics", {label: measured.get(label) for label in ("dagster/row_count", "size_bytes", "columns/id/distinct_count")},
              {"dagster/row_count": 11, "size_bytes": 4096, "columns/id/distinct_count": 11})
        checks = {e["check_name"]: (e["passed"], e["severity"]) for e in events[-6:] if e["kind"] == "check"}
        equal("results and severities", checks, {
            "not_null(id)": (True, "ERROR"), "not_null(total)": (False, "WARN"), "has rows": (False, "ERROR")})


# The ways in which a run may end.
def endings():
    with serving() as (server, _):
        ol = client(server)
        failed, aborted, skipped, streaming = (str(uuid.uuid4()) for _ in range(4))
        for run in (failed, aborted, skipped, streaming):
            ol.emit(event(RunState.START, run, [], [orders(), OutputDataset("kafka://broker:9092", "orders.v1")]))
        error = facets.error_message_run.ErrorMessageRunFacet("disk full", "PYTHON", "Traceback")
        for _ in range(2):
            ol.emit(event(RunState.FAIL, failed, seconds=1, run_facets={"errorMessage": error}))
        ol.emit(event(RunState.ABORT, aborted, seconds=1))
        ol.emit(event(RunState.ABORT, skipped))
        ol.emit(event(RunState.COMPLETE, streaming, seconds=5))
        events = server.events()[8:]
        both = ["shop/public/orders", "orders.v1"]
        equal("what ends without outputs has those of its START", sorted(short(e) for e in events), sorted(
            [("materialization_failed", key, "FAILED_TO_MATERIALIZE") for key in both]
            + [("materialization_failed", key, "RUN_TERMINATED") for key in both]
            + [("materialization_skipped", key, "UNKNOWN") for key in both] + [("materialization", key, None) for key in both]))
        equal("the message of the failure", events[0]["failure"]["message"], "disk full")
        equal("the trace of the failure", values(events[0])["openlineage/stack_trace"], "Traceback")
        test = Job("dbt", "test", {"jobType": facets.job_type_job.JobTypeJobFacet("BATCH", "DBT", "TEST")})
        run = str(uuid.uuid4())
        count = len(server.events())
        for state in (RunState.START, RunState.COMPLETE, RunState.FAIL):
            ol.emit(event(state, run, [raw()], [orders()], job=test))
        equal("a test makes nothing but results", {e["kind"] for e in server.events()[count:]}, {"check", "observation"})
        ol.emit(event(RunState.FAIL, str(uuid.uuid4())))
        ol.emit(JobEvent(eventTime=at(0), job=JOB, producer="p"))
        ol.emit(DatasetEvent(eventTime=at(3), dataset=Dataset("bigquery", "project.data.orders", facets={
            "version": facets.dataset_version_dataset.DatasetVersionDatasetFacet("9")}), producer="p"))
        last = server.events()[-1]
        equal("an event of a dataset is an observation", (short(last), last["data_version"]),
              (("observation", "project/data/orders", None), "9"))
        reasons = [part["reason"] for part in server.get("/api/v1/receivers/openlineage/unmapped")["unmapped"]]
        equal("what could not be mapped is readable", len(reasons), 2)
        check("a job alone", "describes a job" in reasons[0], reasons[0])
        check("a failure of nothing", "names no outputs" in reasons[1], reasons[1])


class Troubled(http.server.BaseHTTPRequestHandler):
    """A proxy that answers 503, then loses an answer, then behaves."""
    target, seen, lock = None, {}, threading.Lock()
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.lock:
            step = self.seen[body] = self.seen.get(body, 0) + 1
        if step == 1:
            self.send_response(503)
            self.send_header("Retry-After", "1")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        onward = http.client.HTTPConnection("127.0.0.1", self.target, timeout=60)
        onward.request("POST", self.path, body, {k: v for k, v in self.headers.items() if k.lower() not in ("host", "content-length")})
        answer = onward.getresponse()
        content = answer.read()
        if step == 2:
            self.close_connection = True
            self.connection.close()
            return
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass

    def finish(self):
        try:
            super().finish()
        except (OSError, ValueError):
            pass


# A client that must send again, and again.
def retries():
    with serving() as (server, _):
        Troubled.target = server.port
        proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Troubled)
        proxy.handle_error = lambda *_: None
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{proxy.server_address[1]}"
        ol = OpenLineageClient(config={"transport": {"type": "http", "url": url, "timeout": 30}})
        run = str(uuid.uuid4())
        ol.emit(event(RunState.START, run, [], [orders()]))
        ol.emit(event(RunState.COMPLETE, run, [], [orders()], 1))
        equal("what is sent again after a 503 and a lost answer is recorded once", [e["kind"] for e in server.events()],
              ["materialization_started", "materialization"])
        equal("each was sent three times", sorted(Troubled.seen.values()), [3, 3])
        equal("the others were duplicates", server.get("/api/v1/receivers")["receivers"][0]["duplicate"], 2)
        proxy.shutdown()


# The transports that send in the background, and to several places.
def transports():
    with serving("--set", "deployments.declared=staging") as (server, _):
        url = f"http://127.0.0.1:{server.port}"
        ol = OpenLineageClient(config={"transport": {"type": "async_http", "url": url, "compression": "gzip"}})
        runs = [str(uuid.uuid4()) for _ in range(100)]
        for run in runs:
            ol.emit(event(RunState.START, run, [], [orders()]))
            ol.emit(event(RunState.FAIL, run, seconds=1))
        ol.close(60)
        kinds = [e["kind"] for e in server.events()]
        equal("the transport async_http sends each event", (kinds.count("materialization_started"), kinds.count("materialization_failed")),
              (100, 100))
        count = len(kinds)
        ol = OpenLineageClient(config={"transport": {"type": "composite", "continue_on_failure": True, "transports": [
            {"type": "http", "url": "http://127.0.0.1:9", "timeout": 1, "retry": {"total": 0}},
            {"type": "http", "url": url}, {"type": "http", "url": f"{url}/staging/"}]}})
        ol.emit(event(RunState.START, runs[0], [], [orders()]))
        ol.emit(event(RunState.COMPLETE, runs[0], [], [orders()], 2))
        equal("the transport composite sends to every server that there is", len(server.events()), count + 1)
        staging = server.get("/staging/api/v1/events")["events"]
        equal("a URL with a slash at its end is that of a deployment", [e["kind"] for e in staging],
              ["materialization_started", "materialization"])
        os.environ["OPENLINEAGE_URL"] = url
        run = str(uuid.uuid4())
        OpenLineageClient().emit(event(RunState.COMPLETE, run, [], [orders()], 2))
        equal("OPENLINEAGE_URL alone is enough", values(server.events()[-1])["openlineage/run_id"], run)


if __name__ == "__main__":
    for scenario in (mapping, endings, retries, transports):
        scenario()
    finish()
