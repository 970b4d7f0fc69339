"""How soon something is to be seen. Only with --speed."""
import statistics

import fixtures
from browser import Look
from pages import asset
from scenarios import Bench, check

VISITS = 20
WITHIN_MS = 1_000
FIRST_PAINT = """() => new Promise(done => new PerformanceObserver(list => {
    const [paint] = list.getEntriesByName("first-contentful-paint");
    if (paint) done(paint.startTime);
}).observe({type: "paint", buffered: true}))"""


def first_paint(bench: Bench, path: str) -> None:
    """The median of 20 visits with an empty cache."""
    server, _ = bench.shared()
    times = []
    for _ in range(VISITS):
        with bench.chromium.tab(server.address, Look()) as tab:
            tab.open(path)
            times.append(tab.page.evaluate(FIRST_PAINT))
    median = statistics.median(times)
    bench.note(f"median {median:.0f} ms, {min(times):.0f} to {max(times):.0f} ms")
    assert median <= WITHIN_MS * bench.patience, f"the first paint of {path} takes {median:.0f} ms, over {WITHIN_MS}"


@check("first paint of the overview")
def overview(bench: Bench) -> None:
    """With the fixtures."""
    first_paint(bench, "/")


@check("first paint of the list of assets")
def assets(bench: Bench) -> None:
    """With the fixtures."""
    first_paint(bench, "/assets")


@check("first paint of an asset with 400 days")
def one_asset(bench: Bench) -> None:
    """With its first view."""
    first_paint(bench, asset(fixtures.ORDERS))


@check("first paint of the plots of an asset with 400 days")
def plots(bench: Bench) -> None:
    """With three plots."""
    first_paint(bench, asset(fixtures.ORDERS, "plots"))
