"""What people do on the pages. Each module is a topic, and each function with @check is one check of it."""
import importlib
import pkgutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fixtures
from browser import Chromium, Look, Tab
from server import Server


class Bench:
    """What a check works with. The server with the fixtures is shared by those that change nothing."""

    def __init__(self, chromium: Chromium, binary: str, folder: Path) -> None:
        self.chromium, self.binary, self.folder = chromium, binary, folder
        self.patience = chromium.patience
        self.tabs: list[Tab] = []
        self.notes: list[str] = []
        self._shared: tuple[Server, fixtures.Known] | None = None
        self._for_all = ExitStack()
        self._for_one = ExitStack()

    # Servers

    def shared(self) -> tuple[Server, fixtures.Known]:
        """The server that was told the fixtures, and the IDs of some of its events."""
        if self._shared is None:
            server = self._start(self._for_all, settings=["deployments.declared=prod,staging"])
            self._shared = server, fixtures.main(server)
        return self._shared

    def server(self, *settings: str, path_prefix: str = "") -> Server:
        """A server for this check alone."""
        return self._start(self._for_one, settings, path_prefix)

    def _start(self, until: ExitStack, settings: Any, path_prefix: str = "") -> Server:
        folder = Path(until.enter_context(tempfile.TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True)))
        server = Server(self.binary, folder, settings, path_prefix)
        until.callback(server.stop)
        return server.start()

    # Windows

    def tab(self, server: Server, look: Look = Look(), **options: Any) -> Tab:
        """A new window for this check."""
        tab = self._for_one.enter_context(self.chromium.tab(server.address, look, **options))
        self.tabs.append(tab)
        return tab

    def enter(self, manager: Any) -> Any:
        """Something else that this check needs, and that ends with it."""
        return self._for_one.enter_context(manager)

    def note(self, text: str) -> None:
        """Says more about a check that passed."""
        self.notes.append(text)

    # Its life

    @contextmanager
    def one_check(self) -> Iterator[None]:
        """Ends all that one check has started."""
        self.tabs, self.notes = [], []
        with ExitStack() as self._for_one:
            yield

    def close(self) -> None:
        """Ends the servers of all checks."""
        self._for_all.close()


@dataclass(frozen=True)
class Check:
    """One thing that must hold."""

    topic: str
    says: str
    run: Callable[[Bench], None]
    # Whether requests may fail in it, such as while a server is gone.
    allow_failed_loads: bool

    @property
    def name(self) -> str:
        """What it is called in the output and for --only."""
        return f"{self.topic}: {self.says}"


CHECKS: list[Check] = []


def check(says: str, allow_failed_loads: bool = False) -> Callable[[Callable[[Bench], None]], Callable[[Bench], None]]:
    """Makes a check of a function; what it says follows the name of its module."""
    def register(function: Callable[[Bench], None]) -> Callable[[Bench], None]:
        CHECKS.append(Check(function.__module__.rsplit(".", 1)[-1], says, function, allow_failed_loads))
        return function
    return register


def all_checks() -> list[Check]:
    """The checks of all topics."""
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return CHECKS
