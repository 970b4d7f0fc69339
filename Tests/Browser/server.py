"""Real servers on free ports of 127.0.0.1, and reports to them over HTTP."""
import ctypes
import email.message
import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

Key = list[str]
Event = dict[str, Any]
LIBRARY = ctypes.CDLL(None, use_errno=True)


def path_of(key: Key) -> str:
    """The parts of a key as segments of a URL's path."""
    return "/".join(quote(part, safe="") for part in key)


class Server:
    """`assetlog serve` on a folder of its own. It can be killed and started again on the same port."""

    def __init__(self, binary: str, folder: Path, settings: Iterable[str] = (), path_prefix: str = "") -> None:
        self.binary, self.folder, self.path_prefix = binary, folder, path_prefix
        self.settings = [word for setting in settings for word in ("--set", setting)]
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.token: str | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def address(self) -> str:
        """What comes before the path of every page."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def _options(self) -> list[str]:
        return ["--data", str(self.folder / "data"), *self.settings]

    # Its life

    def start(self, seconds: float = 60) -> "Server":
        """Starts it, on the port that it had before, and waits until it is ready."""
        said = self.folder / "said"
        prefix = ["--path-prefix", self.path_prefix] if self.path_prefix else []
        with open(said, "wb") as output:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--listen", f"127.0.0.1:{self.port}", *prefix, *self._options],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, preexec_fn=end_with_parent)
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            if found := re.search(r"^assetlog ready at http://127\.0\.0\.1:(\d+)", said.read_text(errors="replace"), re.M):
                self.port = int(found[1])
                return self
            time.sleep(0.02)
        raise RuntimeError(f"the server did not get ready:\n{said.read_text(errors='replace')[-2000:]}")

    def kill(self) -> None:
        """Ends it at once, as a power cut does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Asks it to end, and kills it if it does not."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    # Its tokens

    def make_token(self, name: str, allow: str, assets: Iterable[str] = ()) -> str:
        """Makes a token with these rights, for these assets, and waits until the server knows it."""
        scope = [word for pattern in assets for word in ("--assets", pattern)]
        token = self._command("token", "create", name, "--allow", allow, *scope).strip()
        self._wait_until(token, accepted=True)
        return token

    def revoke(self, name: str) -> None:
        """Revokes the tokens of a name. The server may take a second to notice."""
        self._command("token", "revoke", name)

    def _wait_until(self, token: str, accepted: bool) -> None:
        end = time.monotonic() + 10
        while self.process is not None and time.monotonic() < end:
            if (self.get("/server_info", token=token)[0] != 401) == accepted:
                return
            time.sleep(0.05)

    def _command(self, *words: str) -> str:
        done = subprocess.run([self.binary, *words, *self._options], capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"assetlog {' '.join(words)}: {done.stderr}")
        return done.stdout

    # Requests

    def ask(self, method: str, path: str, body: bytes | None = None, token: str | None = None,
            **headers: str) -> tuple[int, email.message.Message, bytes]:
        """Sends a request, with the server's own token unless another one is given, and follows no redirect."""
        token = token or self.token
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            fields["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(f"{self.address}{path}", body, fields, method=method)
        try:
            with OPENER.open(request, timeout=120) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers, answer.read()

    def get(self, path: str, token: str | None = None) -> tuple[int, bytes]:
        """Reads what a path answers."""
        status, _, body = self.ask("GET", self.path_prefix + path, token=token)
        return status, body

    def report(self, kind: str, key: Key, deployment: str = "", **fields: Any) -> str:
        """Reports as with curl, on Dagster's route; returns the event's ID."""
        place = f"/{deployment}" if deployment else ""
        status, headers, body = self.ask(
            "POST", f"{self.path_prefix}{place}/report_asset_{kind}/{path_of(key)}", json.dumps(fields).encode(),
            Content_Type="application/json")
        if status != 200:
            raise RuntimeError(f"the report of {key} was answered {status}: {body[:500]!r}")
        return headers["Assetlog-Event-Id"]

    def submit(self, events: Iterable[Event], deployment: str = "") -> list[str]:
        """Records events in bulk; returns their IDs. All must be recorded."""
        place = f"/{deployment}" if deployment else ""
        lines = "\n".join(json.dumps(event) for event in events).encode()
        status, _, body = self.ask(
            "POST", f"{self.path_prefix}{place}/api/v1/events?items=all", lines, Content_Type="application/x-ndjson")
        answer = json.loads(body)
        if status != 200 or answer.get("refused"):
            wrong = [item for item in answer.get("items", []) if "problem" in item][:3]
            raise RuntimeError(f"the events were answered {status}: {wrong or body[:500]!r}")
        self.settle(answer["last_sequence"], deployment)
        return [item.get("event_id", "") for item in answer["items"]]

    def void(self, event: str, reason: str) -> None:
        """Voids an event."""
        status, _, body = self.ask(
            "POST", f"{self.path_prefix}/api/v1/events/{event}/void", json.dumps({"reason": reason}).encode(),
            Content_Type="application/json")
        if status != 200:
            raise RuntimeError(f"the void was answered {status}: {body[:500]!r}")

    def settle(self, sequence: int, deployment: str = "") -> None:
        """Waits until the catalog has come so far."""
        place = f"/{deployment}" if deployment else ""
        status, body = self.get(f"{place}/api/v1/overview?min_sequence={sequence}&wait=60")
        if status != 200:
            raise RuntimeError(f"the catalog did not follow: {status} {body[:500]!r}")


def end_with_parent() -> None:
    """In a new process: asks the kernel to end it when the test run ends, however that comes."""
    LIBRARY.prctl(1, signal.SIGTERM, 0, 0, 0)
    os.setpgid(0, 0)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect to the caller."""

    def redirect_request(self, *_: Any) -> None:
        """Follows nothing."""
        return None


# No proxy of the environment, and no redirects.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)
