"""No link of a page leads nowhere."""
from urllib.parse import urldefrag, urlsplit

import pages
from scenarios import Bench, check

MOST = 400
LINKS = """() => [...document.querySelectorAll("a[href], link[href], img[src], script[src], form[method=get]")]
    .map(one => one.href?.baseVal ?? one.href ?? one.src ?? one.action).filter(url => typeof url === "string")"""


def collect(bench: Bench) -> dict[str, str]:
    """The addresses on this server that pages link, each with the page on which it was found first."""
    server, known = bench.shared()
    tab = bench.tab(server)
    found: dict[str, str] = {}
    for case in pages.cases(known):
        tab.open(case.path)
        for url in (urldefrag(url)[0] for url in tab.page.evaluate(LINKS)):
            # A page that is itself an error may link to itself, such as for those who sign in.
            if urlsplit(url).netloc == urlsplit(server.address).netloc and url != urldefrag(tab.page.url)[0]:
                found.setdefault(url, case.path)
    return found


@check("no link of any page leads nowhere", allow_failed_loads=True)
def all_links(bench: Bench) -> None:
    """Each is answered with 200, or leads to such a page."""
    server, _ = bench.shared()
    found = collect(bench)
    # Those of different kinds of pages first: a hundred days of a calendar have the same kind of link.
    ordered = sorted(found, key=lambda url: sum(found[other] == found[url] for other in found))[:MOST]
    wrong = []
    for url in ordered:
        status, headers, _ = server.ask("GET", url.removeprefix(server.address), Accept="text/html")
        if status not in (200, 302, 303, 307):
            wrong.append(f"{status} for {url[:200]} on {found[url][:120]}")
    bench.note(f"{len(ordered)} of {len(found)} links")
    assert not wrong, f"{len(wrong)} links lead nowhere:\n" + "\n".join(wrong[:12])


@check("links, forms and scripts have the server's prefix")
def prefix(bench: Bench) -> None:
    """A server below a path of its own links nothing outside of it."""
    server = bench.server(path_prefix="/dagster")
    event = server.report("materialization", ["warehouse", "orders"], metadata={"rows": 1})
    tab = bench.tab(server)
    for path in ("/dagster/", "/dagster/assets", "/dagster/asset/warehouse/orders", f"/dagster/event/{event}", "/dagster/status"):
        answer = tab.open(path)
        assert answer.status == 200, f"{path} was answered {answer.status}"
        tab.settle()
        outside = [url for url in tab.page.evaluate(LINKS) if urlsplit(url).netloc == urlsplit(server.address).netloc
                   and not urlsplit(url).path.startswith("/dagster")]
        assert not outside, f"{path} links {outside[:3]}"
