"""Chromium: windows of some width and colours, with and without JavaScript, that note all that goes wrong in them."""
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Playwright, Request, Response, expect

NARROW, WIDE = 390, 1440
# Nothing but the servers of the tests is ever asked. What a page asks for elsewhere is still noted as its fault.
ARGUMENTS = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
# Where the windows are: far from UTC, so that days which are shown in the wrong zone are other days.
ZONE = "America/Los_Angeles"
# Collects what the content security policy of a page forbids.
NOTE_VIOLATIONS = """
    Object.defineProperty(window, "__violations", {value: [], enumerable: false});
    addEventListener("securitypolicyviolation", event => __violations.push([
        event.effectiveDirective, "forbids", event.blockedURI, "in line", event.lineNumber, "of", event.sourceFile || "the page",
        event.sample].join(" ")));
"""


@dataclass(frozen=True)
class Look:
    """How somebody looks at a page."""

    width: int = WIDE
    scheme: Literal["light", "dark"] = "light"
    scripts: bool = True

    def __str__(self) -> str:
        return f"{self.width} px, {self.scheme}{'' if self.scripts else ', without JavaScript'}"

    def without_scripts(self) -> "Look":
        """The same without JavaScript."""
        return replace(self, scripts=False)


SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]
ALL_LOOKS = [Look(width, scheme, scripts) for scripts in (True, False) for width in (NARROW, WIDE) for scheme in SCHEMES]
# Each width, each scheme, with and without JavaScript: the least that a quick run looks at.
FEW_LOOKS = [Look(NARROW, "dark"), Look(WIDE, "light"), Look(NARROW, "light", scripts=False)]


@dataclass
class Tab:
    """A window with one page, without cookies and cache at first, and what was noted since it was opened."""

    page: Page
    look: Look
    address: str
    # By how much everything that takes time may take longer.
    patience: float = 1
    console: list[tuple[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    finished: list[Request] = field(default_factory=list)

    @property
    def context(self) -> BrowserContext:
        """The window, with its cookies."""
        return self.page.context

    @property
    def path(self) -> str:
        """Where the page is, without the server's address."""
        here = urlsplit(self.page.url)
        return here.path + (f"?{here.query}" if here.query else "")

    def open(self, path: str) -> Response:
        """Goes to a page and waits until it is there."""
        answer = self.page.goto(urljoin(self.address, path), wait_until="load")
        assert answer is not None, f"{path} gave no answer"
        return answer

    def settle(self) -> None:
        """Waits until scripts have had their turn, and pictures that can't be loaded have failed."""
        if self.look.scripts:
            self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.page.wait_for_timeout(60 if self.look.scripts else 20)

    def incidents(self, *, allow_failed_loads: bool = False) -> list[str]:
        """What a page must never do: errors in the console, breaches of its own policy, requests to other servers.

        A page that is itself answered with an error is noted by Chromium as one that failed to load; that is no fault.
        With `allow_failed_loads`, nor are other requests that fail, such as while the server is gone.
        """
        faults = [f"error of the page: {text}" for text in self.errors]
        for text, url in self.console:
            failed_load = text.startswith("Failed to load resource") or "net::ERR_" in text
            if failed_load and (allow_failed_loads or url == self.page.url):
                continue
            faults.append(f"error in the console: {text}" + (f" ({url})" if failed_load else ""))
        faults += [f"asked another server: {url}" for url in self.elsewhere]
        faults += [f"content security policy: {text}" for text in self._violations()]
        return faults

    def forget(self) -> None:
        """Begins anew: what was noted is forgotten, and so are cookies."""
        self.context.clear_cookies()
        for notes in (self.console, self.errors, self.elsewhere, self.finished):
            notes.clear()

    def without_cache(self) -> None:
        """Everything comes over the network from now on, as for somebody who was never here."""
        session = self.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def transferred(self, *types: str) -> int:
        """How many bytes of the named types came over the network, compressed as they were."""
        return sum(max(0, request.sizes()["responseBodySize"]) for request in self.finished if request.resource_type in types)

    def _violations(self) -> list[str]:
        return self.page.evaluate("window.__violations || []") if self.look.scripts else []

    def watch(self) -> None:
        """Begins to take notes."""
        self.page.on("console", self._note_message)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("requestfinished", lambda request: self.finished.append(request))
        self.context.on("request", lambda request: self._note_request(request))

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "assert"):
            self.console.append((message.text, message.location.get("url", "")))

    def _note_request(self, request: Request) -> None:
        target = urlsplit(request.url)
        if target.scheme not in ("data", "blob", "about") and target.netloc != urlsplit(self.address).netloc:
            self.elsewhere.append(request.url)


class Lookers:
    """A window for each look, which stays open for many pages: to open one takes longer than to look at a page."""

    def __init__(self, chromium: "Chromium", address: str, script: str) -> None:
        self.chromium, self.address, self.script = chromium, address, script
        self._tabs: dict[Look, tuple[Tab, ExitStack]] = {}

    def tab(self, look: Look) -> Tab:
        """The window of a look, without what was before."""
        if look not in self._tabs:
            stack = ExitStack()
            tab = stack.enter_context(self.chromium.tab(self.address, look))
            tab.without_cache()
            tab.context.add_init_script(self.script)
            self._tabs[look] = tab, stack
        tab, _ = self._tabs[look]
        tab.address = self.address
        tab.forget()
        return tab

    def close(self, *looks: Look) -> None:
        """Closes the window of a look, for which the next page gets a new one; or all."""
        for look in looks or list(self._tabs):
            if look in self._tabs:
                self._tabs.pop(look)[1].close()


class Chromium:
    """A running Chromium."""

    def __init__(self, playwright: Playwright, executable: str, patience: float) -> None:
        self.process = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        self.patience = patience
        expect.set_options(timeout=5_000 * patience)

    @contextmanager
    def tab(self, address: str, look: Look = Look(), **options: Any) -> Iterator[Tab]:
        """A new window, as of somebody who was never here."""
        narrow = look.width < 800
        context = self.process.new_context(
            viewport={"width": look.width, "height": 844 if narrow else 900}, is_mobile=narrow, has_touch=narrow,
            color_scheme=look.scheme, java_script_enabled=look.scripts, timezone_id=ZONE, locale="en-US",
            reduced_motion="reduce", **options)
        try:
            context.set_default_timeout(5_000 * self.patience)
            context.set_default_navigation_timeout(15_000 * self.patience)
            context.add_init_script(NOTE_VIOLATIONS)
            tab = Tab(context.new_page(), look, address, self.patience)
            tab.watch()
            yield tab
        finally:
            with suppress(Error):
                context.close()

    def close(self) -> None:
        """Ends it, with all its windows. One that is gone, as after a signal, is as good."""
        with suppress(Error):
            self.process.close()
