"""Signing in with a token on a server that requires one: who sees what, and that a session ends when it should."""
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

import fixtures
import views
from browser import NARROW, Look, Tab
from pages import asset
from scenarios import Bench, check
from server import Server

SALARIES = ["finance", "salaries"]


def guarded(bench: Bench, *settings: str) -> Server:
    """A server that requires tokens, with a few assets, which its own token may see and change."""
    server = bench.server("auth.required=true", *settings)
    server.token = server.make_token("all", "all")
    fixtures.few(server)
    return server


def scoped(server: Server) -> str:
    """A token that may read the assets of the warehouse only."""
    return server.make_token("warehouse", "read", ["warehouse/**"])


def signed_in(bench: Bench, server: Server, token: str, look: Look = Look(), path: str = "/") -> Tab:
    """A window in which somebody signed in on the way to a path."""
    tab = bench.tab(server, look)
    tab.open(path)
    views.path_is(tab, "/sign-in")
    views.sign_in(tab, token)
    views.path_is(tab, urlsplit(path).path)
    return tab


@check("every page leads to the sign-in, which leads back")
def redirect(bench: Bench) -> None:
    """The page that was asked for is in `next`, with its query; nothing of it is shown."""
    server = guarded(bench)
    token = scoped(server)
    for path in ("/", "/assets?q=orders&sort=updated", "/asset/warehouse/orders?view=checks", "/status"):
        status, headers, body = server.ask("GET", path, token="none", Accept="text/html")
        assert status == 401 or status in (302, 303, 307), f"{path} was answered {status} for a wrong token"
        tab = bench.tab(server)
        tab.open(path)
        views.path_is(tab, "/sign-in")
        target = parse_qs(urlsplit(tab.page.url).query).get("next", ["/"])[0]
        assert target == path, f"next is {target!r} for {path!r}"
        assert "orders" not in views.main(tab.page).inner_text(), "the sign-in page shows an asset"
        if path != "/status":
            views.sign_in(tab, token)
            views.path_is(tab, urlsplit(path).path)
            assert tab.path == path, f"after signing in the window is at {tab.path}, not at {path}"


@check("a wrong token is refused with a sentence", allow_failed_loads=True)
def wrong(bench: Bench) -> None:
    """The page says so, does not show the token in its address, and does not sign in."""
    server = guarded(bench)
    for look in (Look(), Look(NARROW).without_scripts()):
        tab = bench.tab(server, look)
        tab.open("/")
        views.sign_in(tab, "al_nobody_" + "x" * 43)
        expect(views.refusal(tab.page)).to_be_visible()
        assert "al_nobody" not in tab.page.url, f"the token is in the address: {tab.page.url}"
        tab.open("/")
        views.path_is(tab, "/sign-in")


@check("a token that may not read is refused with a sentence", allow_failed_loads=True)
def unable(bench: Bench) -> None:
    """A token for reports only is no way in, and no dead end: another token can be tried."""
    server = guarded(bench)
    tab = bench.tab(server)
    tab.open("/")
    views.sign_in(tab, server.make_token("reporter", "report:materialization"))
    views.eventually(tab, lambda: views.refusal(tab.page).count() or "not allow" in views.main(tab.page).inner_text().lower(), 5,
                     "nothing says that the token may not read")
    assert views.token_box(tab.page).count() or views.sign_out(tab.page).count(), "there is no way to try another token"


@check("only the assets of the token are shown", allow_failed_loads=True)
def scope(bench: Bench) -> None:
    """In lists, counts, pages of assets and events, and what comes in while one looks."""
    server = guarded(bench)
    hidden = fixtures.latest(server, SALARIES, "materialization")
    for look in (Look(), Look(NARROW, "dark").without_scripts()):
        token = server.make_token(f"warehouse_{look.width}", "read", ["warehouse/**"])
        tab = signed_in(bench, server, token, look)
        assert "salaries" not in tab.page.content(), "the overview names an asset of others"
        tab.open("/assets")
        assert views.listed(tab.page) == ["warehouse/orders", "warehouse/rates"], f"listed: {views.listed(tab.page)}"
        for path in (asset(SALARIES), f"/event/{hidden}"):
            answer = tab.open(path)
            assert answer.status == 404, f"{path} was answered {answer.status}"
            assert "not for everybody" not in tab.page.content(), f"{path} shows what it should not"


@check("what others report stays hidden while one looks")
def scope_live(bench: Bench) -> None:
    """The stream of a page has the assets of the token only."""
    server = guarded(bench)
    tab = signed_in(bench, server, scoped(server))
    tab.settle()
    server.report("materialization", ["finance", "bonuses"])
    server.report("materialization", ["warehouse", "bonus_table"])
    expect(views.asset_link(tab.page, ["warehouse", "bonus_table"])).to_be_visible()
    assert "bonuses" not in tab.page.content(), "the page shows what it should not"


@check("signing out ends the session, also for Back")
def sign_out(bench: Bench) -> None:
    """After it every page leads to the sign-in again, and Back shows nothing of before."""
    server = guarded(bench)
    for look in (Look(), Look(NARROW).without_scripts()):
        tab = signed_in(bench, server, server.make_token(f"out_{look.width}", "read"), look, "/assets")
        assert "warehouse/orders" in views.listed(tab.page), f"listed: {views.listed(tab.page)}"
        views.sign_out(tab.page).click()
        views.path_is(tab, "/sign-in")
        tab.page.go_back()
        tab.page.wait_for_timeout(500)
        assert "warehouse" not in tab.page.content(), "Back shows what was there before"
        tab.open("/assets")
        views.path_is(tab, "/sign-in")


@check("a revoked token signs out", allow_failed_loads=True)
def revoked(bench: Bench) -> None:
    """The window that shows the page notices by itself, and a reload leads to the sign-in."""
    server = guarded(bench)
    tab = signed_in(bench, server, scoped(server))
    tab.settle()
    server.revoke("warehouse")
    views.eventually(tab, lambda: "/sign-in" in tab.page.url or views.connection_notice(tab.page).count()
                     or views.refusal(tab.page).count(), 8 * bench.patience, "the page goes on as if nothing was")
    tab.open("/assets")
    views.path_is(tab, "/sign-in")


@check("the session's cookie can't be read or sent by others")
def cookie(bench: Bench) -> None:
    """HttpOnly, SameSite, and no copy of the token where scripts could read it."""
    server = guarded(bench)
    token = scoped(server)
    tab = signed_in(bench, server, token)
    cookies = tab.context.cookies()
    assert cookies, "no cookie after signing in"
    for one in cookies:
        assert one["httpOnly"], f"scripts can read the cookie {one['name']}"
        assert one["sameSite"] in ("Lax", "Strict"), f"the cookie {one['name']} has SameSite {one['sameSite']}"
    secret = token.rsplit("_", 1)[1]
    stored = tab.page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert secret not in stored and secret not in tab.page.content(), "the token lies open in the browser"


@check("the way back stays on this server")
def way_back(bench: Bench) -> None:
    """No `next` leads to another server, or runs anything."""
    server = guarded(bench)
    token = scoped(server)
    for target in ("https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example/", "javascript:window.pwned=1",
                   "https:elsewhere.example", "%09//elsewhere.example", "/%0d%0aSet-Cookie:%20a=b"):
        tab = bench.tab(server)
        tab.open(f"/sign-in?next={target}")
        views.sign_in(tab, token)
        tab.page.wait_for_url(lambda url: not urlsplit(url).path.startswith("/sign-in"))
        assert tab.page.url.startswith(server.address + "/"), f"next={target} led to {tab.page.url}"
        assert tab.page.evaluate("window.pwned") is None, f"next={target} ran"
        tab.context.close()
    bench.tabs.clear()


@check("whoever may not administer finds no way to")
def no_admin(bench: Bench) -> None:
    """A reader sees no button that would be refused."""
    server = guarded(bench)
    tab = signed_in(bench, server, scoped(server))
    tab.open(f"/event/{fixtures.latest(server, ['warehouse', 'orders'], 'materialization')}")
    assert views.reason_box(tab.page).count() == 0 and views.void_button(tab.page).count() == 0, "a reader is offered to void"
