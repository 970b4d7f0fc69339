"""The project of Tests/Producers/dbt by `dbt-ol`, which sends OpenLineage, and by `assetlog report dbt`, which reads dbt's files: with rules for
names the two ways name the same assets, and say the same of them.

`dbt-ol` names what the database calls a table, so the rules bring the schemas to what the project calls them. It says nothing of seeds, unit
tests and what was skipped, and attaches a test of several models to another one of these than dbt does.
"""
import os, shutil, subprocess

from harness import binary
from producing import check, equal, finish, same, serving

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = f"{os.path.dirname(HERE)}/dbt/project"
NAMES = ",".join(
    f"duckdb:/** named shop.{schema}.* -> {prefix}split . from 3"
    for schema, prefix in (("main", ""), ("main_mart", "mart + "), ("main_history", "history + "), ("main_raw", "shop + ")))
OF_SEVERAL = {"relationships_customers_customer__customer__ref_orders_", "prices_cover_orders"}


def run(folder, server, deployment, *command):
    url = f"http://127.0.0.1:{server.port}/{deployment}/"
    environment = dict(
        os.environ, DBT_PROFILES_DIR=folder, SHOP_DATABASE=f"{folder}/shop.duckdb", ASSETLOG_URL=url, OPENLINEAGE_URL=url)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def events(server, deployment, *kinds):
    found = server.get(f"/{deployment}/api/v1/events?limit=1000")["events"]
    return [event for event in found if event["kind"] in kinds]


def assets(server, deployment):
    """What became of which asset."""
    return {("/".join(event["asset_key"]), event["kind"]) for event in events(server, deployment, "materialization", "materialization_failed")}


def checks(server, deployment):
    """The asset and the result of each check."""
    return {event["check_name"]: ("/".join(event["asset_key"]), event["passed"], event["severity"]) for event in events(server, deployment, "check")}


with serving("--set", "deployments.declared=ol,files", "--set", f"receivers.openlineage.names={NAMES}") as (server, folder):
    project = f"{folder}/shop"
    shutil.copytree(PROJECT, project)
    result = run(project, server, "ol", "dbt-ol", "build", "--exclude", "daily_orders")
    equal("dbt-ol ends as dbt does", result.returncode, 1)
    check("dbt-ol has sent its events", "OpenLineage events" in result.stdout + result.stderr, result.stdout[-500:])
    report = run(project, server, "files", binary(), "report", "dbt")
    equal("assetlog report dbt ends with 0", report.returncode, 0)

    same("assets", assets(server, "ol") | {("raw/raw_orders", "materialization")}, assets(server, "files"))
    sent, read = checks(server, "ol"), checks(server, "files")
    both = sent.keys() & read.keys()
    check("most checks have the same name both ways", len(both) >= 7, sorted(sent.keys() ^ read.keys()))
    equal("results of checks", {name: sent[name][1:] for name in both}, {name: read[name][1:] for name in both})
    equal("assets of checks", {name: sent[name][0] for name in both - OF_SEVERAL}, {name: read[name][0] for name in both - OF_SEVERAL})
    equal("checks that dbt-ol does not know", read.keys() - sent.keys(), {"sums_by_customer"})
    reasons = [part["reason"] for part in server.get("/api/v1/receivers/openlineage/unmapped")["unmapped"]]
    equal("what could not be mapped: the end of the whole run, which has no outputs", len(reasons), 1)
    again = run(project, server, "files", binary(), "report", "dbt")
    check("what was reported is a duplicate", "0 recorded" in again.stdout + again.stderr, again.stdout + again.stderr)
finish()
