"""Writes events of openlineage-python, one a line, as the tests of the receiver `openlineage` read them:

    PYTHONPATH=Tests/Producers:Tests/Long python Tests/Producers/openlineage/record.py \\
        > Plugins/Receivers/AssetlogOpenLineageReceiver/Fixtures/events.jsonl
"""
import datetime

import scenario
from openlineage.client import facet_v2 as facets
from openlineage.client.event_v2 import Dataset, DatasetEvent, Job, JobEvent, RunState
from openlineage.client.serde import Serde

scenario.NOW = datetime.datetime(2026, 11, 30, 10, tzinfo=datetime.timezone.utc)
RUN, OTHER = "01990000-0000-7000-8000-000000000001", "01990000-0000-7000-8000-000000000002"
ERROR = facets.error_message_run.ErrorMessageRunFacet("disk full", "PYTHON", "Traceback")
TEST = Job("dbt", "test", {"jobType": facets.job_type_job.JobTypeJobFacet("BATCH", "DBT", "TEST")})
EVENTS = [
    scenario.event(RunState.START, RUN, [scenario.raw()], [scenario.orders()], run_facets=scenario.run_facets()),
    scenario.event(RunState.RUNNING, RUN, [scenario.raw()], [scenario.orders()], 1),
    scenario.event(RunState.COMPLETE, RUN, [scenario.raw()], [scenario.orders()], 2, run_facets=scenario.run_facets()),
    scenario.event(RunState.START, OTHER, [], [scenario.orders()]),
    scenario.event(RunState.FAIL, OTHER, seconds=1, run_facets={"errorMessage": ERROR}),
    scenario.event(RunState.COMPLETE, OTHER, [scenario.raw()], [scenario.orders()], job=TEST),
    DatasetEvent(eventTime=scenario.at(3), producer="p", dataset=Dataset("bigquery", "project.data.orders", facets={
        "version": facets.dataset_version_dataset.DatasetVersionDatasetFacet("9")})),
    JobEvent(eventTime=scenario.at(4), job=scenario.JOB, producer="p"),
]
for event in EVENTS:
    print(Serde.to_json(event))
