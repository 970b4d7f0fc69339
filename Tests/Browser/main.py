"""Looks at the pages of real servers with Chromium, and does on them what people do.

    Tests/Browser/run                       everything but the measurements
    Tests/Browser/run --list                the names of all checks
    Tests/Browser/run --only live           those whose name has this text; can be given several times
    Tests/Browser/run --quick               each page in three looks instead of eight
    Tests/Browser/run --speed               the measurements
    Tests/Browser/run --screenshots DIR     pictures of the main pages, and no checks

A line for each check, what was wrong, and where pictures of the failures are; the last line counts. `pages: …` are the checks of
every page (pages.py), the others are what people do (scenarios/). What things are called on the pages is in views.py alone.
BROWSER_PATIENCE=3 allows all that takes time three times as much, for a machine that does much else.
"""
import argparse
import functools
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

import pages
import scenarios
from browser import ALL_LOOKS, FEW_LOOKS, NARROW, SCHEMES, WIDE, Chromium, Look, Lookers, Tab
from fixtures import Known
from pages import PageCase
from results import Results, file_name, first_line
from scenarios import Bench, Check

# The names of events are made with the fixtures; for names of checks any will do.
NO_EVENTS = Known({name: "" for name in (
    "materialization", "observation", "check", "failure", "started", "skipped", "all metadata", "hostile", "hostile failure",
    "labels", "voided", "void", "wipe")})


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="Tests/Browser/run", description=__doc__.splitlines()[0])
    parser.add_argument("--server", help="the program assetlog; default: that of the debug build")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help=argparse.SUPPRESS)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only checks whose name has this text")
    parser.add_argument("--list", action="store_true", help="print the names of the checks")
    parser.add_argument("--quick", action="store_true", help="look at each page in fewer ways")
    parser.add_argument("--speed", action="store_true", help="measure how soon pages are there")
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="keep pictures of the main pages")
    parser.add_argument("--failures", type=Path, metavar="DIR", help="where pictures of failures go; default: a new folder in /tmp")
    return parser.parse_args()


# One check

def run_check(bench: Bench, results: Results, check: Check) -> None:
    """Runs a scenario; what its windows noted counts, too."""
    started = time.monotonic()
    with bench.one_check():
        faults: list[str] = []
        try:
            check.run(bench)
            for tab in bench.tabs:
                faults += [f"{fault}\n{where(tab)}" for fault in tab.incidents(allow_failed_loads=check.allow_failed_loads)]
        except (AssertionError, Error) as problem:
            faults.append(said(problem))
        except Exception:  # A fault of a server or of the check itself is a failure as well.
            faults.append(traceback.format_exc())
        if faults:
            for number, tab in enumerate(bench.tabs):
                faults.append(f"{where(tab)}; {results.picture(tab.page, f'{check.name} {number or str()}')}")
            results.fails(check.name, time.monotonic() - started, faults)
        else:
            results.passes(check.name, time.monotonic() - started, "; ".join(bench.notes))


def run_page(lookers: Lookers, results: Results, looks: list[Look], case: PageCase) -> None:
    """Looks at a page in each way. Faults that are the same in several looks are said once."""
    started, notes, size = time.monotonic(), set[str](), 0
    found: dict[str, list[Look]] = {}
    pictures: list[str] = []
    for look in looks:
        tab = lookers.tab(look)
        try:
            faults = pages.faults(tab, case, notes)
            size = max(size, tab.transferred("document", "stylesheet", "script"))
            broken = False
        except Error as problem:
            faults, broken = [said(problem)], True
        if any(fault not in found for fault in faults):
            pictures.append(results.picture(tab.page, f"{case.name} {look}"))
        for fault in faults:
            found.setdefault(fault, []).append(look)
        if broken:
            lookers.close(look)
    for note in notes:
        results.note(note, case.name)
    name = f"pages: {case.name}"
    if found:
        lines = [f"{fault}\nin {seen_in(seen, looks)}" for fault, seen in found.items()]
        results.fails(name, time.monotonic() - started, [f"at {lookers.address}{case.path[:300]}", *lines, *pictures])
    else:
        results.passes(name, time.monotonic() - started, f"{len(looks)} looks, {size / 1000:.1f} kB")


def seen_in(seen: list[Look], looks: list[Look]) -> str:
    """In which looks a fault was seen."""
    return "each look" if len(seen) == len(looks) else "; ".join(map(str, seen))


def where(tab: Tab) -> str:
    """Which page it was, and how it was looked at."""
    return f"at {tab.page.url[:300]}, {tab.look}"


def said(problem: BaseException) -> str:
    """What a check or Playwright says, without what repeats."""
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    return "\n".join(lines[:12])[:2_000] or type(problem).__name__


# All of them

def page_cases(bench: Bench | None, wanted: Callable[[str], bool]) -> list[PageCase]:
    """The pages to look at; the server with the fixtures is started only if there are any."""
    if not any(wanted(f"pages: {case.name}") for case in pages.cases(NO_EVENTS)):
        return []
    known = bench.shared()[1] if bench else NO_EVENTS
    return [case for case in pages.cases(known) if wanted(f"pages: {case.name}")]


def wanted_names(options: argparse.Namespace, name: str) -> bool:
    """Whether a check is to run."""
    if options.only:
        return any(text.lower() in name.lower() for text in options.only)
    return name.startswith("speed:") == options.speed


def take_pictures(bench: Bench, folder: Path) -> None:
    """Keeps pictures of the main pages, in both widths and schemes, whole from top to bottom."""
    server, known = bench.shared()
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for case in pages.cases(known):
        for look in (Look(width, scheme) for width in (NARROW, WIDE) for scheme in SCHEMES if case.is_main):
            with bench.chromium.tab(server.address, look) as tab:
                tab.open(case.path)
                tab.settle()
                tab.page.screenshot(path=folder / f"{file_name(case.name)}-{look.width}-{look.scheme}.png", full_page=True)
                count += 1
    print(f"{count} pictures in {folder}")


def run(options: argparse.Namespace, chromium: Chromium, folder: Path) -> int:
    """Does what the command line asks for; returns the exit status."""
    wanted = functools.partial(wanted_names, options)
    results = Results(options.failures)
    bench = Bench(chromium, options.server, folder)
    try:
        if options.screenshots:
            take_pictures(bench, options.screenshots)
            return 0
        for check in scenarios.all_checks():
            if wanted(check.name):
                run_check(bench, results, check)
        if cases := page_cases(bench, wanted):
            lookers = Lookers(chromium, bench.shared()[0].address, pages.AXE)
            for case in cases:
                run_page(lookers, results, FEW_LOOKS if options.quick else ALL_LOOKS, case)
            lookers.close()
    finally:
        bench.close()
    return results.close()


def main() -> int:
    """Starts Chromium and ends it."""
    options = arguments()
    wanted = functools.partial(wanted_names, options)
    if options.list:
        names = [check.name for check in scenarios.all_checks()]
        names += [f"pages: {case.name}" for case in page_cases(None, lambda _: True)]
        print(*(name for name in names if not options.only or wanted(name)), sep="\n")
        return 0
    if not options.server or not os.access(options.server, os.X_OK):
        print(f"no server at {options.server}: build it with Scripts/run, or name it with --server", file=sys.stderr)
        return 1
    # SIGTERM ends the run as Ctrl-C does, so that servers and folders go, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="assetlog-browser-", ignore_cleanup_errors=True) as folder:
        # What Chromium and Playwright leave behind goes with it.
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        with sync_playwright() as playwright:
            try:
                chromium = Chromium(playwright, options.chromium, float(os.environ.get("BROWSER_PATIENCE", "1")))
            except Error as problem:
                print(f"skipped: {options.chromium} does not start: {first_line(problem)}", file=sys.stderr)
                return 1 if os.environ.get("CI") == "true" else 77
            try:
                return run(options, chromium, Path(folder))
            finally:
                chromium.close()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
