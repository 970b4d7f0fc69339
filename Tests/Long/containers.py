"""Containers without a daemon: buildah builds images, podman runs them, and both keep everything in one folder."""
import ctypes, json, os, shutil, signal, ssl, subprocess, sys, time, urllib.error, urllib.request

TOOLS = ("buildah", "podman", "runc", "debootstrap", "iptables", "ip", "git")
HARDENED = ["--read-only", "--read-only-tmpfs=false", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]


def missing():
    """What must be there to make a container and is not."""
    found = [tool for tool in TOOLS if not shutil.which(tool)]
    if not any(os.path.exists(f"{folder}/netavark") for folder in ("/usr/lib/podman", "/usr/libexec/podman", "/usr/bin")):
        found.append("netavark")
    return found + ["root"] * (os.geteuid() != 0)


def say(text):
    print(f"   {text}", flush=True)


def own_network():
    """Puts this process, and what it starts from here on, into a network of its own, which ends with it: no rule or
    interface of the containers is left on the machine."""
    if ctypes.CDLL(None, use_errno=True).unshare(0x40000000):  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), "no network of its own")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


class Engine:
    """A storage of images and containers below a folder. `close` leaves nothing of it mounted or running."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.write("storage.conf", f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n')
        self.write("containers.conf", f"""[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "{folder}/tmp"
[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
""")
        self.environment = {**os.environ, "CONTAINERS_STORAGE_CONF": f"{folder}/storage.conf", "CONTAINERS_CONF": f"{folder}/containers.conf",
                            # No timers of systemd; `podman healthcheck run` still works.
                            "DISABLE_HC_SYSTEMD": "true"}

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "w").write(text)

    def run(self, *command, check=True, seconds=120, **options):
        """Runs a command with this storage to its end; what it printed comes back."""
        process = subprocess.Popen(command, env={**self.environment, **options.pop("environment", {})}, text=True, start_new_session=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        try:
            output, errors = process.communicate(timeout=seconds)
        except BaseException:
            # Also what it started: a compiler must not outlive this test.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        if check and process.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{output[-3000:]}{errors[-3000:]}")
        return subprocess.CompletedProcess(command, process.returncode, output, errors)

    def podman(self, *arguments, **options):
        return self.run("podman", *arguments, **options)

    def inspect(self, name, kind="container"):
        return json.loads(self.podman("inspect", "--type", kind, name).stdout)[0]

    def close(self, keep=False):
        """Leaves nothing running or mounted; what was built stays when it is kept."""
        for command in (["rm", "--all", "--force", "--time", "5"], ["volume", "rm", "--all", "--force"], ["network", "prune", "--force"]):
            self.podman(*command, check=False)
        below = [line.split()[1] for line in open("/proc/self/mounts") if line.split()[1].startswith(self.folder + "/")]
        for path in reversed(below):
            subprocess.run(["umount", "--lazy", path])
        if any(line.split()[1].startswith(self.folder + "/") for line in open("/proc/self/mounts")):
            sys.exit(f"{self.folder} still has mounts; unmount them and remove it")
        if not keep:
            shutil.rmtree(self.folder)


class Container:
    """A server in a container, and a client that trusts its certificate and has its token."""

    def __init__(self, engine, name, token=None, certificate=None):
        self.engine, self.name, self.token = engine, name, token
        self.tls = ssl.create_default_context(cafile=certificate)

    def run(self, image, *options):
        self.engine.podman("run", "--detach", "--name", self.name, "--publish", "127.0.0.1::3000", *HARDENED, *options, image)
        return self.wait()

    def start(self):
        self.engine.podman("start", self.name)
        return self.wait()

    def wait(self, seconds=60):
        """Waits for the ready line of the last start; the port on this machine is picked again by each."""
        end = time.time() + seconds
        while time.time() < end:
            state = self.engine.inspect(self.name)["State"]
            said = self.engine.podman("logs", "--since", state["StartedAt"], self.name)
            if "assetlog ready at https://" in said.stdout + said.stderr:
                self.port = int(self.engine.podman("port", self.name, "3000/tcp").stdout.strip().rsplit(":", 1)[1])
                return self
            if not state["Running"]:
                break
            time.sleep(0.05)
        raise RuntimeError(f"{self.name} did not get ready:\n{said.stdout}{said.stderr}")

    def stop(self):
        self.engine.podman("stop", "--time", "45", self.name)
        return self.engine.inspect(self.name)["State"]["ExitCode"]

    def status(self):
        """What the kernel says of the server's process."""
        pid = self.engine.inspect(self.name)["State"]["Pid"]
        return dict(line.rstrip("\n").split(":\t", 1) for line in open(f"/proc/{pid}/status") if ":\t" in line)

    def request(self, path, method="GET", token=True):
        headers = {"Authorization": f"Bearer {self.token}"} if token else {}
        request = urllib.request.Request(f"https://localhost:{self.port}{path}", method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60, context=self.tls) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def events(self):
        after, events = 0, []
        while True:
            page = self.request(f"/api/v1/events?after={after}&limit=1000")[1]
            if not page["events"]:
                return events
            events += page["events"]
            after = page["next"]
