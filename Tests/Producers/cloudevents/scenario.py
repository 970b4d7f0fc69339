"""What the CloudEvents SDK for Python sends, with both of its interfaces, in each mode that it has."""
import datetime, http.client, json

from cloudevents.core.bindings import http as binding
from cloudevents.core.v1.event import CloudEvent
from cloudevents.v1 import conversion
from cloudevents.v1 import http as older
from producing import check, equal, finish, serving

MAPPINGS = [
    "type=com.example.table.loaded kind=materialization asset=warehouse/{data.table:.} partition={data.day} version={data.version} "
    "metadata={data.stats} tag.team={team}",
    "type=com.example.test.* kind=check asset={subject:/} check={data.test} passed={data.state}=ok severity={data.level}",
    "type=com.example.job.failed kind=materialization_failed asset={data.job} message={data.error}",
    "type=com.example.seen kind=observation asset={subject} metadata.size={size}",
]
TIME = datetime.datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=datetime.timezone.utc)
LOADED = {"table": "sales.orders", "day": "2026-11-22", "version": "v7", "stats": {"rows": 1200, "share": 0.5, "ok": True, "note": "é"}}
EXPECTED = {
    "kind": "materialization", "asset_key": ["warehouse", "sales", "orders"], "partition": "2026-11-22", "data_version": "v7",
    "timestamp": "2026-11-22T10:00:00.123456Z",
    "metadata": {"rows": {"type": "int", "value": 1200}, "share": {"type": "float", "value": 0.5}, "ok": {"type": "bool", "value": True},
                 "note": {"type": "text", "value": "é"}},
}


def send(server, headers, body):
    """Posts a message, without a header that the SDK has not made."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("POST", "/api/v1/cloudevents", body, {name: value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def attributes(kind, number, **more):
    return {"type": f"com.example.{kind}", "source": "https://loader.example.com/ä b", "id": str(number), "time": TIME} | more


def outcome(answer):
    status, json = answer
    return status, json["recorded"], json["duplicate"], json["failed"], json["unmapped"]


with serving("--set", "receivers.cloudevents.mappings=" + ",".join(MAPPINGS)) as (server, folder):
    # The interface of version 2.
    event = CloudEvent(attributes("table.loaded", 1, team="é 100% \"x\"", datacontenttype="application/json"), LOADED)
    message = binding.to_structured_event(event)
    equal("structured is recorded", outcome(send(server, message.headers, message.body)), (200, 1, 0, 0, 0))
    equal("structured again is a duplicate", outcome(send(server, message.headers, message.body)), (200, 0, 1, 0, 0))
    message = binding.to_binary_event(event)
    equal("binary of the same source and ID is a duplicate", outcome(send(server, message.headers, message.body)), (200, 0, 1, 0, 0))
    event = CloudEvent(attributes("table.loaded", 2, team="é 100% \"x\"", datacontenttype="application/json"), LOADED)
    message = binding.to_binary_event(event)
    equal("binary is recorded", outcome(send(server, message.headers, message.body)), (200, 1, 0, 0, 0))
    for number, event in enumerate(server.events()):
        equal(f"event {number + 1} is what it says", {name: event[name] for name in EXPECTED}, EXPECTED)
        equal(f"event {number + 1} has the attribute as it was", event["tags"].get("team"), "é 100% \"x\"")

    event = CloudEvent(attributes("test.rows", 3, subject="warehouse/orders"), {"test": "rows", "state": "bad", "level": "warning"})
    message = binding.to_structured_event(event)
    equal("a check is recorded", outcome(send(server, message.headers, message.body)), (200, 1, 0, 0, 0))
    event = server.events()[-1]
    equal("it says what it says", [event[name] for name in ("kind", "asset_key", "check_name", "passed", "severity")],
          ["check", ["warehouse", "orders"], "rows", False, "WARN"])

    # Data as bytes becomes data_base64.
    event = CloudEvent(attributes("job.failed", 4, datacontenttype="application/json"), json.dumps({"job": "nightly", "error": "full"}).encode())
    message = binding.to_structured_event(event)
    check("bytes are sent as base64", b"data_base64" in message.body)
    equal("base64 is recorded", outcome(send(server, message.headers, message.body)), (200, 1, 0, 0, 0))
    equal("a failure has its message", server.events()[-1]["failure"], {"reason": "FAILED_TO_MATERIALIZE", "message": "full"})

    # Extensions that are no texts, and no data.
    for number, to in ((5, binding.to_structured_event), (6, binding.to_binary_event)):
        message = to(CloudEvent(attributes("seen", number, subject="a/b", size=7, flag=True), None))
        equal(f"no data ({to.__name__}) is recorded", outcome(send(server, message.headers, message.body)), (200, 1, 0, 0, 0))
        event = server.events()[-1]
        equal("the subject is the asset", event["asset_key"], ["a/b"])
        equal("an extension is metadata", event["metadata"], {"size": {"type": "text", "value": "7"}})

    # The interface of version 1, which is what most programs use.
    for number, to in ((7, conversion.to_structured), (8, conversion.to_binary)):
        event = older.CloudEvent({"type": "com.example.table.loaded", "source": "/older", "id": str(number), "time": TIME.isoformat(),
                                  "datacontenttype": "application/json"}, LOADED)
        headers, body = to(event)
        equal(f"version 1 ({to.__name__}) is recorded", outcome(send(server, headers, body)), (200, 1, 0, 0, 0))
        equal("it is what it says", {name: server.events()[-1][name] for name in EXPECTED}, EXPECTED)

    # A batch: the SDK can't make one, so its events are put together.
    bodies = [binding.to_structured_event(CloudEvent(attributes("seen", number, subject="c"), None)).body for number in (9, 10, 9)]
    other = binding.to_structured_event(CloudEvent(attributes("unknown", 11), None)).body
    batch = b"[" + b",".join(bodies + [other, b"{}"]) + b"]"
    equal("a batch is recorded as far as it goes", outcome(send(server, {"Content-Type": "application/cloudevents-batch+json"}, batch)),
          (200, 2, 1, 1, 1))
    unmapped = server.get("/api/v1/receivers/cloudevents/unmapped")["unmapped"]
    check("what is unmapped says why", any("No mapping takes the type \"com.example.unknown\"" in part["reason"] for part in unmapped), unmapped)

    status, answer = send(server, {"Content-Type": "application/json"}, bodies[0])
    check("JSON without the type of CloudEvents is refused, with what to send",
          status == 422 and "application/cloudevents+json" in answer["failures"][0]["reason"], answer)
finish()
