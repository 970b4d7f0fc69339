"""Everything that a pointer can do, a keyboard can, and one always sees where one is."""
import re
from typing import Any

from playwright.sync_api import FloatRect, expect

import fixtures
import views
from browser import SCHEMES, Look, Tab
from pages import asset
from scenarios import Bench, check

FOCUSED = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    if (one === document.body) return null;
    return {tag: one.localName, name: (one.getAttribute("aria-label") || one.innerText || one.name || "").trim().slice(0, 80),
        href: one.getAttribute("href") || "", x: box.x, y: box.y, width: box.width, height: box.height};
}"""


def tab_through(tab: Tab, most: int = 400) -> list[dict[str, Any]]:
    """What gets the focus, in the order of the Tab key, until it leaves the page."""
    found: list[dict[str, Any]] = []
    for _ in range(most):
        tab.page.keyboard.press("Tab")
        focused = tab.page.evaluate(FOCUSED)
        if focused is None or (found and focused == found[0]):
            break
        found.append(focused)
    return found


@check("the search, the filters and the rows are reached by Tab")
def order(bench: Bench) -> None:
    """In this order, after a link over the navigation."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open("/assets")
    reached = tab_through(tab)
    names = [one["name"] or one["tag"] for one in reached]
    inputs = [at for at, one in enumerate(reached) if one["tag"] == "input"]
    rows = [at for at, one in enumerate(reached) if re.search("/asset[/?]", one["href"])]
    assert inputs, f"Tab reaches no search: {names[:20]}"
    assert rows, f"Tab reaches no row: {names[:20]}"
    assert inputs[0] < rows[0], "the search comes after the rows"
    assert len(rows) >= len(views.listed(tab.page)), f"Tab reaches {len(rows)} of {len(views.listed(tab.page))} rows"
    assert reached[0]["href"].startswith("#"), f"the first is no link to the content: {names[0]!r}"


@check("where the focus is can be seen")
def visible(bench: Bench) -> None:
    """What has the focus looks different with it, in both schemes, and lies within the window."""
    server, _ = bench.shared()
    for scheme in SCHEMES:
        for path in ("/", "/assets", asset(fixtures.ORDERS), "/sign-in"):
            tab = bench.tab(server, Look(scheme=scheme))
            tab.open(path)
            for _ in range(14):
                tab.page.keyboard.press("Tab")
                focused = tab.page.evaluate(FOCUSED)
                if focused is None:
                    break
                name = focused["name"] or focused["tag"]
                assert focused["y"] > -1 and focused["y"] < 900, f"{path}, {scheme}: {name!r} has the focus outside of the window"
                clip: FloatRect = {
                    "x": max(0, focused["x"] - 6), "y": max(0, focused["y"] - 6),
                    "width": min(700, focused["width"] + 12), "height": min(300, focused["height"] + 12)}
                with_focus = tab.page.screenshot(clip=clip, animations="disabled")
                tab.page.evaluate("window.focused = document.activeElement; focused.blur()")
                without = tab.page.screenshot(clip=clip, animations="disabled")
                assert with_focus != without, f"{path}, {scheme}: {name!r} looks the same with the focus"
                tab.page.evaluate("focused.focus()")
            tab.context.close()
            bench.tabs.remove(tab)


@check("a search and a look at what was found need no pointer")
def whole_way(bench: Bench) -> None:
    """From the overview to an asset's events."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open("/assets")
    for _ in range(30):
        tab.page.keyboard.press("Tab")
        if tab.page.evaluate("document.activeElement.matches('input[type=search], input[name=q]')"):
            break
    tab.page.keyboard.type("customers")
    views.eventually(tab, lambda: views.listed(tab.page) == ["warehouse/raw/customers"], 3, "the list did not get shorter")
    for _ in range(30):
        tab.page.keyboard.press("Tab")
        if "/asset/" in ((tab.page.evaluate(FOCUSED) or {}).get("href") or ""):
            break
    tab.page.keyboard.press("Enter")
    views.path_is(tab, "/asset/warehouse/raw/customers")
    expect(views.main(tab.page)).to_contain_text("customers")


@check("the link over the navigation leads to the content")
def skip(bench: Bench) -> None:
    """After it, Tab goes on in the content."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open("/assets")
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.press("Tab")
    within = tab.page.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert within, "Tab goes on outside of the content"
