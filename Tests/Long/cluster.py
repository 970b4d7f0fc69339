"""A throw-away PostgreSQL for the long tests, see Scripts/cluster."""
import shutil, subprocess, tempfile
from harness import ROOT


class Cluster:
    def __init__(self, *settings):
        self.folder = tempfile.mkdtemp(prefix="assetlog-pg-")
        self.process = subprocess.Popen(
            [f"{ROOT}/Scripts/cluster", self.folder, *settings], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.line())
        if self.line() != "ready":
            raise RuntimeError("PostgreSQL did not start")

    def line(self):
        line = self.process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"Scripts/cluster ended: {self.process.wait()}")
        return line

    def tell(self, command):
        """kill (the postmaster, -9), stop, start"""
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        self.line()

    def url(self, database="postgres"):
        return f"postgresql://postgres:secret@127.0.0.1:{self.port}/{database}?sslmode=prefer"

    def sql(self, *statements, database="postgres"):
        commands = [part for statement in statements for part in ("-c", statement)]
        return subprocess.run(
            ["psql", self.url(database), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *commands],
            check=True, capture_output=True, text=True).stdout.strip()

    def pids(self):
        """The processes of PostgreSQL."""
        first = open(f"{self.folder}/data/postmaster.pid").readline().strip()
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", first], capture_output=True, text=True).stdout.split()
        return [int(first)] + [int(child) for child in children]

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)
