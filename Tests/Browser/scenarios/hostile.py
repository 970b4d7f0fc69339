"""Names of all kinds: each asset has its page, and what others wrote stays a text."""
import re
from urllib.parse import quote

import views
from browser import Look
from fixtures import HOSTILE_KEYS, IMAGE, LINK, NOW, SCRIPT, made, typed
from scenarios import Bench, check


@check("each asset of the list has its own page")
def own_page(bench: Bench) -> None:
    """The links of the list lead to pages of just these assets, also where a part of a name has a slash or is two dots."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    links: list[str] = []
    for prefix in ("hostile", "__proto__", LINK):
        tab.open(f"/assets?prefix={quote(prefix, safe='')}")
        links += tab.page.locator(views.ASSET_LINKS).evaluate_all("all => [...new Set(all.map(one => one.href))]")
    pages = set()
    for link in links:
        answer = tab.open(link)
        assert answer.status == 200, f"{answer.status} for {link}"
        pages.add(tab.page.get_by_role("heading", level=1).inner_text())
    wanted = len(HOSTILE_KEYS) + 1
    assert len(pages) == wanted, f"{len(links)} links lead to pages of {len(pages)} assets; there are {wanted}"


@check("names are written as they are")
def as_they_are(bench: Bench) -> None:
    """Markup in a name is shown, letter by letter."""
    server, _ = bench.shared()
    for look in (Look(), Look().without_scripts()):
        tab = bench.tab(server, look)
        tab.open("/assets?prefix=hostile")
        text = views.main(tab.page).inner_text()
        assert SCRIPT in text, "the name with a script is not shown"
        assert IMAGE in text, "the name with an image is not shown"


@check("a name that turns the direction of writing turns nothing else")
def direction(bench: Bench) -> None:
    """Names of assets are set apart from the words around them."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open("/assets?prefix=hostile")
    bare = tab.page.evaluate("""() => {
        const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
            const text = walk.currentNode, style = getComputedStyle(text.parentElement);
            if (!text.data.includes("\\u202e")) continue;
            const apart = /isolate|plaintext/.test(style.unicodeBidi) || text.parentElement.closest("bdi, [dir=auto]")
                || ["block", "flex", "inline-block", "table-cell"].includes(style.display);
            if (!apart) found.push(text.parentElement.outerHTML.slice(0, 120));
        }
        return found;
    }""")
    assert not bare, f"not set apart: {bare[:3]}"


@check("typing markup into the search runs nothing")
def typed_markup(bench: Bench) -> None:
    """The list that comes back is made of texts."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    tab.open("/assets")
    views.search_box(tab.page).fill(SCRIPT)
    views.eventually(tab, lambda: len(views.listed(tab.page)) == 1, 3, f"listed: {views.listed(tab.page)}")
    views.search_box(tab.page).fill(IMAGE)
    views.query_has(tab, "q=")
    tab.page.wait_for_timeout(300)
    assert tab.page.evaluate("window.pwned") is None, "a text of a reporter ran"


@check("a live report with markup runs nothing")
def live(bench: Bench) -> None:
    """What scripts of the page insert is text, too."""
    server = bench.server()
    server.report("materialization", ["a"])
    tabs = []
    for path in ("/", "/assets", "/asset/a", "/asset/a?view=events"):
        tab = bench.tab(server)
        tab.open(path)
        tab.settle()
        tabs.append(tab)
    for key in (["a"], ["b", IMAGE], ["c", SCRIPT]):
        values = {IMAGE: IMAGE, "link": typed("url", LINK)}
        server.submit([made(key, NOW, description=IMAGE, tags={IMAGE: IMAGE}, partition=SCRIPT, metadata=values)])
        server.report("check", key, check_name=IMAGE, passed=False)
    tabs[0].page.wait_for_timeout(1_500)
    for tab in tabs:
        assert tab.page.evaluate("window.pwned") is None, f"{tab.path}: a text of a reporter ran"
        links = tab.page.locator("a[href]").evaluate_all("all => all.map(one => one.href)")
        astray = [link for link in links if re.match(r"\s*(javascript|data|vbscript):", link, re.I)]
        assert not astray, f"{tab.path}: {astray[:2]}"
