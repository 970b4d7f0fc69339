"""What the scenarios share: a server on an empty log, checks that are counted, and a folder that is removed at the end."""
import contextlib, os, re, shutil, subprocess, sys, tempfile

from harness import ROOT, Server, binary

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


def assetlog(server, *words, folder=None):
    """Runs a command of Assetlog for a server, and returns what it says."""
    environment = dict(os.environ, ASSETLOG_URL=f"http://127.0.0.1:{server.port}")
    return subprocess.run([binary(), *words], cwd=folder, env=environment, capture_output=True, text=True)


def added(server, action):
    """The events that an action adds to the log, and what it returns."""
    before = len(server.events())
    result = action()
    return server.events()[before:], result


def same(name, found, expected):
    """Compares two sets of rows, and names those that differ."""
    for row in sorted(expected - found, key=str):
        check(f"{name}: {row}", False, "missing")
    for row in sorted(found - expected, key=str):
        check(f"{name}: {row}", False, "not expected")
    check(f"{name}: the log has what the table says", found == expected)


def keep(name, text, folder):
    """Keeps a file as a fixture of Tests/AssetlogResultsTests where RECORD names a folder, without the paths of this machine."""
    if os.environ.get("RECORD"):
        os.makedirs(os.environ["RECORD"], exist_ok=True)
        text = re.sub(r'/[^"\' ,\\\\]*/(site-packages|python3[.0-9]*)/', r"/\1/", text.replace(folder, "/shop").replace(ROOT, ""))
        with open(f"{os.environ['RECORD']}/{name}", "w") as out:
            out.write(text)
