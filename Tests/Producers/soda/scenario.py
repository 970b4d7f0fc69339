"""What a contract of Soda 4 finds, by the hook of Docs/Receivers.md (hook.py), and what the log has of it.

    RECORD=Tests/AssetlogResultsTests/Fixtures/soda Tests/Producers/run soda
"""
import os, subprocess, sys

import duckdb
from producing import added, assetlog, equal, finish, keep, same, serving

HERE = os.path.dirname(os.path.abspath(__file__))
DATA_SOURCE = """
type: duckdb
name: shop
connection:
  database: shop.duckdb
"""
CONTRACT = """
dataset: shop/main/orders
columns:
  - name: id
    checks:
      - duplicate:
          threshold: {must_be: 0, level: warn}
  - name: customer
    checks:
      - missing:
          threshold: {must_be: 0}
  - name: amount
checks:
  - schema:
  - row_count:
      threshold: {must_be_greater_than: 0}
"""
# (check, passed, severity, observed value)
EXPECTED = {
    ("columns.id.checks.duplicate", False, "WARN", 1),
    ("columns.customer.checks.missing", False, "ERROR", 1),
    ("checks.schema", False, "ERROR", 1),
    ("checks.row_count", True, "ERROR", 3),
}


def prepare(folder):
    connection = duckdb.connect(f"{folder}/shop.duckdb")
    connection.sql("create table orders as select * from (values (1, 'ann', 10, 0), (2, null, 20, 0), (2, 'bob', 30, 0))"
                   " t(id, customer, amount, extra)")
    connection.close()
    for name, text in (("source.yml", DATA_SOURCE), ("contract.yml", CONTRACT)):
        with open(f"{folder}/{name}", "w") as file:
            file.write(text)


with serving() as (server, folder):
    prepare(folder)
    home = dict(os.environ, HOME=folder, SODA_CORE_TELEMETRY_TEST_MODE="on")
    os.makedirs(f"{folder}/.soda")
    with open(f"{folder}/.soda/config.yml", "w") as file:
        file.write("send_anonymous_usage_stats: false\n")
    hook = subprocess.run([sys.executable, f"{HERE}/hook.py", "source.yml", "contract.yml", "soda.json"], cwd=folder, env=home,
                          capture_output=True, text=True)
    equal("the hook runs", (hook.returncode, hook.stderr[-300:] if hook.returncode else ""), (0, ""))
    keep("contract.json", open(f"{folder}/soda.json").read(), folder)
    events, result = added(server, lambda: assetlog(server, "report", "soda", f"{folder}/soda.json"))
    equal("exit code", result.returncode, 0)
    equal("the asset", {tuple(event["asset_key"]) for event in events}, {("orders",)})
    same("a contract", {(e["check_name"], e["passed"], e["severity"], e["metadata"]["observed"]["value"]) for e in events}, EXPECTED)
    events, result = added(server, lambda: assetlog(server, "report", "soda", f"{folder}/soda.json"))
    equal("a repeat records nothing", (result.returncode, len(events)), (0, 0))
finish()
