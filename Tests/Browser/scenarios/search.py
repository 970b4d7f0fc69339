"""The list of assets: search, filters, order, pages, and that the browser's own buttons do what they should."""
from playwright.sync_api import expect

import fixtures
import views
from browser import NARROW, Look, Tab
from scenarios import Bench, check


def with_many(bench: Bench) -> Tab:
    """A window with the list of 600 assets."""
    server = bench.server()
    fixtures.many(server)
    tab = bench.tab(server)
    tab.open("/assets")
    return tab


@check("the list gets shorter as one types")
def as_you_type(bench: Bench) -> None:
    """Each letter narrows the list down, without Enter; the address says what is looked for."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open("/assets")
    before = views.listed(tab.page)
    box = views.search_box(tab.page)
    box.click()
    box.press_sequentially("orders", delay=40)
    views.eventually(tab, lambda: 0 < len(views.listed(tab.page)) < len(before), 3, "the list did not get shorter")
    assert all("orders" in name for name in views.listed(tab.page)), f"listed for orders: {views.listed(tab.page)}"
    expect(box).to_be_focused()
    expect(box).to_have_value("orders")
    views.query_has(tab, "q=orders")
    box.fill("")
    views.eventually(tab, lambda: len(views.listed(tab.page)) == len(before), 3, "the list did not get longer again")


@check("typing fast does not show the answer to what was typed before")
def fast(bench: Bench) -> None:
    """The list is that of the last letter, in whatever order the answers come."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open("/assets")
    views.search_box(tab.page).press_sequentially("orders", delay=1)
    views.search_box(tab.page).press_sequentially("_by_region", delay=1)
    wanted = ["warehouse/mart/orders_by_region"]
    views.eventually(tab, lambda: views.listed(tab.page) == wanted, 3, "not only what was typed last is listed")
    tab.page.wait_for_timeout(700)
    assert views.listed(tab.page) == wanted, f"listed after a while: {views.listed(tab.page)}"


@check("what is not there is said")
def nothing(bench: Bench) -> None:
    """An empty list says that nothing matches, and does not look broken."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open("/assets?q=there-is-no-such-asset")
    assert views.listed(tab.page) == []
    assert "there-is-no-such-asset" in (views.search_box(tab.page).input_value() or "")
    assert views.main(tab.page).inner_text().strip(), "the page is empty"


@check("the search is a plain form without JavaScript")
def as_a_form(bench: Bench) -> None:
    """Enter sends it; the answer is a page with the matches and what was looked for."""
    server, _ = bench.shared()
    tab = bench.tab(server, Look(NARROW).without_scripts())
    tab.open("/assets")
    box = views.search_box(tab.page)
    box.fill("orders")
    box.press("Enter")
    views.query_has(tab, "q=orders")
    names = views.listed(tab.page)
    assert names and all("orders" in name for name in names), f"listed for orders: {names}"
    expect(views.search_box(tab.page)).to_have_value("orders")


def failed_only(bench: Bench, look: Look) -> None:
    """Only assets that failed are listed after one asked for these."""
    server, _ = bench.shared()
    tab = bench.tab(server, look)
    tab.open("/assets?prefix=lake")
    assert "lake/sensors" in views.listed(tab.page), f"listed: {views.listed(tab.page)}"
    views.choose_state(tab, "failed")
    views.query_has(tab, "state=failed")
    views.query_has(tab, "prefix=lake")
    views.eventually(tab, lambda: views.listed(tab.page) == ["lake/events/app"], 3, f"listed: {views.listed(tab.page)}")


@check("a state can be chosen")
def by_state(bench: Bench) -> None:
    """With JavaScript."""
    failed_only(bench, Look())


@check("a state can be chosen without JavaScript")
def by_state_without_scripts(bench: Bench) -> None:
    """And without."""
    failed_only(bench, Look(NARROW).without_scripts())


@check("the list can be sorted")
def sorted_list(bench: Bench) -> None:
    """By name; by the time of the last materialization, latest first; by state, worst first."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open("/assets?prefix=lake")
    views.choose_sort(tab, "Asset", "Key", "Name")
    views.query_has(tab, "sort=key")
    views.eventually(tab, lambda: views.listed(tab.page) == sorted(views.listed(tab.page)), 3, "not by name")
    views.choose_sort(tab, "Updated", "Last updated", "Latest", "Last materialized", "Materialized")
    views.query_has(tab, "sort=updated")
    views.eventually(tab, lambda: views.listed(tab.page)[0] == "lake/corrected", 3, "not the latest first")
    views.choose_sort(tab, "State", "Worst")
    views.eventually(tab, lambda: views.listed(tab.page)[0] == "lake/events/app", 3, "not the worst first")


@check("the next page has what follows, and Back returns")
def pages(bench: Bench) -> None:
    """All assets are on some page, none on two; Back shows the page before."""
    tab = with_many(bench)
    first = views.listed(tab.page)
    assert 20 <= len(first) < 600, f"{len(first)} assets on the first page"
    views.next_page(tab.page).click()
    views.eventually(tab, lambda: views.listed(tab.page) != first, 5, "the next page is the same")
    second = views.listed(tab.page)
    assert not set(first) & set(second), f"on both pages: {sorted(set(first) & set(second))[:3]}"
    assert second[0] > first[-1], f"{second[0]} follows {first[-1]}"
    tab.page.go_back()
    views.eventually(tab, lambda: views.listed(tab.page) == first, 5, "Back does not show the first page")


@check("all pages together have each asset once")
def all_pages(bench: Bench) -> None:
    """Going from page to page ends, after all assets."""
    tab = with_many(bench)
    seen = views.listed(tab.page)
    for _ in range(40):
        following = views.next_page(tab.page)
        if not following.count():
            break
        before = tab.page.url
        following.click()
        views.eventually(tab, lambda: tab.page.url != before, 5, "the next page is the same")
        tab.page.wait_for_load_state()
        seen += views.listed(tab.page)
    assert len(seen) == len(set(seen)) == 600, f"{len(seen)} assets listed, {len(set(seen))} of them different, of 600"


@check("a reload in the middle shows the same")
def reload(bench: Bench) -> None:
    """What one sees is in the address: text, state and page."""
    tab = with_many(bench)
    views.search_box(tab.page).press_sequentially("table", delay=10)
    views.query_has(tab, "q=table")
    views.choose_state(tab, "failed")
    views.query_has(tab, "state=failed")
    views.eventually(tab, lambda: all(name.endswith("0") for name in views.listed(tab.page)), 3, "not only failed ones")
    if views.next_page(tab.page).count():
        first = views.listed(tab.page)
        views.next_page(tab.page).click()
        views.eventually(tab, lambda: views.listed(tab.page) != first, 5, "the next page is the same")
    before = views.listed(tab.page)
    tab.page.reload()
    assert views.listed(tab.page) == before, f"{before[:3]} … before, {views.listed(tab.page)[:3]} … after"
    expect(views.search_box(tab.page)).to_have_value("table")


@check("Back from an asset shows the list as it was")
def back(bench: Bench) -> None:
    """Filters, text and order survive a look at an asset."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open("/assets")
    views.search_box(tab.page).press_sequentially("raw", delay=30)
    views.query_has(tab, "q=raw")
    views.eventually(tab, lambda: all("raw" in name for name in views.listed(tab.page)), 3, "the list did not get shorter")
    before = views.listed(tab.page)
    views.asset_link(tab.page, fixtures.ORDERS).click()
    views.path_is(tab, "/asset/warehouse/raw/orders")
    tab.page.go_back()
    views.path_is(tab, "/assets")
    views.eventually(tab, lambda: views.listed(tab.page) == before, 3, "Back shows another list")
    expect(views.search_box(tab.page)).to_have_value("raw")
