"""What schemathesis must know of the API beyond its document: the rules that no schema can say.

The document is compared with the server by schemathesis' own checks. These hooks only keep the valid requests that it makes
within the rules that lie between two parameters, or depend on the clock and on what is in the log already.
"""
import json, re, time, uuid

import schemathesis
from schemathesis.core.parameters import ParameterLocation

REPORTS = "/report_asset_"
EVENTS = "/api/v1/events"


@schemathesis.serializer(
    "application/x-ndjson", "application/ndjson", "application/jsonl", "application/jsonlines", "application/x-jsonlines")
def lines(ctx, value):
    """What is submitted as lines is text in the document; a text becomes an event here, and anything else no event."""
    if not isinstance(value, str):
        return json.dumps(value, default=str).encode()
    return (json.dumps({"kind": "observation", "asset_key": value[:500].replace("\0", "")}) + "\n").encode("utf-8", "replace")


def is_negative(case, location=None):
    if not case.meta:
        return False
    if location is None:
        return case.meta.generation.mode.is_negative
    component = case.meta.components.get(location)
    return component is not None and component.mode.is_negative


@schemathesis.hook
def before_call(ctx, case, **kwargs):
    path, method = case.operation.path, case.method.upper()
    if not isinstance(case.query, dict):
        case.query = {}
    if method == "POST" and not is_negative(case, ParameterLocation.HEADER) and "Idempotency-Key" in case.headers:
        # A key that was sent with another request is refused.
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if is_negative(case, ParameterLocation.BODY):
        # With it the time of a body may be wrong.
        case.headers.pop("Assetlog-Timestamp", None)
    if REPORTS in path:
        report(case, path)
    elif path.endswith(EVENTS) and method == "POST":
        submission(case)
    elif path.endswith(EVENTS) and not is_negative(case):
        listing(case.query)


def listing(query):
    if "from" in query and "to" in query:
        # The end of a time is not before its start.
        query["to"] = query["from"]
    if query.get("order") == "latest":
        # What is read by time continues after an event that exists.
        query.pop("after", None)
    if "asset_key" in query:
        # The asset is named once; and this text is JSON.
        query.pop("asset", None)
        query["asset_key"] = json.dumps([str(query["asset_key"]) or "x"])
    for name in ("asset", "prefix"):
        if str(query.get(name, "")).startswith("["):
            # It would be the beginning of a JSON array.
            query[name] = "x" + str(query[name])[1:]


def report(case, path):
    if case.body is None and is_negative(case, ParameterLocation.BODY):
        # A null counts as no body; a list is wrong.
        case.body = []
    body = case.body if isinstance(case.body, dict) else {}
    if is_negative(case, ParameterLocation.QUERY) and not is_negative(case, ParameterLocation.BODY):
        # A field of the body counts before the parameter of its name, and hides what is wrong with it.
        for name in list(body):
            if name in case.query:
                del body[name]
    if is_negative(case):
        return
    # With Assetlog-Timestamp it counts though it is no field of the document, and must be a time.
    body.pop("timestamp", None)
    if "metadata" in case.query:
        # This text is JSON.
        case.query["metadata"] = json.dumps({"text": str(case.query["metadata"])})
    # Some must be in one of two places.
    if "{asset_key}" not in path and "asset_key" not in body:
        case.query["asset_key"] = "orders"
    if "report_asset_check" in path:
        if "check_name" not in body:
            case.query.setdefault("check_name", "rows")
        if "passed" not in body:
            case.query.setdefault("passed", "true")


def submission(case):
    isList = isinstance(case.body, list) or case.media_type != "application/json"
    if isList and is_negative(case, ParameterLocation.BODY) and not is_negative(case, ParameterLocation.QUERY):
        # An item that is wrong is named in the answer, and keeps the others out only where all are to be recorded or none.
        case.query["atomic"] = "true"
        case.query.pop("dry_run", None)
    if is_negative(case):
        return
    if case.meta and case.meta.phase.name.value == "stateful":
        # What a dry run shows can't be found afterwards.
        case.query.pop("dry_run", None)
    for item in case.body if isinstance(case.body, list) else [case.body]:
        if isinstance(item, dict):
            event(item, case)


def event(item, case):
    # It may name the deployment of its route only.
    item.pop("deployment", None)
    # It may not lie before 1980, nor ahead of the server's clock.
    if item.get("timestamp") is not None:
        item["timestamp"] = time.time()
    # One that is in the log already must be the same.
    if item.get("event_id"):
        item["event_id"] = str(uuid.uuid4())
    # Under a key all events have one, or none.
    if "Idempotency-Key" in case.headers:
        item.pop("event_id", None)
    ranges(item.get("partitions"))


def ranges(value):
    """A range must not end before it starts, nor have too many partitions, and its time zone must exist."""
    if isinstance(value, dict):
        if "every" in value and isinstance(value.get("from"), str):
            if isinstance(value.get("timezone"), str):
                # A text is a zone only if there is one of that name, and its clock skips some hours.
                value["timezone"], value["from"] = "Asia/Tokyo", value["from"][:16]
            # Not every month has 31 days.
            value["from"] = re.sub(r"^(\d{4}-\d\d-)(29|30|31)", r"\g<1>28", value["from"])
            value["to"] = value["from"]
        for member in value.values():
            ranges(member)
