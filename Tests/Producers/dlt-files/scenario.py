"""What dlt says about loads that succeed and fail, as files, and what the log has of it.

    RECORD=Tests/AssetlogResultsTests/Fixtures/dlt Tests/Producers/run dlt-files
"""
import json, os

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt
import duckdb
from producing import added, assetlog, check, equal, finish, keep, same, serving

LOADED = {("raw", "orders", "materialization", 2), ("raw", "orders__items", "materialization", 2),
          ("raw", "customers", "materialization", 1)}


@dlt.resource(name="orders", write_disposition="append")
def orders():
    yield [{"id": 1, "items": [{"sku": "a"}, {"sku": "b"}]}, {"id": 2, "items": []}]


@dlt.resource(name="customers", write_disposition="append")
def customers():
    yield [{"name": "ann"}]


@dlt.resource(name="away")
def away():
    raise RuntimeError("the source is away")
    yield


def write(folder, name, content):
    """As Docs/Receivers.md says."""
    with open(f"{folder}/{name}.json", "w") as file:
        json.dump(content.asdict(), file, default=str)
    keep(f"{name}.json", json.dumps(json.load(open(f"{folder}/{name}.json")), indent=1), folder)
    return f"{folder}/{name}.json"


def rows(events):
    return {(*e["asset_key"], e["kind"], e["metadata"].get("rows", {}).get("value")) for e in events}


with serving() as (server, folder):
    pipeline = dlt.pipeline(pipeline_name="shop", destination=dlt.destinations.duckdb(f"{folder}/shop.duckdb"), dataset_name="raw",
                            pipelines_dir=f"{folder}/pipelines")
    info = pipeline.run([orders(), customers()])
    trace, load_info = write(folder, "trace", pipeline.last_trace), write(folder, "load_info", info)
    events, result = added(server, lambda: assetlog(server, "report", "dlt", trace))
    equal("exit code", result.returncode, 0)
    same("a load", rows(events), LOADED)
    equal("the resource of a nested table", {e["metadata"]["dlt/resource"]["value"] for e in events}, {"orders", "customers"})
    events, result = added(server, lambda: assetlog(server, "report", "dlt", load_info))
    equal("the load info is about the same events", (result.returncode, len(events)), (0, 0))
    try:
        pipeline.run([orders(), away()])
    except Exception:
        pass
    events, result = added(server, lambda: assetlog(server, "report", "dlt", write(folder, "extract_failed", pipeline.last_trace)))
    equal("a pipeline that loads nothing gives no event", (result.returncode, len(events)), (0, 0))
    check("and the reason is shown", "the source is away" in result.stderr, result.stderr)
    pipeline.drop()
    with duckdb.connect(f"{folder}/shop.duckdb") as connection:
        connection.sql("drop table raw.customers")
        connection.sql("create table raw.customers (name varchar primary key, _dlt_load_id varchar, _dlt_id varchar)")
        connection.sql("insert into raw.customers values ('ann', '', '')")
    pipeline = dlt.pipeline(pipeline_name="shop", destination=dlt.destinations.duckdb(f"{folder}/shop.duckdb"), dataset_name="raw",
                            pipelines_dir=f"{folder}/pipelines")
    try:
        pipeline.run([orders(), customers()])
    except Exception:
        pass
    events, result = added(server, lambda: assetlog(server, "report", "dlt", write(folder, "load_failed", pipeline.last_trace)))
    same("a load that fails", rows(events), {("raw", "customers", "materialization_failed", None)})
    check("has the message", "Duplicate key" in events[0]["failure"]["message"], events[0]["failure"])
    check("what else was in it is not complete", "is not complete" in result.stderr, result.stderr)
finish()
