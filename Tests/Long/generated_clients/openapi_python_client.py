"""The client of openapi-python-client; see README.md."""
import datetime, sys, uuid

from assetlog_client import Client
from assetlog_client.api.events import get_event, list_events, submit_events
from assetlog_client.api.reports import report_materialization, report_observation
from assetlog_client.api.server import get_server_info
from assetlog_client.models import (
    EventSubmission, EventSubmissionMetadataType0, EventSubmissionTagsType0, FailureReason, Kind, ListEventsOrder, Materialization,
    ReportedMetadataType0, Severity, SubmitEventsItems, SubmittedFailure)

NAME = "openapi_python_client"
client = Client(base_url=sys.argv[1])
asset = f"clients/{NAME}"


def made(type, **members):
    return type.from_dict(members)


assert get_server_info.sync(client=client).assetlog_version

# Reports
body = Materialization(
    partition="p1", description="ein „Bericht“", data_version="7", metadata=made(ReportedMetadataType0, rows=10, list=[1, None]))
answer = report_materialization.sync_detailed(asset, client=client, body=body)
assert answer.status_code == 200 and not answer.parsed.to_dict()
reported = uuid.UUID(answer.headers["Assetlog-Event-Id"])
assert report_observation.sync_detailed(asset, client=client).status_code == 200
dry = report_materialization.sync(asset, client=client, body=body, dry_run=True)
assert dry.event.sequence is None and dry.event.partition == "p1" and dry.sources["partition"] == "body"

# Submissions
happened = datetime.datetime(2026, 11, 20, 12, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
submitted = [
    EventSubmission(
        kind=Kind.CHECK, asset_key=["clients", NAME], check_name="no_nulls", passed=False, severity=Severity.WARN, partition="p2",
        metadata=made(EventSubmissionMetadataType0, url={"type": "url", "raw_value": "https://example.com"}, share=0.5)),
    EventSubmission(
        kind=Kind.MATERIALIZATION_FAILED, asset_key=["clients", NAME], timestamp=happened.isoformat(),
        tags=made(EventSubmissionTagsType0, team="a"),
        failure=SubmittedFailure(reason=FailureReason.RUN_TERMINATED, message="gone")),
]
for attempt in range(2):
    result = submit_events.sync(
        client=client, body=submitted, items=SubmitEventsItems.ALL, idempotency_key=f"clients-{NAME}")
    assert result.recorded == 2 and [item.status for item in result.items] == [200, 200], result
dry = submit_events.sync(client=client, body=submitted, dry_run=True)
assert dry.received == 2 and dry.items[0].event.check_name == "no_nulls", dry


# Reading
def read(**filters):
    return list_events.sync(client=client, **filters).events


assert [e.kind for e in read(asset=asset)] == ["materialization", "observation", "check", "materialization_failed"]
assert len(read(asset_key=f'["clients","{NAME}"]')) == 4
assert len(read(prefix=asset)) == len(read(prefix='["clients","%s"]' % NAME)) == 4
assert [e.partition for e in read(asset=asset, partition="p1")] == ["p1"]
assert [e.kind for e in read(asset=asset, kind=[Kind.CHECK, Kind.OBSERVATION])] == ["observation", "check"]
(check,) = read(prefix="clients", asset=asset, check_name="no_nulls", passed=False)
assert check.severity == "WARN" and check.passed is False and check.metadata["share"].value == 0.5
assert check.metadata["url"].type_ == "url" and read(asset=asset, passed=True) == []
(failed,) = read(asset=asset, from_=happened, to=happened + datetime.timedelta(microseconds=1))
assert failed.timestamp == happened and failed.failure.reason == "RUN_TERMINATED" and failed.tags["team"] == "a"
latest = read(asset=asset, order=ListEventsOrder.LATEST)
assert [e.kind for e in latest][-1] == "materialization_failed" and len(latest) == 4
seen, after = [], 0
while True:
    page = list_events.sync(client=client, asset=asset, after=after, limit=1)
    seen += [e.event_id for e in page.events]
    if page.next_ == after:
        break
    after = page.next_
assert seen == [e.event_id for e in read(asset=asset)]
event = get_event.sync(reported, client=client)
assert event.description == "ein „Bericht“" and event.data_version == "7" and event.reported_by is None
assert event.metadata["rows"].value == 10 and event.metadata["list"].value == [1, None]

# Refusals
missing = get_event.sync_detailed(uuid.UUID(int=1), client=client)
assert missing.status_code == 404 and missing.parsed.status == 404 and "no event" in missing.parsed.detail
refused = submit_events.sync_detailed(client=client, body=[EventSubmission(kind=Kind.CHECK, asset_key=["clients", NAME])])
assert refused.status_code == 422 and refused.parsed.items[0].problem.pointer == "/check_name", refused
print("ok")
