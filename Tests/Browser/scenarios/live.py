"""A report is visible at once, without a reload, and a server that went away is followed again when it is back."""
import time

from playwright.sync_api import Locator, expect

import fixtures
import views
from browser import Tab
from scenarios import Bench, check
from server import Key, Server, path_of

WITHIN = 1.0


def visible_in_time(bench: Bench, tab: Tab, since: float, thing: Locator, what: str) -> None:
    """Something must be visible a second after a report; says how long it took where that was longer."""
    thing.wait_for(state="visible", timeout=15_000)
    took = time.monotonic() - since
    assert took <= WITHIN * bench.patience, f"{what} was visible after {took:.2f} s, at {tab.path}"
    bench.note(f"{took * 1000:.0f} ms")


def report_and_see(bench: Bench, server: Server, path: str, key: Key, description: str, thing: str) -> None:
    """Opens a page, reports, and sees it there without a reload."""
    tab = bench.tab(server)
    tab.open(path)
    tab.settle()
    tab.page.evaluate("window.notReloaded = true")
    since = time.monotonic()
    server.report("materialization", key, description=description, metadata={"rows": 815})
    place = views.asset_link(tab.page, key) if thing == "link" else views.main(tab.page).get_by_text(description).first
    visible_in_time(bench, tab, since, place, f"a report of {'/'.join(key)}")
    assert tab.page.evaluate("window.notReloaded"), "the page was loaded anew"


@check("a report is on the overview within a second")
def overview(bench: Bench) -> None:
    """The overview names the asset of a report that comes in."""
    server = bench.server()
    fixtures.few(server)
    report_and_see(bench, server, "/", ["live", "on_the_overview"], "seen at once", "link")


@check("the first report of an empty server is on the overview within a second")
def first(bench: Bench) -> None:
    """So does the page that welcomes whoever has just installed the server."""
    report_and_see(bench, bench.server(), "/", ["live", "first"], "seen at once", "link")


@check("a new asset is in the list within a second")
def in_the_list(bench: Bench) -> None:
    """The list of assets gets a row."""
    server = bench.server()
    fixtures.few(server)
    report_and_see(bench, server, "/assets", ["live", "in_the_list"], "seen at once", "link")


@check("a report is on the asset's page within a second")
def on_the_asset(bench: Bench) -> None:
    """The page of an asset shows its new event."""
    server = bench.server()
    fixtures.few(server)
    key = ["warehouse", "orders"]
    report_and_see(bench, server, f"/asset/{path_of(key)}", key, "the words of the newest report", "text")


@check("a report is on the asset's timeline within a second")
def on_the_timeline(bench: Bench) -> None:
    """So does its timeline."""
    server = bench.server()
    fixtures.few(server)
    key = ["warehouse", "orders"]
    tab = bench.tab(server)
    tab.open(f"/asset/{path_of(key)}?view=events")
    tab.settle()
    since = time.monotonic()
    event = server.report("materialization", key, metadata={"rows": 815})
    link = views.main(tab.page).locator(f"a[href*='{event}']").first
    visible_in_time(bench, tab, since, link, "the event")


@check("a report of another asset does not move the list that is filtered")
def filtered(bench: Bench) -> None:
    """What does not match the filter does not appear in the list."""
    server = bench.server()
    fixtures.few(server)
    tab = bench.tab(server)
    tab.open("/assets?q=orders")
    tab.settle()
    server.report("materialization", ["live", "something_else"])
    server.report("materialization", ["live", "more_orders"])
    expect(views.asset_link(tab.page, ["live", "more_orders"])).to_be_visible()
    assert "live/something_else" not in views.listed(tab.page), "an asset that does not match is listed"


@check("typed text and focus stay when a report comes in")
def undisturbed(bench: Bench) -> None:
    """An update takes nothing from who is typing."""
    server = bench.server()
    fixtures.few(server)
    tab = bench.tab(server)
    tab.open("/assets")
    box = views.search_box(tab.page)
    box.click()
    tab.page.keyboard.type("wareh")
    server.report("materialization", ["warehouse", "while_typing"])
    expect(views.asset_link(tab.page, ["warehouse", "while_typing"])).to_be_visible()
    tab.page.keyboard.type("ouse")
    expect(box).to_have_value("warehouse")
    expect(box).to_be_focused()


@check("a lost connection is said, and heals", allow_failed_loads=True)
def heals(bench: Bench) -> None:
    """While the server is gone, the page says so; when it is back, it shows what was reported in between and after that."""
    server = bench.server()
    fixtures.few(server)
    tab = bench.tab(server)
    tab.open("/")
    tab.settle()
    assert views.connection_notice(tab.page).count() == 0, "the page says that it has lost the server, which is there"
    server.kill()
    expect(views.connection_notice(tab.page)).to_be_visible(timeout=10_000 * bench.patience)
    server.start()
    server.report("materialization", ["live", "while_away"])
    expect(views.asset_link(tab.page, ["live", "while_away"])).to_be_visible(timeout=20_000 * bench.patience)
    expect(views.connection_notice(tab.page)).to_have_count(0)
    # A page that has just changed waits for a second before it changes again.
    tab.page.wait_for_timeout(1_200)
    since = time.monotonic()
    server.report("materialization", ["live", "after_all"])
    visible_in_time(bench, tab, since, views.asset_link(tab.page, ["live", "after_all"]), "the report after that")


@check("an event that is voided elsewhere shows as void at once")
def voided(bench: Bench) -> None:
    """The page of an event follows what happens to it."""
    server = bench.server()
    event = server.report("materialization", ["warehouse", "wrong"])
    tab = bench.tab(server)
    tab.open(f"/event/{event}")
    tab.settle()
    server.void(event, "the file of another day")
    expect(views.main(tab.page).get_by_text("the file of another day").first).to_be_visible()


@check("eight windows of one browser follow the log")
def windows(bench: Bench) -> None:
    """A browser opens six connections to a server; windows that follow it must not use them up."""
    server = bench.server()
    fixtures.few(server)
    tab = bench.tab(server)
    pages = [tab.page, *(tab.context.new_page() for _ in range(7))]
    for page in pages:
        page.goto(f"{server.address}/", wait_until="load")
    server.report("materialization", ["live", "for_all"])
    for page in pages:
        expect(views.asset_link(page, ["live", "for_all"])).to_be_visible()
