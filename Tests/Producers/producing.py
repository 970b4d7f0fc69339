"""What the scenarios share: a server on an empty log, checks that are counted, and a folder that is removed at the end."""
import contextlib, shutil, sys, tempfile

from harness import Server

counts = {True: 0, False: 0}


def check(name, holds, detail=""):
    """Prints and counts one comparison."""
    counts[bool(holds)] += 1
    print(f"{'ok    ' if holds else 'FAILED'} {name}" + ("" if holds or not detail else f": {detail}"), flush=True)


def equal(name, found, expected):
    """Compares a value with the one that is expected."""
    check(name, found == expected, f"found {found!r}, expected {expected!r}")


@contextlib.contextmanager
def serving(*arguments):
    """A server on an empty log, and a folder for what the scenario needs."""
    folder = tempfile.mkdtemp(prefix="assetlog-producer-")
    server = Server(f"{folder}/data", arguments).start()
    try:
        yield server, folder
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def finish():
    """Ends the scenario; with 1 when a comparison failed, or none was made."""
    print(f"{counts[True]} ok, {counts[False]} failed", flush=True)
    sys.exit(0 if counts[True] and not counts[False] else 1)
