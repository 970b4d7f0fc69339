"""dlt with dlt-openlineage reports to the receiver `openlineage`: a pipeline that loads two tables, one that loads again, one that fails."""
import os

from producing import check, equal, finish, serving


def resources():
    import dlt

    @dlt.resource(name="users", write_disposition="replace")
    def users():
        yield [{"id": 1, "name": "Alice"}, {"id": 2, "name": "Bob"}]

    @dlt.resource(name="orders", write_disposition="append")
    def orders():
        yield [{"id": 1, "total": 9.5}]

    @dlt.resource(name="broken")
    def broken():
        raise ValueError("no such source")
        yield  # It is a generator.

    return users, orders, broken


def kinds(events, key):
    return [event["kind"] for event in events if event["asset_key"][-1] == key]


with serving() as (server, folder):
    os.environ.update({"DLT_DATA_DIR": f"{folder}/dlt", "DLT_PROJECT_DIR": folder, "RUNTIME__DLTHUB_TELEMETRY": "false",
                       "OPENLINEAGE_URL": f"http://127.0.0.1:{server.port}", "OPENLINEAGE_NAMESPACE": "pipelines"})
    os.chdir(folder)
    import dlt
    import dlt_openlineage
    dlt_openlineage.install()
    users, orders, broken = resources()
    pipeline = dlt.pipeline("shop", destination="duckdb", dataset_name="raw_data", pipelines_dir=f"{folder}/pipelines")
    pipeline.run([users(), orders()])
    events = server.events()
    equal("each table is materialized once", [kinds(events, key).count("materialization") for key in ("users", "orders")], [1, 1])
    done = next(event for event in events if event["asset_key"][-1] == "users" and event["kind"] == "materialization")
    metadata = {label: value["value"] for label, value in done["metadata"].items()}
    equal("the rows", metadata.get("rows"), 2)
    columns = {column["name"]: column["type"] for column in metadata["dagster/column_schema"]["columns"]}
    check("the columns", {"id", "name"} <= set(columns), str(columns))
    equal("the key is that of the destination's table", done["asset_key"], ["raw_data", "users"])
    equal("the job is the pipeline", metadata.get("openlineage/job"), "shop")
    pipeline.run([orders()])
    equal("another run is another materialization", kinds(server.events(), "orders").count("materialization"), 2)
    count = len(server.events())
    try:
        pipeline.run([broken()])
        check("the pipeline fails", False)
    except Exception:
        pass
    failed = server.events()[count:]
    equal("a failure is none of an asset that was not begun", [event["kind"] for event in failed if event["kind"] != "observation"], [])
    reasons = [part["reason"] for part in server.get("/api/v1/receivers/openlineage/unmapped")["unmapped"]]
    check("it is counted, because neither FAIL nor START names outputs", any("names no outputs" in reason for reason in reasons), str(reasons))
finish()
