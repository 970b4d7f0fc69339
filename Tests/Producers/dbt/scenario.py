"""What dbt does with a small project, and what the log has of it: a failing model and what depends on it, tests that pass, warn and
fail, a stale source, an incremental and a microbatch model, a seed, a snapshot; and what it does when it is interrupted.

With RECORD=FOLDER, the files that dbt wrote are kept there as fixtures of Tests/AssetlogResultsTests:
    RECORD=Tests/AssetlogResultsTests/Fixtures/dbt Tests/Producers/run dbt
"""
import contextlib, fcntl, json, os, pty, select, shutil, signal, subprocess, termios, time

import requests
from harness import binary
from producing import check, equal, finish, serving

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = ("run_results", "manifest", "sources", "catalog")

# (asset key, kind or check, state): what `dbt build` makes of the project.
BUILT = {
    (("raw", "raw_orders"), "materialization", "3 rows"),
    (("orders",), "materialization", ""),
    (("mart", "customers"), "materialization", ""),
    (("deliveries_view",), "materialization", ""),
    (("prices_v2",), "materialization", ""),
    (("history", "orders_history"), "materialization", ""),
    (("broken",), "materialization_failed", "FAILED_TO_MATERIALIZE"),
    (("report", "after"), "materialization_skipped", "UPSTREAM_FAILED_TO_MATERIALIZE"),
    (("shop", "deliveries"), "check source_unique_shop_deliveries_id", "passed"),
    (("orders",), "check unique_orders_id", "passed"),
    (("orders",), "check not_null_orders_id", "passed"),
    (("orders",), "check not_null_orders_customer", "WARN 1"),
    (("orders",), "check no_negative_amounts", "passed"),
    (("orders",), "check prices_cover_orders", "passed"),
    (("mart", "customers"), "check accepted_values_customers_total__False__10__20", "ERROR 1"),
    (("mart", "customers"), "check relationships_customers_customer__customer__ref_orders_", "passed"),
    (("mart", "customers"), "check sums_by_customer", "passed"),
}
FRESHNESS = {(("shop", "deliveries"), "observation", ""), (("shop", "deliveries"), "check freshness", "ERROR")}
UPSTREAM = {
    ("orders",): [["raw", "raw_orders"]],
    # Through the ephemeral model.
    ("mart", "customers"): [["orders"]],
    ("deliveries_view",): [["shop", "deliveries"]],
    ("history", "orders_history"): [["orders"]],
}

# What is built before the model in which dbt is interrupted.
BEFORE = ("raw_orders", "orders")
# It takes minutes, and is not left out as what nobody reads.
SLOW = "select sum(hash(a.range * 31 + b.range + (select count(*) from {{ ref('orders') }}))) as n from range(1000000) a, range(1000000) b"


def value(event, label):
    return event["metadata"].get(label, {}).get("value")


def row(event):
    """An event as a row of the table."""
    kind, state = event["kind"], ""
    if kind == "check":
        kind = f"check {event['check_name']}"
        state = "passed" if event["passed"] else " ".join([event["severity"]] + [str(n) for n in [value(event, "failures")] if n])
    elif event.get("failure"):
        state = event["failure"]["reason"]
    elif value(event, "rows") is not None:
        state = f"{value(event, 'rows')} rows"
    return tuple(event["asset_key"]), kind, state


def compare(name, events, expected):
    found = {row(event) for event in events}
    equal(f"{name}: as many events as rows", len(events), len(expected))
    for one in sorted(expected - found):
        check(f"{name}: {one}", False, "missing")
    for one in sorted(found - expected):
        check(f"{name}: {one}", False, "not expected")
    check(f"{name}: the log has what the table says", found == expected)


class Project:
    """A copy of the project, and the commands that are run in it."""

    def __init__(self, server, folder):
        self.server, self.folder = server, f"{folder}/shop"
        shutil.copytree(f"{HERE}/project", self.folder)
        self.environment = dict(os.environ, DBT_PROFILES_DIR=self.folder, SHOP_DATABASE=f"{self.folder}/shop.duckdb",
                                ASSETLOG_URL=f"http://127.0.0.1:{server.port}")

    def run(self, *command, folder=None):
        return subprocess.run(command, cwd=folder or self.folder, env=self.environment, capture_output=True, text=True)

    def dbt(self, *words):
        return self.run("dbt", "-q", *words)

    def assetlog(self, *words, **options):
        return self.run(binary(), *words, **options)

    def new(self, action):
        """The events that an action adds to the log, and what it returns."""
        before = len(self.server.events())
        result = action()
        return self.server.events()[before:], result

    def upload(self, names=FILES, **fields):
        files = {name: open(f"{self.folder}/target/{name}.json", "rb") for name in names}
        return requests.post(f"{self.environment['ASSETLOG_URL']}/api/v1/dbt", files=files, data=fields, timeout=60)


def built(project):
    events, result = project.new(lambda: project.assetlog("run", "--dbt", "--", "dbt", "build", "--exclude", "daily_orders"))
    equal("assetlog run --dbt ends as dbt does", result.returncode, 1)
    check("dbt's output is passed through", "Completed with" in result.stdout, result.stdout[-500:])
    check("a test of several models is named as unmapped", "as_many_customers_as_orders" in result.stderr, result.stderr)
    compare("dbt build", events, BUILT)
    by_key = {tuple(event["asset_key"]): event for event in events if event["kind"] == "materialization"}
    for key, upstream in UPSTREAM.items():
        equal(f"upstream of {key}", by_key[key].get("upstream"), upstream)
    failure = next(event for event in events if event["kind"] == "materialization_failed")
    check("the failure has dbt's message", "no_such_column" in failure["failure"]["message"], failure)
    failed = next(event for event in events if (event["check_name"] or "").startswith("accepted"))
    path = value(failed, "dbt/compiled_path")
    check("a test names its compiled SQL", path and os.path.exists(f"{project.folder}/{path}"), path)
    check("no event was started", not any(event["kind"] == "materialization_started" for event in events))
    return len(events)


def repeated(project, count):
    project.dbt("docs", "generate", "--no-compile")
    events, result = project.new(lambda: project.assetlog("report", "dbt", "--json", "target"))
    answer = json.loads(result.stdout)
    equal("a repeat records nothing", (result.returncode, answer["recorded"], len(events)), (0, 0, 0))
    equal("a repeat, with other columns by now, is all duplicates", answer["duplicate"], count)
    events, answer = project.new(project.upload)
    equal("the upload of the same files is answered", answer.status_code, 200)
    equal("and records nothing", (answer.json()["recorded"], answer.json()["duplicate"], len(events)), (0, count, 0))
    events, answer = project.new(lambda: project.upload(key_prefix="other/place"))
    prefixes = {tuple(event["asset_key"][:2]) for event in events}
    # A key that the project chooses for an asset is whole.
    equal("with a prefix they are other assets", prefixes, {("other", "place")})
    equal("but for the one with a key of its own", len(events), count - 1)


def freshness(project):
    events, result = project.new(lambda: project.assetlog("run", "--dbt", "--", "dbt", "source", "freshness"))
    equal("a stale source: the exit code is dbt's", result.returncode, 1)
    compare("dbt source freshness", events, FRESHNESS)
    observed = next(event for event in events if event["kind"] == "observation")
    equal("the observation says how new the data is", value(observed, "dagster/last_updated_timestamp"), 1577955600.0)


def others(project):
    events, result = project.new(lambda: project.assetlog("run", "--dbt", "--", "dbt", "compile"))
    equal("dbt compile writes no data", (result.returncode, len(events)), (0, 0))
    events, result = project.new(lambda: project.assetlog("run", "--dbt", "--", "dbt", "parse"))
    equal("older results are not reported", (result.returncode, len(events)), (0, 0))
    check("and that is said", "nothing is reported" in result.stderr, result.stderr)
    events, result = project.new(lambda: project.assetlog(
        "run", "--dbt", "--", "dbt", "run", "-s", "orders", "--project-dir", project.folder, "--target-path", "elsewhere", folder="/"))
    equal("another target directory is found", (result.returncode, [row(e)[:2] for e in events]), (0, [(("orders",), "materialization")]))
    events, result = project.new(lambda: project.assetlog("run", "--dbt", "--to", "http://127.0.0.1:1", "--timeout", "100ms", "--",
                                                          "dbt", "run", "-s", "orders"))
    equal("without a server dbt's exit code counts", (result.returncode, len(events)), (0, 0))
    events, result = project.new(lambda: project.assetlog("report", "dbt"))
    equal("and the results can be reported later", (result.returncode, len(events)), (0, 1))


def batches(project):
    events, result = project.new(lambda: project.assetlog(
        "run", "--dbt", "--", "dbt", "run", "-s", "daily_orders", "--event-time-start", "2020-01-01", "--event-time-end", "2020-01-03"))
    found = {(event["partition"], event["kind"]) for event in events}
    equal("a batch is a partition", found, {("2020-01-01", "materialization"), ("2020-01-02", "materialization_failed")})
    check("a partial success is dbt's exit code", result.returncode == 1, result.returncode)


def refusals(project):
    answer = project.upload(names=("run_results",))
    equal("without a manifest: 422", answer.status_code, 422)
    check("that says so", "manifest.json is missing" in answer.text, answer.text)
    answer = requests.post(f"{project.environment['ASSETLOG_URL']}/api/v1/dbt", json={}, timeout=60)
    equal("JSON is no form: 415", answer.status_code, 415)
    os.makedirs(f"{project.folder}/empty")
    result = project.assetlog("report", "dbt", "empty")
    equal("no files: 1", result.returncode, 1)


class Interruption:
    """`assetlog run --dbt -- dbt build` on a terminal of its own, interrupted while dbt builds the slow model.

    It ends in a bounded time: what has not ended by then is killed, and `code` is None."""

    def __init__(self, project, action, seconds=60):
        # Those of the selected models whose inputs are selected too, so that only these tests come before the slow model.
        words = ("--indirect-selection", "cautious", "-s", *BEFORE, "slow", "after_slow")
        self.master, slave = pty.openpty()
        self.output, self.dbt, self.code = "", None, None
        self.process = subprocess.Popen(
            (binary(), "run", "--dbt", "--", "dbt", "build", *words), cwd=project.folder, env=project.environment, stdin=slave,
            stdout=slave, stderr=slave, start_new_session=True, preexec_fn=self.prepare)
        os.close(slave)
        try:
            self.follow(action, time.monotonic() + seconds)
        finally:
            self.outlived = self.alive(self.dbt)
            if self.outlived:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.dbt, signal.SIGKILL)
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait(10)
            os.close(self.master)

    @staticmethod
    def prepare():
        # The terminal sends its signals to those whose it is.
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        # A script that runs this test in the background ignores SIGINT; dbt would inherit that and never be interrupted.
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    @staticmethod
    def alive(pid):
        try:
            return pid is not None and os.kill(pid, 0) is None
        except ProcessLookupError:
            return False

    def follow(self, action, end):
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.1)
            if self.dbt is None and "table model main.slow" in self.output:
                found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, timeout=10)
                self.dbt = int(found.stdout.split()[0])
                # dbt says so before it sends the query.
                time.sleep(1)
                action(self)
        self.code = self.process.poll()
        while self.read(0.1):
            pass

    def read(self, seconds):
        """Reads what is on the terminal; false: nothing came."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            self.output += os.read(self.master, 1 << 16).decode(errors="replace")
        except OSError:  # Nobody has it open any more.
            return False
        return True

    def press(self, key):
        os.write(self.master, key)

    def send(self, number):
        """Sends a signal to Assetlog alone, as a scheduler does."""
        os.kill(self.process.pid, number)

    def send_to_group(self, number):
        """Sends a signal to Assetlog and to dbt, as `timeout` does."""
        os.killpg(self.process.pid, number)


def interrupted(project):
    for name, query in (("slow", SLOW), ("after_slow", "select * from {{ ref('slow') }}")):
        with open(f"{project.folder}/models/{name}.sql", "w") as out:
            out.write("{{ config(materialized='table') }}\n" + query)
    before = {row for row in BUILT if row[0][-1] in BEFORE and row[1] != "check prices_cover_orders"}

    def reported_again(name):
        events, result = project.new(lambda: project.assetlog("report", "dbt", "--json", "target"))
        answer = json.loads(result.stdout)
        # sources.json is read too.
        equal(f"{name}: a report of the target directory repeats what is known", (answer["recorded"], answer["duplicate"], len(events)),
              (0, len(before) + len(FRESHNESS), 0))

    for name, action in (("Ctrl-C", lambda run: run.press(b"\x03")), ("SIGINT", lambda run: run.send(signal.SIGINT)),
                         ("SIGINT to the group", lambda run: run.send_to_group(signal.SIGINT))):
        events, run = project.new(lambda: Interruption(project, action))
        check(f"{name}: dbt is interrupted", "Exited because of keyboard interrupt" in run.output, run.output[-2000:])
        equal(f"{name}: the exit code is dbt's, and dbt has ended", (run.code, run.outlived), (2, False))
        compare(f"{name}: what was built before, and no more", events, before)
        reported_again(name)
    # dbt ends at once and writes nothing; the results of the run before are still there.
    events, run = project.new(lambda: Interruption(project, lambda run: run.send(signal.SIGTERM)))
    equal("SIGTERM: dbt is ended by it", (run.code, run.outlived), (128 + signal.SIGTERM, False))
    check("SIGTERM: it is said that there are no results", "dbt has written no results" in run.output, run.output[-2000:])
    equal("SIGTERM: nothing is recorded", len(events), 0)
    reported_again("SIGTERM")


def record(project, name):
    """Keeps the files as a fixture: without the macros of dbt itself, and without paths of this machine."""
    folder = os.environ.get("RECORD")
    if not folder:
        return
    os.makedirs(f"{folder}/{name}", exist_ok=True)
    for file in FILES:
        path = f"{project.folder}/target/{file}.json"
        if not os.path.exists(path):
            continue
        text = open(path).read().replace(project.folder, "/shop")
        content = json.loads(text)
        if file == "manifest":
            content = {key: content[key] for key in ("metadata", "nodes", "sources", "unit_tests")}
            for node in content["nodes"].values():
                for key in ("raw_code", "compiled_code", "unrendered_config", "checksum", "docs", "root_path"):
                    node.pop(key, None)
        if file == "run_results":
            for result in content["results"]:
                result.pop("compiled_code", None)
        content["metadata"].pop("user_id", None)
        with open(f"{folder}/{name}/{file}.json", "w") as out:
            json.dump(content, out, indent=1)


with serving() as (server, folder):
    project = Project(server, folder)
    project.dbt("seed")
    freshness(project)
    sources = len(FRESHNESS)
    count = built(project) + sources
    repeated(project, count)
    project.dbt("build", "--exclude", "daily_orders")
    record(project, "build")
    others(project)
    batches(project)
    record(project, "batches")
    refusals(project)
    interrupted(project)
finish()
