#!/usr/bin/env bash
# dagster and dagster-webserver 1.13.28: the label `dagster/last_updated_timestamp` can't be reported over the external assets API,
# which makes a float of every number, while the checks of build_last_update_freshness_checks take the type timestamp only. They don't
# ignore a float as they ignore an observation without the label: from then on the check fails with an exception instead of a result.
# Seen: "Object FloatMetadataValue(value=…) is not a TimestampMetadataValue"; without the label the check gives a result.
#
# Ends with 0 while it is so, with 1 when it has changed, with 77 when the packages can't be had.
set -euo pipefail
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install -q dagster==1.13.28 dagster-webserver==1.13.28 ||
    { echo "the packages can't be had"; exit 77; }
export DAGSTER_HOME=$folder/home DAGSTER_DISABLE_TELEMETRY=1
mkdir "$DAGSTER_HOME"
touch "$DAGSTER_HOME/dagster.yaml"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/dagster-webserver" -h 127.0.0.1 -p "$port" --empty-workspace >"$folder/log" 2>&1 &
server=$!
for _ in $(seq 300); do curl -fs "http://127.0.0.1:$port/server_info" >/dev/null && break; sleep 1; done
cat >"$folder/check.py" <<'END'
import datetime, dagster
checks = dagster.build_last_update_freshness_checks(assets=["ext"], lower_bound_delta=datetime.timedelta(hours=1))
job = dagster.define_asset_job("job", selection=dagster.AssetSelection.all_asset_checks())
definitions = dagster.Definitions(assets=[dagster.AssetSpec("ext")], asset_checks=checks, jobs=[job])
result = definitions.resolve_job_def("job").execute_in_process(instance=dagster.DagsterInstance.get(), raise_on_error=False)
results = [event for event in result.all_events if event.event_type_value == "ASSET_CHECK_EVALUATION"]
failures = [event.event_specific_data.error.cause.message for event in result.all_events if event.event_type_value == "STEP_FAILURE"]
print(f"{len(results)} results;", *[line for failure in failures for line in failure.splitlines() if "TimestampMetadataValue" in line][:1])
END
report() { curl -fs "http://127.0.0.1:$port/report_asset_observation/ext" -H 'Content-Type: application/json' -d "$1" >/dev/null; }
check() { "$folder/venv/bin/python" "$folder/check.py" 2>"$folder/errors" || { cat "$folder/errors"; exit 1; }; }
report '{}'
without=$(check)
report "{\"metadata\": {\"dagster/last_updated_timestamp\": $(date +%s).0}}"
with=$(check)
echo "without the label: $without"
echo "with the label: $with"
[[ $without == "1 results;"* ]] || { echo "CHANGED: there is no result without the label"; exit 1; }
[[ $with == "0 results;"*"is not a TimestampMetadataValue"* ]] || { echo "CHANGED: the label no longer fails the check"; exit 1; }
