"""Several servers on one PostgreSQL: what is reported to one is soon on the pages of another."""
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fixtures
import views
from scenarios import Bench, check

WITHIN = 2.5
CLUSTER = Path(__file__).resolve().parents[3] / "Scripts" / "cluster"


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a database of its own. Its owner must reach the folder, and does not reach that of the checks."""
    with tempfile.TemporaryDirectory(prefix="assetlog-browser-pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        process = subprocess.Popen([CLUSTER, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin and process.stdout
        try:
            port, ready = process.stdout.readline().strip(), process.stdout.readline().strip()
            if ready != "ready":
                raise RuntimeError(f"PostgreSQL did not start: {port}, {ready}")
            yield f"postgresql://postgres:secret@127.0.0.1:{port}/postgres?sslmode=prefer"
        finally:
            process.stdin.close()
            process.wait(60)


@check("a report to one server is on the pages of another within two and a half seconds")
def another(bench: Bench) -> None:
    """The overview, the list and the page of the asset, each with its own stream."""
    url = bench.enter(postgres())
    settings = ("storage.type=postgres", f"storage.postgres.url={url}")
    first, second = bench.server(*settings), bench.server(*settings)
    fixtures.few(first)
    key = ["replicas", "orders"]
    first.report("materialization", key)
    for number, path in enumerate(("/", "/assets", "/asset/replicas/orders")):
        tab = bench.tab(second)
        tab.open(path)
        tab.settle()
        words, is_list = f"words of report {number}", number < 2
        named = ["replicas", f"new_{number}"] if is_list else key
        since = time.monotonic()
        first.report("materialization", named, description=words)
        place = views.asset_link(tab.page, named) if is_list else views.main(tab.page).get_by_text(words).first
        place.wait_for(state="visible", timeout=15_000)
        took = time.monotonic() - since
        assert took <= WITHIN * bench.patience, f"{path} of the other server shows it after {took:.2f} s"
        bench.note(f"{path} {took * 1000:.0f} ms")
