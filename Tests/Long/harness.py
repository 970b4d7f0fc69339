"""What the long tests share: a server that can be killed, and a load that remembers what was acknowledged."""
import asyncio, json, os, re, signal, socket, subprocess, sys, tempfile, time, urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def binary():
    for candidate in (os.environ.get("ASSETLOG"), f"{ROOT}/.build/release/assetlog", f"{ROOT}/.build/debug/assetlog"):
        if candidate and os.path.exists(candidate):
            return candidate
    sys.exit("no assetlog binary: swift build, or name one in ASSETLOG")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`assetlog serve` on a data folder; it can be started again after it was killed."""

    def __init__(self, data, arguments=(), prefix=()):
        self.data, self.arguments, self.prefix = data, list(arguments), list(prefix)
        self.process, self.port = None, None

    def start(self, seconds=60):
        self.log = tempfile.NamedTemporaryFile(prefix="assetlog-", suffix=".log", delete=False)
        command = self.prefix + [binary(), "serve", "--listen", "127.0.0.1:0", "--data", self.data] + self.arguments
        self.process = subprocess.Popen(command, stderr=self.log, stdout=self.log, start_new_session=True)
        end = time.time() + seconds
        while time.time() < end:
            found = re.search(r"assetlog ready at https?://[^:]+:(\d+)", self.output())
            if found:
                self.port = int(found[1])
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError(f"the server did not get ready:\n{self.output()}")

    def output(self):
        return open(self.log.name, errors="replace").read()

    def pid(self):
        """The server itself, also when it runs below another program."""
        if not self.prefix:
            return self.process.pid
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        return int(children[0]) if children else self.process.pid

    def kill(self):
        os.kill(self.pid(), signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Asks it to end; returns the exit status."""
        if self.process.poll() is None:
            os.kill(self.pid(), signal.SIGTERM)
        status = self.process.wait(60)
        os.unlink(self.log.name)
        return status

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return json.load(answer)

    def events(self):
        after, events = 0, []
        while True:
            page = self.get(f"/api/v1/events?after={after}&limit=1000")
            if not page["events"]:
                return events
            events += page["events"]
            after = page["next"]


class Load:
    """Connections that report as fast as they are answered, or with a pause between two reports of a connection."""

    def __init__(self, port, connections=32, tag="", tls=None, headers=None, pause=0):
        self.port, self.connections, self.tag, self.tls, self.pause = port, connections, tag, tls, pause
        self.headers = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        self.acknowledged, self.refused, self.sent = {}, {}, 0
        # The longest time in which no connection got a 200.
        self.gap, self.last = 0.0, None

    async def one(self, number, until):
        count = 0
        try:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self.port, ssl=self.tls, server_hostname="localhost" if self.tls else None)
        except OSError:
            return
        try:
            while time.time() < until:
                key = f"{self.tag}_{number}_{count}"
                count += 1
                body = json.dumps({"metadata": {"n": count}}).encode()
                writer.write(f"POST /report_asset_materialization/{key} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                             f"{self.headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)
                self.sent += 1
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = int(re.search(r"(?i)content-length: (\d+)", head)[1])
                await reader.readexactly(length)
                status = int(head.split()[1])
                if status == 200:
                    now = time.time()
                    self.gap, self.last = max(self.gap, now - (self.last or now)), now
                    self.acknowledged[re.search(r"(?i)assetlog-event-id: (\S+)", head)[1]] = key
                else:
                    self.refused[status] = self.refused.get(status, 0) + 1
                    await asyncio.sleep(0.01)
                if self.pause:
                    await asyncio.sleep(self.pause)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def run(self, seconds, after=None):
        """Reports for so long; `after(delay)` is called in between, in a thread."""
        async def all():
            until = time.time() + seconds
            jobs = [self.one(n, until) for n in range(self.connections)]
            if after:
                jobs.append(asyncio.get_running_loop().run_in_executor(None, after))
            await asyncio.gather(*jobs)
        asyncio.run(all())
        return self


def compare(events, acknowledged):
    """What is wrong between the log and what was acknowledged, as sentences."""
    faults = []
    ids = [e["event_id"] for e in events]
    sequences = [e["sequence"] for e in events]
    if len(set(ids)) != len(ids):
        faults.append(f"{len(ids) - len(set(ids))} events are there twice")
    if any(b <= a for a, b in zip(sequences, sequences[1:])):
        faults.append("sequences are not in order")
    by_id = {e["event_id"]: e["asset_key"][0] for e in events}
    lost = [i for i in acknowledged if i not in by_id]
    if lost:
        faults.append(f"{len(lost)} acknowledged events are lost, {lost[0]} first")
    if any(by_id[i] != key for i, key in acknowledged.items() if i in by_id):
        faults.append("an event has another asset key than was reported")
    keys = [e["asset_key"][0] for e in events]
    if len(set(keys)) != len(keys):
        faults.append("a report was recorded as two events")
    return faults


def finish(name, passed, failed):
    print(f"{name}: {passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)
