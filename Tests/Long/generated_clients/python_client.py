"""The client of openapi-generator's `python`; see README.md."""
import datetime, sys, uuid

import openapi_client
from openapi_client.models import EventSubmission, Kind, Materialization, Severity, SubmittedFailure

NAME = "python"
client = openapi_client.ApiClient(openapi_client.Configuration(host=sys.argv[1]))
server, reports, events = (
    openapi_client.ServerApi(client), openapi_client.ReportsApi(client), openapi_client.EventsApi(client))
asset = f"clients/{NAME}"

assert server.get_server_info().assetlog_version
assert server.is_alive() == "ok\n"

# Reports
body = Materialization(partition="p1", description="ein „Bericht“", data_version="7", metadata={"rows": 10, "list": [1, None]})
answer = reports.report_materialization_with_http_info(asset, materialization=body)
assert answer.status_code == 200 and answer.data.event is None
reported = uuid.UUID(answer.headers["Assetlog-Event-Id"])
reports.report_observation(asset)
dry = reports.report_materialization(asset, dry_run=True, materialization=body)
assert dry.event.sequence is None and dry.event.partition == "p1" and dry.sources["partition"] == "body"

# Submissions
happened = datetime.datetime(2026, 11, 20, 12, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
submitted = [
    EventSubmission(
        kind=Kind.CHECK, asset_key=["clients", NAME], check_name="no_nulls", passed=False, severity=Severity.WARN, partition="p2",
        metadata={"url": {"type": "url", "raw_value": "https://example.com"}, "share": 0.5}),
    EventSubmission(
        kind=Kind.MATERIALIZATION_FAILED, asset_key=["clients", NAME], timestamp=happened, tags={"team": "a"},
        failure=SubmittedFailure(reason="RUN_TERMINATED", message="gone")),
]
for attempt in range(2):
    result = events.submit_events(submitted, items="all", idempotency_key=f"clients-{NAME}")
    assert result.recorded == 2 and [item.status for item in result.items] == [200, 200], result
dry = events.submit_events(submitted, dry_run=True)
assert dry.received == 2 and dry.items[0].event.check_name == "no_nulls", dry

# Reading
def read(**filters):
    return events.list_events(**filters).events

assert [e.kind for e in read(asset=asset)] == ["materialization", "observation", "check", "materialization_failed"]
assert len(read(asset_key=f'["clients","{NAME}"]')) == 4
assert len(read(prefix=asset)) == len(read(prefix='["clients","%s"]' % NAME)) == 4
assert [e.partition for e in read(asset=asset, partition="p1")] == ["p1"]
assert [e.kind for e in read(asset=asset, kind=[Kind.CHECK, Kind.OBSERVATION])] == ["observation", "check"]
(check,) = read(prefix="clients", asset=asset, check_name="no_nulls", passed=False)
assert check.severity == "WARN" and check.passed is False and check.metadata["share"].value == 0.5
assert check.metadata["url"].type == "url" and read(asset=asset, passed=True) == []
(failed,) = read(asset=asset, var_from=happened, to=happened + datetime.timedelta(microseconds=1))
assert failed.timestamp == happened and failed.failure.reason == "RUN_TERMINATED" and failed.tags == {"team": "a"}
latest = read(asset=asset, order="latest")
assert [e.kind for e in latest][-1] == "materialization_failed" and len(latest) == 4
seen, after = [], 0
while True:
    page = events.list_events(asset=asset, after=after, limit=1)
    seen += [e.event_id for e in page.events]
    if page.next == after:
        break
    after = page.next
assert seen == [e.event_id for e in read(asset=asset)]
event = events.get_event(reported)
assert event.description == "ein „Bericht“" and event.data_version == "7" and event.reported_by is None
assert event.metadata["rows"].value == 10 and event.metadata["list"].value == [1, None]

# Refusals
try:
    events.get_event(uuid.UUID(int=1))
    sys.exit("an event that is not there was found")
except openapi_client.exceptions.NotFoundException as error:
    assert error.data.status == 404 and "no event" in error.data.detail
try:
    events.submit_events([EventSubmission(kind=Kind.CHECK, asset_key=["clients", NAME])])
    sys.exit("a check without a name was recorded")
except openapi_client.exceptions.ApiException as error:
    assert error.status == 422 and error.data.items[0].problem.pointer == "/check_name", error
print("ok")
