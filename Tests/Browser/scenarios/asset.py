"""The page of an asset: plots, the calendar, checks, the timeline, and values of all types."""
import re

from playwright.sync_api import expect

import fixtures
import views
from browser import NARROW, Look
from fixtures import MODEL, ORDERS
from pages import asset
from scenarios import Bench, check


@check("a point of a plot leads to its event")
def plot(bench: Bench) -> None:
    """The last point of a plot leads to the event from which its value is, also with the keyboard."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    key = ["warehouse", "raw", "products"]
    tab.open(asset(key, "plots"))
    points = views.plot_points(tab.page)
    assert points.count() == 12, f"{points.count()} points with a link, of 12 values"
    name = points.last.evaluate("point => point.getAttribute('aria-label') || point.textContent")
    assert re.search(r"\d", name or ""), f"the point is called {name!r}, without its value"
    points.last.focus()
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url("**/event/*")
    expect(views.asset_link(tab.page, key)).to_be_visible()
    expect(views.main(tab.page).get_by_text(fixtures.latest_rows(key)).first).to_be_visible()


@check("plots name their labels")
def plot_names(bench: Bench) -> None:
    """Each numeric label has a plot with its name."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open(asset(ORDERS, "plots"))
    for label in ("rows", "bytes", "runtime_seconds"):
        expect(views.main(tab.page).get_by_text(label, exact=True).first).to_be_visible()


@check("a day of the calendar leads to its events")
def calendar(bench: Bench) -> None:
    """The cell of a day that failed says so, and leads to the failure."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open(asset(ORDERS, "partitions"))
    cell = views.partition_cell(tab.page, fixtures.failed_day())
    name = cell.evaluate("cell => cell.getAttribute('aria-label') || cell.textContent")
    assert re.search("failed", name, re.I), f"the cell of a day that failed is called {name!r}"
    cell.click()
    expect(views.main(tab.page).get_by_text(re.compile("out of memory")).first).to_be_visible()
    links = views.event_links(tab.page).count()
    assert 1 <= links <= 6, f"{links} links to events of one day"


@check("a missing day is called missing")
def missing(bench: Bench) -> None:
    """What is not there is said with words, not only by a colour."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open(asset(ORDERS, "partitions"))
    text = views.main(tab.page).inner_text()
    about = re.search(r"(missing|dates without a partition).*", text, re.I | re.S)
    day = fixtures.missing_day()
    assert about and day in about[0], f"the page does not say that {day} is missing"


@check("categories are partitions, too")
def categories(bench: Bench) -> None:
    """Each partition without time is named, with its state."""
    server, _ = bench.shared()
    tab = bench.tab(server, Look(NARROW))
    tab.open(asset(fixtures.BY_REGION, "partitions"))
    for region in fixtures.REGIONS:
        expect(views.main(tab.page).get_by_text(re.compile(rf"\b{region}\b")).first).to_be_visible()


@check("each check says how it stands")
def checks(bench: Bench) -> None:
    """Its latest result is a word, and its history leads to events."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open(asset(fixtures.CUSTOMERS, "checks"))
    expect(views.check_entry(tab.page, "unique_email")).to_contain_text(re.compile("failed", re.I))
    expect(views.check_entry(tab.page, "has_country")).to_contain_text(re.compile("passed", re.I))
    tab.open(asset(ORDERS, "checks"))
    entry = views.check_entry(tab.page, "no_nulls")
    strip = entry.get_by_role("img").first.get_attribute("aria-label") or ""
    assert re.search(r"\d+ failed.*\d+ passed", strip), f"the strip of the latest results is called {strip!r}"
    entry.get_by_role("link", name="no_nulls").first.click()
    expect(views.event_links(tab.page).first).to_be_visible()
    assert views.event_links(tab.page).count() >= 10, f"{views.event_links(tab.page).count()} results of a check with hundreds"
    views.event_links(tab.page).last.click()
    tab.page.wait_for_url("**/event/*")
    expect(views.main(tab.page).get_by_text("no_nulls").first).to_be_visible()


def only_failures(bench: Bench, look: Look) -> None:
    """Only failures are in the timeline after one asked for these."""
    server, _ = bench.shared()
    tab = bench.tab(server, look)
    tab.open(asset(ORDERS, "events"))
    assert views.event_links(tab.page).count() >= 20, f"{views.event_links(tab.page).count()} events"
    views.choose_kind(tab, "Failed", "Failures", "Failure", "Materialization failed", "materialization_failed")
    views.query_has(tab, "kind=materialization_failed")
    count = sum(fixtures.is_failed(back) for back in range(1, fixtures.DAYS + 1))
    text = "out of memory"
    views.eventually(tab, lambda: views.main(tab.page).get_by_text(re.compile(text)).count() == count, 3,
                     f"not {count} failures that say {text}")


@check("the timeline can be filtered by kind")
def timeline(bench: Bench) -> None:
    """With JavaScript."""
    only_failures(bench, Look())


@check("the timeline can be filtered by kind without JavaScript")
def timeline_without_scripts(bench: Bench) -> None:
    """And without."""
    only_failures(bench, Look().without_scripts())


@check("an asset names its upstream and downstream assets")
def neighbours(bench: Bench) -> None:
    """And links them, so that one can go along the way of the data."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open(asset(fixtures.REVENUE))
    views.asset_link(tab.page, ORDERS).click()
    views.path_is(tab, "/asset/warehouse/raw/orders")
    expect(views.asset_link(tab.page, fixtures.CLICKS)).to_be_visible()


@check("values are shown by their types")
def values(bench: Bench) -> None:
    """Markdown has its form, tables are tables, links are links, and numbers that JSON lacks are named."""
    server, known = bench.shared()
    tab = bench.tab(server)
    tab.open(known.path("all metadata"))
    content = views.main(tab.page)
    expect(content.get_by_role("link", name=re.compile("dashboards.example")).first).to_be_visible()
    expect(content.locator("strong", has_text="strength").first).to_be_visible()
    expect(content.get_by_role("columnheader", name="share").first).to_be_visible()
    great = r"[,\u202f\u00a0 ]?".join(re.findall("...", "123456789012345678901234567890"))
    for text in ("NaN", "-Infinity", great, r"\x2fdata\x2fmodel\.bin"):
        expect(content.get_by_text(re.compile(text)).filter(visible=True).first).to_be_visible()
    expect(views.asset_link(tab.page, ORDERS)).to_be_visible()


@check("a changed schema is pointed out")
def changed_schema(bench: Bench) -> None:
    """Which columns came, went, and have another type."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open(asset(MODEL))
    text = views.main(tab.page).inner_text()
    for column in ("currency", "amount", "bigint"):
        assert column in text, f"the page says nothing about {column}"


@check("times are those of the viewer's zone or named as UTC")
def times(bench: Bench) -> None:
    """Each time that is written out can be read by a machine, with its zone."""
    server, known = bench.shared()
    tab = bench.tab(server)
    tab.open(known.path("failure"))
    marked = tab.page.locator("time[datetime]")
    assert marked.count() >= 1, "no time on the page"
    for text in marked.evaluate_all("all => all.map(one => one.getAttribute('datetime'))"):
        assert re.search(r"(Z|[+-]\d\d:?\d\d)$", text), f"a time without a zone: {text}"
