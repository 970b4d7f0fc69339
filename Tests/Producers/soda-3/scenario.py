"""What a scan of Soda 3 writes, and what the log has of it.

    RECORD=Tests/AssetlogResultsTests/Fixtures/soda Tests/Producers/run soda-3
"""
import os, subprocess

import duckdb
from producing import added, assetlog, check, equal, finish, keep, same, serving

CONFIGURATION = """
data_source shop:
  type: duckdb
  path: shop.duckdb
"""
CHECKS = """
checks for orders:
  - row_count > 0
  - missing_count(customer) = 0
  - duplicate_count(id):
      name: ids are unique
      warn: when > 0
      fail: when > 10
  - freshness(ordered_at) < 1d
  - schema:
      fail:
        when required column missing: [id, discount]
checks for customers:
  - row_count > 0:
      identity: customers-not-empty
"""
BROKEN = """
checks for orders:
  - row_count > 0
  - missing_count(no_such_column) = 0
"""
# (asset, check, passed, severity)
EXPECTED = {
    ("orders", "row_count > 0", True, "ERROR"),
    ("orders", "missing_count(customer) = 0", False, "ERROR"),
    ("orders", "ids are unique", False, "WARN"),
    ("orders", "freshness(ordered_at) < 1d", False, "ERROR"),
    ("orders", "Schema Check", False, "ERROR"),
    ("customers", "row_count > 0", True, "ERROR"),
}


def prepare(folder):
    connection = duckdb.connect(f"{folder}/shop.duckdb")
    connection.sql("create table orders as select * from (values (1, 'ann', 10, timestamp '2020-01-01'),"
                   " (2, null, 20, timestamp '2020-01-02'), (2, 'bob', 30, timestamp '2020-01-02')) t(id, customer, amount, ordered_at)")
    connection.sql("create table customers as select 'ann' as name")
    connection.close()
    os.makedirs(f"{folder}/.soda")
    texts = {".soda/config.yml": "send_anonymous_usage_stats: false\n", "configuration.yml": CONFIGURATION, "checks.yml": CHECKS,
             "broken.yml": BROKEN}
    for name, text in texts.items():
        with open(f"{folder}/{name}", "w") as file:
            file.write(text)


def scan(folder, checks, output):
    environment = dict(os.environ, HOME=folder, SODA_CORE_TELEMETRY_TEST_MODE="on")
    command = ["soda", "scan", "-d", "shop", "-c", "configuration.yml", "--scan-results-file", output, checks]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


with serving() as (server, folder):
    prepare(folder)
    done = scan(folder, "checks.yml", "scan.json")
    check("the scan writes its results", os.path.exists(f"{folder}/scan.json"), done.stdout[-500:] + done.stderr[-500:])
    keep("scan.json", open(f"{folder}/scan.json").read(), folder)
    events, result = added(server, lambda: assetlog(server, "report", "soda", f"{folder}/scan.json"))
    equal("exit code", result.returncode, 0)
    same("a scan", {(*e["asset_key"], e["check_name"], e["passed"], e["severity"]) for e in events}, EXPECTED)
    events, result = added(server, lambda: assetlog(server, "report", "soda", f"{folder}/scan.json"))
    equal("a repeat records nothing", (result.returncode, len(events)), (0, 0))
    scan(folder, "broken.yml", "broken.json")
    keep("broken.json", open(f"{folder}/broken.json").read(), folder)
    events, result = added(server, lambda: assetlog(server, "report", "soda", f"{folder}/broken.json"))
    equal("of a scan with errors nothing is invented", (result.returncode, len(events)), (0, 0))
    check("and that is said", "had errors" in result.stderr, result.stderr)
finish()
