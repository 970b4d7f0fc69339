#!/usr/bin/env bash
# cloudevents 2.2.0 (Python), `cloudevents.v1.http.from_http`: an attribute in a header of binary mode stays percent-encoded. The input is
# what the package's own `cloudevents.core` writes, and section 3.1.3.2 of the HTTP binding lets a receiver decode the values.
# Seen: the subject "50% of ä" comes back as "50%25%20of%20%C3%A4", while `cloudevents.core` of the same package reads it as it was.
#
# Ends with 0 while it is so, with 1 when it has changed, with 77 when the package can't be had.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install -q cloudevents==2.2.0 || { echo "the package can't be had"; exit 77; }
"$folder/venv/bin/python" - <<'END'
from cloudevents.core.bindings.http import from_http_event, to_binary_event
from cloudevents.core.v1.event import CloudEvent
from cloudevents.v1.http import from_http

event = CloudEvent({"id": "1", "source": "/s", "type": "t", "subject": "50% of \u00e4"}, {"a": 1})
message = to_binary_event(event)
new, old = from_http_event(message).get_subject(), from_http(dict(message.headers), message.body)["subject"]
print(f"core: {new!r}, v1: {old!r}")
raise SystemExit(0 if (new, old) == ("50% of \u00e4", "50%25%20of%20%C3%A4") else "CHANGED")
END
