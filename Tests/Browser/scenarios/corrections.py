"""Voiding an event on its page, by an administrator alone."""
import html
import json

from playwright.sync_api import expect

import fixtures
import views
from browser import NARROW, Look
from elsewhere import pages_elsewhere
from pages import asset
from scenarios import Bench, check
from scenarios.sign_in import guarded, signed_in

REASON = "the file of another day"


def void_by_hand(bench: Bench, look: Look) -> None:
    """Voids an event with a reason, and sees it as void everywhere."""
    server = guarded(bench)
    server.report("materialization", ["warehouse", "wrong"], metadata={"rows": 2})
    event = server.report("materialization", ["warehouse", "wrong"], metadata={"rows": 1})
    tab = signed_in(bench, server, server.make_token("admin", "read,admin"), look, f"/event/{event}")
    views.open_void_form(tab)
    views.reason_box(tab.page).fill(REASON)
    views.confirm_void(tab.page)
    expect(views.main(tab.page).get_by_text(REASON).first).to_be_visible()
    shown = json.loads(server.get(f"/api/v1/events/{event}")[1])
    assert shown["voided"]["reason"] == REASON and shown["voided"]["by"] == "admin", f"the event has {shown.get('voided')}"
    tab.open(f"/event/{event}")
    assert "void" in views.main(tab.page).inner_text().lower(), "the event's page does not say that it is void"
    expect(views.main(tab.page).get_by_text(REASON).first).to_be_visible()
    expect(views.reason_box(tab.page)).to_have_count(0)
    tab.open(asset(["warehouse", "wrong"], "events"))
    assert "void" in views.main(tab.page).inner_text().lower(), "the timeline does not say that the event is void"


@check("an administrator voids an event with a reason")
def void(bench: Bench) -> None:
    """With JavaScript."""
    void_by_hand(bench, Look())


@check("an administrator voids an event without JavaScript")
def void_without_scripts(bench: Bench) -> None:
    """And without."""
    void_by_hand(bench, Look(NARROW).without_scripts())


@check("a void needs a reason and a second step")
def confirmation(bench: Bench) -> None:
    """One click on the event's page changes nothing, and neither does an empty reason."""
    server = guarded(bench)
    event = server.report("materialization", ["warehouse", "right"])
    tab = signed_in(bench, server, server.make_token("admin", "read,admin"), path=f"/event/{event}")
    assert not views.reason_box(tab.page).count(), "the form is open from the start"
    views.open_void_form(tab)
    views.confirm_void(tab.page)
    tab.page.wait_for_timeout(300)
    assert "voided" not in json.loads(server.get(f"/api/v1/events/{event}")[1]), "the event is void without a reason"


@check("a page of another server voids nothing for an administrator", allow_failed_loads=True)
def forged(bench: Bench) -> None:
    """Other ports of a host get its cookies sent, too; it is the Origin that tells such a request."""
    server = guarded(bench)
    event = server.report("materialization", ["warehouse", "right"])
    tab = signed_in(bench, server, server.make_token("admin", "read,admin"), path=f"/event/{event}")
    views.open_void_form(tab)
    fields = views.reason_box(tab.page).evaluate("""box => box.form
        ? {action: box.form.action, names: [...new FormData(box.form), ["confirm", "yes"]]
            .map(([name, value]) => [name, name === box.name ? "forged" : value])}
        : null""")
    actions = [f"{server.address}/api/v1/events/{event}/void", f"{server.address}/event/{event}/void"]
    names = [["reason", "forged"]]
    if fields:
        actions, names = [fields["action"], *actions], fields["names"]
    for action in actions:
        inputs = "".join(f'<input name="{html.escape(name)}" value="{html.escape(str(value))}">' for name, value in names)
        other = bench.enter(pages_elsewhere(
            f'<!doctype html><title>elsewhere</title><form method="post" action="{action}">{inputs}<button>Go</button></form>'))
        page = tab.context.new_page()
        page.goto(other)
        page.get_by_role("button", name="Go").click()
        page.wait_for_timeout(300)
        assert "voided" not in json.loads(server.get(f"/api/v1/events/{event}")[1]), f"a form elsewhere voided it by {action}"
        page.close()
    # The other server was asked by the test itself, not by a page.
    tab.elsewhere.clear()


@check("an event that can't be voided offers no way to", allow_failed_loads=True)
def not_twice(bench: Bench) -> None:
    """A void event, a void, and a wipe."""
    server = guarded(bench)
    event = server.report("materialization", ["warehouse", "wrong"])
    server.void(event, REASON)
    tab = signed_in(bench, server, server.make_token("admin", "read,admin"))
    for path in (f"/event/{event}", f"/event/{fixtures.latest(server, ['warehouse', 'wrong'], 'void')}"):
        tab.open(path)
        assert views.reason_box(tab.page).count() == 0, f"{path} has a form"
        assert views.void_summary(tab.page).count() == 0, f"{path} offers to void"
