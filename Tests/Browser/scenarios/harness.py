"""The checks of every page are checked themselves: each finds what it is there to find, on a page that is made wrong."""
import re
from contextlib import closing

import pages
from browser import NARROW, Look, Lookers
from elsewhere import pages_elsewhere
from scenarios import Bench, check

RED = '<p style="color: red">red</p>'
ELSEWHERE = '<img alt="x" src="https://elsewhere.example/x.png">'
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'"
RIGHT = """<!doctype html><html lang="en"><head><title>A page</title><meta charset="utf-8">
<meta name="viewport" content="width=device-width"></head><body><main><h1>A heading</h1>{}</main></body></html>"""
WORD = "a" * 400
# Fault, document, look, and headers that differ.
WRONG: list[tuple[str, str, Look, dict[str, str]]] = [
    ("headings of the first level", RIGHT.format("<h1>Another</h1>"), Look(), {}),
    ("no title", RIGHT.format("").replace("A page", " "), Look(), {}),
    (f"px wide in a window of {NARROW} px", RIGHT.format(f"<p>{WORD}</p>"), Look(NARROW), {}),
    (f"px wide in a window of {NARROW} px", RIGHT.format(f"<p>{WORD}</p>"), Look(NARROW, scripts=False), {}),
    ("no viewport in the document", RIGHT.format("").replace("viewport", "view"), Look(NARROW), {}),
    ("content security policy: style-src-attr forbids inline", RIGHT.format(RED), Look(), {}),
    ("error in the console: Applying inline style violates", RIGHT.format(RED), Look(scripts=False), {}),
    ("asked another server: https://elsewhere.example/x.png", RIGHT.format(ELSEWHERE), Look(), {}),
    ("asked another server: https://elsewhere.example/x.png", RIGHT.format(ELSEWHERE), Look(scripts=False), {}),
    ("axe image-alt", RIGHT.format('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'), Look(),
     {"Content-Security-Policy": "default-src 'none'; img-src data:"}),
    ("axe color-contrast", RIGHT.format('<font color="#ccc">hard to read</font>'), Look(), {}),
    ("axe target-size", RIGHT.format("".join(f'<a href="/{n}"><font size="1">{n}</font></a>' for n in range(9))), Look(), {}),
    ("error of the page: a fault", RIGHT.format("<script>throw new Error('a fault')</script>"), Look(),
     {"Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'"}),
    ("error in the console: a message", RIGHT.format("<script>console.error('a message')</script>"), Look(),
     {"Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'"}),
    ("a text of a reporter ran", RIGHT.format("<script>window.pwned=1</script>"), Look(),
     {"Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'"}),
    ("allows too much", RIGHT.format(""), Look(), {"Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'"}),
    ("does not begin with nothing", RIGHT.format(""), Look(), {"Content-Security-Policy": "style-src 'self'"}),
    ("links that lead to no page", RIGHT.format('<a href="javascript:alert(1)">go</a>'), Look(), {}),
    ("elements with handlers", RIGHT.format('<p onclick="go()">go</p>'), Look(), {}),
    ("IDs that occur twice", RIGHT.format('<p id="a">1</p><p id="a">2</p>'), Look(), {}),
    ("the page says ['undefined']", RIGHT.format("<p>undefined rows</p>"), Look(), {}),
    ("bytes came over the network at first", RIGHT.format(f"<!-- {WORD * 160} -->"), Look(), {}),
    ("bytes came over the network at first", RIGHT.format(f"<!-- {WORD * 160} -->"), Look(scripts=False), {}),
    ("content type 'text/plain'", RIGHT.format(""), Look(), {"Content-Type": "text/plain"}),
    ("no X-Content-Type-Options", RIGHT.format(""), Look(), {"X-Content-Type-Options": "none"}),
]


def faults_of(
    lookers: Lookers, document: str, look: Look, status: int = 200, headers: dict[str, str] | None = None
) -> list[str]:
    """What the checks of every page say of a document."""
    fields = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", **(headers or {})}
    with pages_elsewhere(document, status, fields) as lookers.address:
        return pages.faults(lookers.tab(look), pages.PageCase("made by the test", "/"), set())


def lookers_of(bench: Bench) -> Lookers:
    """The windows of a check."""
    lookers = Lookers(bench.chromium, "http://127.0.0.1", pages.AXE)
    bench.enter(closing(lookers))
    return lookers


@check("a page without faults has none")
def right(bench: Bench) -> None:
    """In all looks that differ."""
    lookers = lookers_of(bench)
    for look in (Look(), Look(NARROW, "dark"), Look(NARROW, scripts=False)):
        found = faults_of(lookers, RIGHT.format("<p>Some text.</p>"), look)
        assert not found, f"{look}: {found}"


@check("each fault of a page is found")
def wrong(bench: Bench) -> None:
    """Among what is said of a page with one fault, there is that one."""
    missed, lookers = [], lookers_of(bench)
    for fault, document, look, headers in WRONG:
        found = faults_of(lookers, document, look, headers=headers)
        if not any(fault in one for one in found):
            missed.append(f"{fault} ({look}): {found}")
    found = faults_of(lookers, RIGHT.format(""), Look(), status=500)
    if not any(re.match("status 500 instead of 200", one) for one in found):
        missed.append(f"status 500: {found}")
    bench.note(f"{len(WRONG) + 1} faults")
    assert not missed, "not found:\n" + "\n".join(missed)
