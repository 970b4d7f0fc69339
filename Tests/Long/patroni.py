"""Three PostgreSQLs under Patroni with one etcd, and HAProxy in front of the primary, all on loopback."""
import glob, json, os, shutil, signal, subprocess, tempfile, time, urllib.request
from harness import free_port

BIN = (glob.glob("/usr/lib/postgresql/*/bin") or ["/nowhere"])[-1]
AS = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []


def missing():
    return [tool for tool in ("patroni", "etcd", "haproxy", "setpriv") if not shutil.which(tool) and not os.path.exists(f"/usr/sbin/{tool}")]


class Patroni:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="assetlog-patroni-")
        if AS:
            shutil.chown(self.folder, "postgres")
        self.port, etcd, peer = free_port(), free_port(), free_port()
        self.processes = {}
        self.start("etcd", ["etcd", "--data-dir", f"{self.folder}/etcd", "--listen-client-urls", f"http://127.0.0.1:{etcd}",
                            "--advertise-client-urls", f"http://127.0.0.1:{etcd}", "--listen-peer-urls", f"http://127.0.0.1:{peer}",
                            "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
                            "--initial-cluster", f"default=http://127.0.0.1:{peer}"])
        time.sleep(2)
        self.nodes = {}
        for number in range(3):
            name, rest, port = f"node{number}", free_port(), free_port()
            self.nodes[name] = (rest, port)
            self.write(f"{name}.yml", self.configuration(name, rest, port, etcd))
            self.start(name, ["patroni", f"{self.folder}/{name}.yml"])
            if not number:
                self.wait(lambda: self.primary(), "a first primary")
        backends = "\n".join(
            f"  server {name} 127.0.0.1:{port} check port {rest} inter 1s fall 2 rise 1 on-marked-down shutdown-sessions"
            for name, (rest, port) in self.nodes.items())
        self.write("haproxy.cfg", f"""
defaults
  mode tcp
  timeout connect 2s
  timeout client 1h
  timeout server 1h
  timeout check 2s
listen primary
  bind 127.0.0.1:{self.port}
  option httpchk OPTIONS /primary
  http-check expect status 200
{backends}
""")
        self.start("haproxy", [shutil.which("haproxy") or "/usr/sbin/haproxy", "-db", "-f", f"{self.folder}/haproxy.cfg"])
        self.wait(lambda: self.has_standby(), "a synchronous standby")

    def configuration(self, name, rest, port, etcd):
        login = '{username: %s, password: secret}'
        return f"""
scope: assetlog
name: {name}
restapi: {{listen: "127.0.0.1:{rest}", connect_address: "127.0.0.1:{rest}"}}
etcd3: {{host: "127.0.0.1:{etcd}"}}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 3
    synchronous_mode: true
    postgresql: {{use_pg_rewind: true, parameters: {{max_connections: 100, wal_log_hints: "on"}}}}
  initdb: [{{encoding: UTF8}}, {{locale: C}}, {{auth-host: scram-sha-256}}, {{auth-local: trust}}]
  pg_hba: ["local all all trust", "host all all 127.0.0.1/32 scram-sha-256", "host replication all 127.0.0.1/32 scram-sha-256"]
postgresql:
  listen: "127.0.0.1:{port}"
  connect_address: "127.0.0.1:{port}"
  data_dir: {self.folder}/{name}
  bin_dir: {BIN}
  pgpass: {self.folder}/{name}.pgpass
  authentication: {{superuser: {login % "postgres"}, replication: {login % "replicator"}, rewind: {login % "rewinder"}}}
  parameters: {{unix_socket_directories: "{self.folder}"}}
"""

    def write(self, name, text):
        with open(f"{self.folder}/{name}", "w") as file:
            file.write(text)
        os.chmod(f"{self.folder}/{name}", 0o644)

    def start(self, name, command):
        log = open(f"{self.folder}/{name}.log", "a")
        self.processes[name] = subprocess.Popen(AS + command, stdout=log, stderr=log, start_new_session=True, cwd="/")

    def wait(self, condition, what, seconds=120):
        end = time.time() + seconds
        while time.time() < end:
            found = condition()
            if found:
                return found
            time.sleep(0.3)
        raise RuntimeError(f"Patroni did not bring about {what}")

    def status(self, name, path):
        try:
            request = urllib.request.Request(f"http://127.0.0.1:{self.nodes[name][0]}/{path}")
            with urllib.request.urlopen(request, timeout=2) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def primary(self):
        return next((name for name in self.nodes if self.status(name, "primary")), None)

    def has_standby(self):
        return any(self.status(name, "synchronous") for name in self.nodes)

    def url(self, database="postgres"):
        return f"postgresql://postgres:secret@127.0.0.1:{self.port}/{database}?sslmode=prefer"

    def kill_primary(self, with_patroni):
        """Kills the primary's postmaster with -9, and its Patroni too if asked; returns its name."""
        name = self.primary()
        postmaster = int(open(f"{self.folder}/{name}/postmaster.pid").readline())
        if with_patroni:
            self.processes[name].send_signal(signal.SIGKILL)
        os.kill(postmaster, signal.SIGKILL)
        return name

    def revive(self, name):
        self.processes[name].wait()
        self.start(name, ["patroni", f"{self.folder}/{name}.yml"])

    def close(self):
        for name in [*self.nodes, "haproxy", "etcd"]:
            if name in self.processes:
                self.processes[name].send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        for file in glob.glob(f"{self.folder}/node*/postmaster.pid"):
            try:
                os.kill(int(open(file).readline()), signal.SIGQUIT)
            except OSError:
                pass
        shutil.rmtree(self.folder, ignore_errors=True)
