"""Several deployments on one server: going from one to another, and that none shows what is in another."""
from urllib.parse import urlsplit

import views
from browser import NARROW, Look
from scenarios import Bench, check


def switch(bench: Bench, look: Look) -> None:
    """The list of assets is that of the deployment that was chosen."""
    server, _ = bench.shared()
    tab = bench.tab(server, look)
    tab.open("/assets")
    assert "shop/carts" not in views.listed(tab.page), "the default deployment shows an asset of prod"
    views.choose_deployment(tab, "prod")
    views.eventually(tab, lambda: urlsplit(tab.page.url).path.startswith("/prod"), 5, "the address has no /prod")
    tab.open("/prod/assets")
    assert sorted(views.listed(tab.page)) == ["shop/carts", "shop/checkouts"], f"listed: {views.listed(tab.page)}"
    views.asset_link(tab.page, ["shop", "carts"]).click()
    views.path_is(tab, "/prod/asset/shop/carts")
    views.choose_deployment(tab, "staging")
    views.eventually(tab, lambda: urlsplit(tab.page.url).path.startswith("/staging"), 5, "the address has no /staging")


@check("a deployment can be chosen")
def by_script(bench: Bench) -> None:
    """With JavaScript."""
    switch(bench, Look())


@check("a deployment can be chosen without JavaScript")
def without_scripts(bench: Bench) -> None:
    """And without, on a narrow window."""
    switch(bench, Look(NARROW).without_scripts())


@check("links of a deployment's pages stay in it")
def stay(bench: Bench) -> None:
    """No link to an asset or list leads to the default deployment, but for the choice of deployments."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    for path in ("/prod/", "/prod/assets", "/prod/asset/shop/carts"):
        tab.open(path)
        links = views.main(tab.page).locator("a[href]").evaluate_all("all => all.map(one => new URL(one.href).pathname)")
        astray = [link for link in links if not link.startswith("/prod")]
        assert not astray, f"links of {path} lead to {astray[:3]}"


@check("a report shows live in its deployment only")
def live(bench: Bench) -> None:
    """The stream of a page is that of its deployment."""
    server = bench.server("deployments.declared=prod,staging")
    for deployment in ("prod", "staging"):
        server.report("materialization", ["shop", "first"], deployment)
    prod, staging = bench.tab(server), bench.tab(server)
    prod.open("/prod/assets")
    staging.open("/staging/assets")
    prod.settle()
    staging.settle()
    server.report("materialization", ["shop", "second"], "prod")
    views.eventually(prod, lambda: "shop/second" in views.listed(prod.page), 5, "prod does not show its report")
    assert "shop/second" not in views.listed(staging.page), "staging shows a report of prod"


@check("an undeclared deployment has no pages", allow_failed_loads=True)
def undeclared(bench: Bench) -> None:
    """It is not found, with a page that leads on."""
    server, _ = bench.shared()
    tab = bench.tab(server)
    answer = tab.open("/porduction/assets")
    assert answer.status == 404, f"status {answer.status}"
