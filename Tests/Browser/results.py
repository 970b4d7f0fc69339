"""What came of the checks: a line for each, what was wrong with those that failed, and how many there were."""
import re
import sys
import tempfile
from pathlib import Path
from typing import Any


class Results:
    """Counts checks and says what came of each. Pictures of failures are kept in a folder that is made when the first is taken."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.passed = 0
        self.failed = 0
        self.failures: list[str] = []
        self.notes: dict[str, list[str]] = {}

    def passes(self, name: str, seconds: float, note: str = "") -> None:
        """Says that a check passed."""
        self.passed += 1
        self._say(f"ok      {name}  ({seconds:.1f} s{', ' + note if note else ''})")

    def fails(self, name: str, seconds: float, faults: list[str]) -> None:
        """Says that a check failed, and why."""
        self.failed += 1
        self.failures.append(name)
        self._say(f"FAILED  {name}  ({seconds:.1f} s)")
        for fault in faults:
            self._say("        " + fault.replace("\n", "\n          "))

    def note(self, text: str, name: str) -> None:
        """Keeps what is worth knowing of a page and is no failure; the end says it once for all pages."""
        self.notes.setdefault(text, []).append(name)

    def picture(self, page: Any, name: str) -> str:
        """Keeps a picture of the page, and says where."""
        if self.folder is None:
            self.folder = Path(tempfile.mkdtemp(prefix="assetlog-browser-failures-", dir="/tmp"))
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / (file_name(name) + ".png")
        try:
            page.screenshot(path=path, timeout=5_000)
        except Exception as problem:  # The failure itself matters more than its picture.
            return f"no picture: {first_line(problem)}"
        return f"picture: {path}"

    def close(self) -> int:
        """Says the result of all; returns the exit status."""
        for text, names in sorted(self.notes.items()):
            self._say(f"info    {text}: on {len(names)} pages, such as {names[0]}")
        for name in self.failures:
            self._say(f"FAILED: {name}")
        if self.failures and self.folder:
            self._say(f"pictures of the failures: {self.folder}")
        self._say(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0

    def _say(self, text: str) -> None:
        # What pages say may be anything, also what a terminal takes as a command.
        sys.stdout.write("".join(c if c == "\n" or c.isprintable() else repr(c)[1:-1] for c in text) + "\n")
        sys.stdout.flush()


def file_name(text: str) -> str:
    """A name for a file that says what a text says."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:120] or "page"


def first_line(problem: BaseException) -> str:
    """What an error says first."""
    return (str(problem).strip() or type(problem).__name__).splitlines()[0][:500]
