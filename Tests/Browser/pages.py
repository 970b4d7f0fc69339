"""What holds for every page, however somebody looks at it.

A page answers with its status; nothing goes wrong in the console; nothing is asked of other servers; nothing is wider than the
window; axe finds no violation of WCAG; there is one heading of the first level, and a title; what comes over the network at first
fits in 60 kB; and nothing that a reporter wrote has run.
"""
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import axe_playwright_python
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import Response

import fixtures
from browser import Tab
from fixtures import HOSTILE_KEYS, IMAGE, LINK, SCRIPT, Known
from server import Key, path_of

FIRST_VIEW_BYTES = 60_000
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# Scripts of the page would be asked for again without `preload: false`.
AXE_OPTIONS: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": [*WCAG, "best-practice"]}, "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"], "preload": False,
}

# What a page is wider than its window by, and what sticks out.
FIND_OVERFLOW = """() => {
    const root = document.scrollingElement, right = root.clientWidth + 1;
    const clips = element => {
        for (let up = element.parentElement; up && up !== document.body; up = up.parentElement)
            if (getComputedStyle(up).overflowX !== "visible") return true;
        return false;
    };
    const name = element => `<${element.localName}${element.id ? "#" + element.id : ""}${
        element.className && element.className.baseVal === undefined ? "." + element.className : ""}>`;
    const wide = root.scrollWidth <= right ? [] : [...document.body.querySelectorAll("*")]
        .filter(element => element.getBoundingClientRect().right > right && !clips(element))
        .map(element => `${name(element)} ends at ${Math.round(element.getBoundingClientRect().right)} px: "${
            (element.textContent || "").trim().slice(0, 40)}"`);
    return {content: root.scrollWidth, window: root.clientWidth, culprits: wide.slice(-3)};
}"""
# What any page says about itself.
DESCRIBE = """() => ({
    title: document.title, pwned: window.pwned === undefined ? null : String(window.pwned),
    headings: [...document.querySelectorAll("h1")].map(element => element.innerText.trim()),
    text: document.body.innerText,
    twice: Object.entries([...document.querySelectorAll("[id]")].reduce((seen, {id}) => ({...seen, [id]: (seen[id] || 0) + 1}), {}))
        .filter(([, count]) => count > 1).map(([id]) => id),
    schemes: [...new Set([...document.querySelectorAll("a[href], area[href]")]
        .map(element => new URL(element.href.baseVal ?? element.href, document.baseURI))
        .filter(url => !["http:", "https:", "mailto:"].includes(url.protocol)).map(url => url.href.slice(0, 80)))],
    handlers: [...document.querySelectorAll("*")].filter(element => [...element.attributes].some(({name}) => name.startsWith("on")))
        .map(element => element.outerHTML.slice(0, 120)),
})"""
# What a program says when it shows a value that it has not got.
SLIPS = ["undefined", "[object Object]", "Optional("]


@dataclass(frozen=True)
class PageCase:
    """A page to look at."""

    name: str
    path: str
    statuses: tuple[int, ...] = (200,)
    # Whether --screenshots keeps a picture of it.
    is_main: bool = False


def asset(key: Key, view: str = "", **more: str) -> str:
    """The path of an asset's page."""
    words = ([f"view={view}"] if view else []) + [f"{name}={quote(value, safe='')}" for name, value in more.items()]
    return f"/asset/{path_of(key)}" + ("?" + "&".join(words) if words else "")


def cases(known: Known) -> Iterator[PageCase]:
    """All pages of a server that was told the fixtures."""
    yield PageCase("overview", "/", is_main=True)
    yield PageCase("assets", "/assets", is_main=True)
    yield PageCase("assets found by text", "/assets?q=orders")
    yield PageCase("assets in a state", "/assets?state=failed", is_main=True)
    yield PageCase("assets below a prefix, latest first", "/assets?prefix=warehouse/raw&sort=updated")
    yield PageCase("assets with a tag, worst first", "/assets?tag=team:core&sort=state")
    yield PageCase("no assets", "/assets?q=there-is-no-such-asset")
    yield PageCase("asset with days", asset(fixtures.ORDERS), is_main=True)
    for view in ("partitions", "checks", "plots", "events"):
        yield PageCase(f"asset with days, {view}", asset(fixtures.ORDERS, view), is_main=True)
    yield PageCase("asset with hours, partitions", asset(fixtures.CLICKS, "partitions"))
    yield PageCase("asset with categories, partitions", asset(fixtures.BY_REGION, "partitions"))
    yield PageCase("asset of two dimensions, partitions", asset(fixtures.BY_DAY_AND_REGION, "partitions"))
    yield PageCase("asset with months, partitions", asset(fixtures.MONTHLY, "partitions"))
    yield PageCase("asset with all metadata", asset(fixtures.MODEL), is_main=True)
    yield PageCase("asset that fails", asset(fixtures.FAILING))
    yield PageCase("asset that runs", asset(fixtures.RUNNING))
    yield PageCase("asset that was only observed", asset(fixtures.OBSERVED))
    yield PageCase("asset that was wiped", asset(fixtures.WIPED), (200, 404))
    for view in ("", "partitions", "checks", "plots", "events"):
        yield PageCase(f"asset without all that, {view or 'first view'}", asset(fixtures.VOIDED, view))
    for name in sorted(known.events):
        yield PageCase(f"event, {name}", known.path(name), is_main=name in ("all metadata", "failure"))
    yield from hostile_cases()
    yield PageCase("status", "/status", is_main=True)
    yield PageCase("sign-in", "/sign-in", is_main=True)
    yield PageCase("overview of a deployment", "/prod/")
    yield PageCase("assets of a deployment", "/prod/assets")
    yield PageCase("asset of a deployment", "/prod/asset/shop/carts")
    yield PageCase("no such asset", "/asset/no/such", (404,), is_main=True)
    yield PageCase("no such event", "/event/4c59c670-d8d0-4807-8a7b-6c64ce6cf52d", (404,))
    yield PageCase("no event ID", "/event/nonsense", (400, 404))


def hostile_cases() -> Iterator[PageCase]:
    """Names that try to be markup, and parameters that do."""
    yield PageCase("hostile: labels", asset(fixtures.LABELS))
    yield PageCase("hostile: plots of labels", asset(fixtures.LABELS, "plots"))
    for name, key in zip(("script", "markup", "reversed", "emoji", "long"), HOSTILE_KEYS):
        yield PageCase(f"hostile: {name}", asset(key))
    for view in ("partitions", "checks", "plots", "events"):
        yield PageCase(f"hostile: markup, {view}", asset(HOSTILE_KEYS[1], view))
    yield PageCase("hostile: below a prefix", "/assets?prefix=hostile")
    odd = (200, 400)
    for name, text in (("script", SCRIPT), ("markup", IMAGE)):
        yield PageCase(f"hostile: {name} in the search", f"/assets?q={quote(text)}")
        yield PageCase(f"hostile: {name} as prefix", f"/assets?prefix={quote(text)}", odd)
        yield PageCase(f"hostile: {name} as tag", f"/assets?tag={quote(text)}", odd)
        yield PageCase(f"hostile: {name} as state", f"/assets?state={quote(text)}", odd)
        yield PageCase(f"hostile: {name} as sort", f"/assets?sort={quote(text)}", odd)
        yield PageCase(f"hostile: {name} as view", asset(fixtures.VOIDED, quote(text)), (200, 400, 404))
        yield PageCase(f"hostile: {name} as unknown asset", f"/asset/{quote(text, safe='')}", (404,))
        yield PageCase(f"hostile: {name} as unknown event", f"/event/{quote(text, safe='')}", (400, 404))
        yield PageCase(f"hostile: {name} as page", f"/assets?after={quote(text)}", odd)
        yield PageCase(f"hostile: {name} as way after signing in", f"/sign-in?next={quote(text)}", odd)
    yield PageCase("hostile: a script as way after signing in", f"/sign-in?next={quote(LINK)}", odd)


# The checks

def faults(tab: Tab, case: PageCase, notes: set[str]) -> list[str]:
    """What is wrong with a page, as sentences. Adds to the notes what is no fault and worth knowing."""
    answer = tab.open(case.path)
    tab.settle()
    found = list(wrong_answer(answer, case))
    found += wrong_content(tab)
    found += wrong_width(tab.page)
    found += tab.incidents()
    if (size := tab.transferred("document", "stylesheet", "script")) > FIRST_VIEW_BYTES:
        found.append(f"{size} bytes came over the network at first, over {FIRST_VIEW_BYTES}")
    if tab.look.scripts:
        found += wrong_for_axe(tab.page, notes)
    return found


def wrong_answer(answer: Response, case: PageCase) -> Iterator[str]:
    """A status, type or header that is not right."""
    if answer.status not in case.statuses:
        yield f"status {answer.status} instead of {' or '.join(map(str, case.statuses))}"
    headers = answer.headers
    if not headers.get("content-type", "").startswith("text/html"):
        yield f"content type {headers.get('content-type')!r}"
    policy = headers.get("content-security-policy", "")
    if "default-src 'none'" not in policy:
        yield f"the content security policy {policy!r} does not begin with nothing"
    if "unsafe-" in policy or "*" in policy:
        yield f"the content security policy {policy!r} allows too much"
    if headers.get("x-content-type-options") != "nosniff":
        yield "no X-Content-Type-Options: nosniff"


def wrong_content(tab: Tab) -> Iterator[str]:
    """A document that says too little, or ran what it should show."""
    page = tab.page.evaluate(DESCRIBE)
    if len(page["headings"]) != 1 or not page["headings"][0]:
        yield f"{len(page['headings'])} headings of the first level: {page['headings']}"
    if not page["title"].strip():
        yield "no title"
    if page["pwned"] is not None or page["title"] == "pwned":
        yield f"a text of a reporter ran: window.pwned is {page['pwned']}, the title {page['title']!r}"
    if page["schemes"]:
        yield f"links that lead to no page: {page['schemes'][:3]}"
    if page["handlers"]:
        yield f"elements with handlers: {page['handlers'][:3]}"
    if page["twice"]:
        yield f"IDs that occur twice: {page['twice'][:5]}"
    if slips := [slip for slip in SLIPS if slip in page["text"]]:
        yield f"the page says {slips}"


def wrong_width(page: BrowserPage) -> Iterator[str]:
    """A page that is wider than the window."""
    wide = page.evaluate(FIND_OVERFLOW)
    window = page.viewport_size["width"] if page.viewport_size else 0
    if abs(wide["window"] - window) > 20:
        yield f"the page is laid out for {wide['window']} px: no viewport in the document?"
    if wide["content"] > wide["window"] + 1:
        yield f"{wide['content']} px wide in a window of {wide['window']} px" + "".join(f"\n{one}" for one in wide["culprits"])


def wrong_for_axe(page: BrowserPage, notes: set[str]) -> Iterator[str]:
    """What axe finds that breaks WCAG; best practices are notes."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    for violation in page.evaluate("options => axe.run(document, options)", AXE_OPTIONS)["violations"]:
        nodes = violation["nodes"]
        summary = f"axe {violation['id']}: {violation['help']}, {len(nodes)} times"
        if not set(violation["tags"]) & set(WCAG):
            notes.add(summary.rsplit(",", 1)[0])
            continue
        yield summary + "".join(f"\n{describe_node(node)}" for node in nodes[:3])


def describe_node(node: dict[str, Any]) -> str:
    """An element that axe complains about, and why."""
    why = " ".join(node.get("failureSummary", "").split())
    return f"{node['html'][:160]}  ({why[:240]})"
