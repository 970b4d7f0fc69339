"""What a person finds on the pages: the only place that knows how things are called there.

Things are found by their roles and names, as by somebody who listens to the page. Where a name is not settled, several are tried.
"""
import re
import time
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Error, Locator, Page, expect

from browser import Tab
from server import Key

# An asset whose key does not fit into a path, such as one with a part of two dots, is named in the query.
ASSET_LINKS = "main a:is([href*='/asset/'], [href*='/asset?'])"
# The keys of the assets that are linked, in their order, each once.
LISTED = """links => [...new Set(links.filter(link => link.checkVisibility()).map(link => {
    const url = new URL(link.href), key = url.searchParams.get("asset_key");
    return key ? JSON.parse(key).join("/") : decodeURIComponent(url.pathname.split("/asset/")[1]);
}))]"""


def words(*texts: str) -> re.Pattern[str]:
    """Any of these texts, alone or at the beginning of more."""
    return re.compile(r"^\W*(" + "|".join(re.escape(text) for text in texts) + r")\b", re.I)


def written(key: Key) -> re.Pattern[str]:
    """A key as a page may write it: with slashes, and perhaps blanks around them."""
    # A slash as such would end the pattern for Playwright.
    return re.compile(r"\s*\x2f\s*".join(re.escape(part).replace("/", r"\x2f") for part in key))


def find(scope: Page | Locator, name: re.Pattern[str], *roles: Any) -> Locator:
    """The first visible thing with one of these roles and that name."""
    choices = [scope.get_by_role(role, name=name) for role in roles]
    every = choices[0]
    for choice in choices[1:]:
        every = every.or_(choice)
    return every.filter(visible=True).first


def main(page: Page) -> Locator:
    """The page's content, without what is around it on every page."""
    return page.get_by_role("main")


# Everywhere

def navigation(page: Page, name: str) -> Locator:
    """A link to another main page."""
    return find(page.get_by_role("navigation").first, words(name), "link")


def connection_notice(page: Page) -> Locator:
    """What says that the page does not follow the server at the moment."""
    return page.get_by_text(re.compile(r"connection|reconnect|not live|offline", re.I)).filter(visible=True).first


def sign_out(page: Page) -> Locator:
    """What ends a session."""
    return find(page, words("Sign out"), "button", "link")


def deployment_link(page: Page, name: str) -> Locator:
    """What shows the same of another deployment."""
    return find(page, re.compile(rf"^\s*{re.escape(name)}\s*$", re.I), "link", "menuitem")


def choose_deployment(tab: Tab, name: str) -> None:
    """Goes to another deployment, by whatever offers them: links, a menu that opens, or a list to choose from."""
    page = tab.page
    lists = page.get_by_role("combobox").filter(has=page.locator("option", has_text=re.compile(rf"^\s*{re.escape(name)}\s*$")))
    if lists.count():
        lists.first.select_option(label=name)
        submit = find(page, words("Go", "Switch", "Show"), "button")
        if submit.count():
            submit.click()
        return
    if not deployment_link(page, name).count():
        page.locator("summary").filter(visible=True).first.click()
    deployment_link(page, name).click()


# Lists of assets

def asset_link(page: Page, key: Key) -> Locator:
    """The link to an asset's page."""
    return main(page).get_by_role("link", name=written(key)).filter(visible=True).first


def listed(page: Page) -> list[str]:
    """The assets in a list, in its order, as `a/b`."""
    return page.locator(ASSET_LINKS).evaluate_all(LISTED)


def search_box(page: Page) -> Locator:
    """Where one types what to look for."""
    return page.get_by_role("searchbox").filter(visible=True).first


def state_filter(page: Page, state: str) -> Locator:
    """What shows only the assets in a state."""
    return find(main(page), words(state), "link", "checkbox", "radio", "button")


def choose_state(tab: Tab, state: str) -> None:
    """Shows only the assets in a state."""
    choose(tab, state_filter(tab.page, state), state)


def choose_sort(tab: Tab, *names: str) -> None:
    """Sorts a list."""
    choose(tab, find(main(tab.page), words(*names), "link", "radio", "button"), *names)


def choose(tab: Tab, control: Locator, *names: str) -> None:
    """Uses a control, or the option of a list to choose from, and sends the form where nothing else does."""
    page, before = tab.page, tab.page.url
    if control.count():
        control.click()
    else:
        option = main(page).locator("option", has_text=words(*names)).first
        main(page).locator("select").filter(has=option).first.select_option(label=option.inner_text())
    submit = find(main(page), words("Apply", "Search", "Show", "Filter"), "button")
    if page.url == before and not tab.look.scripts and submit.count():
        submit.click()


def next_page(page: Page) -> Locator:
    """The link to more of a list."""
    return find(page, words("Next", "More", "Older"), "link")


# An asset

def view_link(page: Page, view: str) -> Locator:
    """The link to another view of an asset."""
    return find(page, words(view), "link", "tab")


def plot_points(page: Page) -> Locator:
    """The points of plots, each of which leads to its event."""
    return main(page).locator("svg a[href]")


def partition_cell(page: Page, partition: str) -> Locator:
    """The cell of a partition in the calendar or grid."""
    return main(page).get_by_role("link", name=re.compile(re.escape(partition))).first


def check_entry(page: Page, name: str) -> Locator:
    """What is said about a check."""
    return main(page).locator("tr, li, section, article, details").filter(has_text=name).last


def event_links(page: Page) -> Locator:
    """The links to events of a timeline."""
    return main(page).locator("a[href*='/event/']")


def choose_kind(tab: Tab, *names: str) -> None:
    """Shows only the events of a kind."""
    choose(tab, find(main(tab.page), words(*names), "link", "checkbox", "radio", "button"), *names)


# An event

def void_button(page: Page) -> Locator:
    """What begins to void an event."""
    return find(main(page), words("Void"), "button", "link")


def void_summary(page: Page) -> Locator:
    """What opens the form for a void."""
    return main(page).locator("summary", has_text=words("Void")).first


def reason_box(page: Page) -> Locator:
    """Where one says why an event is void."""
    return page.get_by_role("textbox", name=re.compile("reason|why", re.I)).filter(visible=True).first


def confirm_void(page: Page) -> None:
    """Says that one means it, and voids the event."""
    sure = main(page).get_by_role("checkbox").filter(visible=True)
    if sure.count():
        sure.first.check()
    find(page, words("Void"), "button").click()


def open_void_form(tab: Tab) -> None:
    """Opens the form with the reason, unless it is there."""
    if reason_box(tab.page).count():
        return
    opener = void_summary(tab.page) if void_summary(tab.page).count() else void_button(tab.page)
    opener.click()
    expect(reason_box(tab.page)).to_be_visible()


# Signing in

def token_box(page: Page) -> Locator:
    """Where one enters a token."""
    return page.get_by_label(words("Token")).filter(visible=True).first


def sign_in(tab: Tab, token: str) -> None:
    """Enters a token on the page for signing in."""
    token_box(tab.page).fill(token)
    find(tab.page, words("Sign in"), "button").click()


def refusal(page: Page) -> Locator:
    """What says that a token was refused."""
    return page.get_by_role("alert").filter(visible=True).first


# Helpers

def path_is(tab: Tab, path: str) -> None:
    """The window must come to a path, whatever its query."""
    try:
        tab.page.wait_for_url(lambda url: urlsplit(url).path == path)
    except Error as problem:
        raise AssertionError(f"the window is at {tab.path}, not at {path}") from problem


def query_has(tab: Tab, text: str) -> None:
    """The address must come to have something in its query."""
    try:
        tab.page.wait_for_url(lambda url: text in unquote(urlsplit(url).query), wait_until="commit")
    except Error as problem:
        raise AssertionError(f"the window is at {tab.path}, which has no {text}") from problem


def eventually(tab: Tab, condition: Any, seconds: float, what: str) -> None:
    """Waits until a condition holds, and fails with what else is the case."""
    end = time.monotonic() + seconds * tab.patience
    while time.monotonic() < end:
        if condition():
            return
        tab.page.wait_for_timeout(50)
    raise AssertionError(f"{what}; the window is at {tab.path}")
