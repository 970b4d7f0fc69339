#!/usr/bin/env bash
# dbt-core 1.11.16, dbt-duckdb 1.11.1: what is left of a `dbt build` that is interrupted while a model runs. dbt writes run_results.json
# once, at its end (https://github.com/dbt-labs/dbt-core/pull/8413, https://github.com/dbt-labs/dbt-core/issues/9276), and handles
# SIGINT only.
# Seen: SIGINT: dbt writes run_results.json with the models that are finished, cancels the query, and ends with 2. The model that was
# running is not in the file, not even with an error. SIGTERM: dbt is ended by it and writes no run_results.json; that of an earlier run
# stays. SIGINT while a Python model runs: the file is written at once, but dbt ends only when the model has ended, and does not
# add it to the file.
# Not tested, because it is a matter of milliseconds: a second SIGINT right after the first interrupts the writing, and there is no file
# then. And what starts dbt with SIGINT ignored, as a script does with `dbt build &`, makes it ignore SIGINT as well.
#
# Ends with 0 while it is so, with 1 when it has changed, with 77 when the packages can't be had.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install -q dbt-core==1.11.16 dbt-duckdb==1.11.1 ||
    { echo "the packages can't be had"; exit 77; }
mkdir "$folder/sql" "$folder/python"
for name in sql python; do
    mkdir "$folder/$name/models"
    printf '%s\n' 'name: shop' 'version: "1.0"' 'profile: shop' 'flags: {send_anonymous_usage_stats: false}' \
        >"$folder/$name/dbt_project.yml"
    printf '%s\n' 'shop:' '  target: dev' '  outputs:' "    dev: {type: duckdb, path: $folder/$name.duckdb, threads: 1}" \
        >"$folder/$name/profiles.yml"
    echo "select 1 as id" >"$folder/$name/models/first.sql"
done
cat >"$folder/sql/models/slow.sql" <<'SQL'
{{ config(materialized='table') }}
select sum(hash(a.range * 31 + b.range + (select count(*) from {{ ref('first') }}))) as n from range(1000000) a, range(1000000) b
SQL
cat >"$folder/python/models/slow.py" <<'PYTHON'
import time


def model(dbt, session):
    dbt.ref("first")
    time.sleep(15)
    return session.sql("select 1 as n")
PYTHON
cat >"$folder/interrupt.py" <<'PYTHON'
"""Prints how dbt ended, whether that took longer than 5 seconds, and the results that it has written."""
import json, os, signal, subprocess, sys, time

program, folder, name = sys.argv[1:]
log, results = f"{folder}/out", f"{folder}/target/run_results.json"
if os.path.exists(results):
    os.unlink(results)
with open(log, "w") as out:
    process = subprocess.Popen([program, "build"], cwd=folder, env=dict(os.environ, DBT_PROFILES_DIR=folder), stdout=out, stderr=out,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
try:
    end = time.monotonic() + 120
    while "table model main.slow" not in open(log).read():
        if process.poll() is not None or time.monotonic() > end:
            sys.exit(f"the slow model has not begun:\n{open(log).read()}")
        time.sleep(0.1)
    # dbt says so before it sends the query.
    time.sleep(1)
    begin = time.monotonic()
    process.send_signal(getattr(signal, name))
    code = process.wait(60)
finally:
    if process.poll() is None:
        process.kill()
        process.wait(10)
late = "late" if time.monotonic() - begin > 5 else "soon"
found = [(one["unique_id"], one["status"]) for one in json.load(open(results))["results"]] if os.path.exists(results) else None
print(code, late, "no file" if found is None else " ".join(":".join(one) for one in found))
PYTHON
unchanged=true
expect() {
    local found
    found=$("$folder/venv/bin/python" "$folder/interrupt.py" "$folder/venv/bin/dbt" "$folder/$1" "$2")
    echo "$2 in a model in $1: $found"
    [ "$found" = "$3" ] || { echo "CHANGED: it was $3"; unchanged=false; }
}
expect sql SIGINT "2 soon model.shop.first:success"
expect sql SIGTERM "-15 soon no file"
expect python SIGINT "2 late model.shop.first:success"
$unchanged
