"""Airflow's OpenLineage provider reports to the receiver `openlineage`: its adapter, with what operators say of their datasets. No scheduler
runs; the events are those that its listener sends of a task that succeeds, and of one that fails."""
import datetime, json, os

from producing import check, equal, finish, serving

NOW = datetime.datetime(2026, 11, 22, 5, 30, tzinfo=datetime.timezone.utc)


def main():
    with serving("--set", "receivers.openlineage.partitions=day") as (server, folder):
        os.environ.update({
            "AIRFLOW_HOME": f"{folder}/airflow", "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR", "AIRFLOW__OPENLINEAGE__NAMESPACE": "airflow",
            "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps({"type": "http", "url": f"http://127.0.0.1:{server.port}/"})})
        from airflow.providers.openlineage.extractors.base import OperatorLineage
        from airflow.providers.openlineage.plugins.adapter import OpenLineageAdapter
        from openlineage.client.event_v2 import Dataset

        adapter = OpenLineageAdapter()
        lineage = OperatorLineage(inputs=[Dataset("s3://lake", "raw/orders")], outputs=[Dataset("postgres://db:5432", "shop.public.orders")])
        nominal = {"nominal_start_time": NOW.isoformat(), "nominal_end_time": (NOW + datetime.timedelta(days=1)).isoformat()}
        shared = {"job_name": "daily.load", "owners": ["team"], "tags": ["gold"], "job_description": "Loads.", **nominal}

        def run(number):
            return OpenLineageAdapter.build_task_instance_run_id("daily", "load", number, NOW, -1)

        adapter.start_task(run_id=run(1), event_time=NOW.isoformat(), task=lineage, **shared)
        adapter.complete_task(run_id=run(1), end_time=(NOW + datetime.timedelta(minutes=1)).isoformat(), task=lineage, **shared)
        events = server.events()
        equal("a task that succeeds", [(e["kind"], e["asset_key"], e["partition"]) for e in events], [
            ("materialization_started", ["shop", "public", "orders"], "2026-11-22"),
            ("materialization", ["shop", "public", "orders"], "2026-11-22")])
        metadata = {label: value["value"] for label, value in events[-1]["metadata"].items()}
        equal("its job", (metadata["openlineage/job"], metadata["openlineage/job_namespace"]), ("daily.load", "airflow"))
        check("its engine", metadata.get("openlineage/processing_engine", "").lower().startswith("airflow"), str(metadata))
        equal("its inputs", events[-1]["upstream"], [["lake", "raw", "orders"]])
        adapter.complete_task(run_id=run(1), end_time=(NOW + datetime.timedelta(minutes=1)).isoformat(), task=lineage, **shared)
        equal("what is sent again is recorded once", len(server.events()), 2)
        adapter.start_task(run_id=run(2), event_time=NOW.isoformat(), task=lineage, **shared)
        adapter.fail_task(run_id=run(2), end_time=(NOW + datetime.timedelta(minutes=1)).isoformat(), task=OperatorLineage(),
                          error=ValueError("disk full"), **shared)
        failed = server.events()[-1]
        equal("a task that fails, and names no outputs then", (failed["kind"], failed["asset_key"], failed["partition"]),
              ("materialization_failed", ["shop", "public", "orders"], "2026-11-22"))
        check("the message", "disk full" in (failed["failure"].get("message") or ""), str(failed["failure"]))
    finish()


main()
