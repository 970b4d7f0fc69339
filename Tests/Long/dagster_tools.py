"""Dagster for the long tests: the pinned release in a virtual environment, and a webserver on a PostgreSQL."""
import json, os, signal, subprocess, sys, time, urllib.request
from harness import free_port

# The newest release of which all parts are there.
PACKAGES = ["dagster==1.13.27", "dagster-webserver==1.13.27", "dagster-postgres==0.29.27"]


def virtual_environment(folder):
    """The folder of a virtual environment with Dagster: the one that DAGSTER names, or a new one. Ends with 77 without either."""
    if os.environ.get("DAGSTER"):
        return os.environ["DAGSTER"]
    tools = f"{folder}/venv"
    subprocess.run([sys.executable, "-m", "venv", tools], check=True)
    done = subprocess.run([f"{tools}/bin/pip", "install", "-q", *PACKAGES], capture_output=True, text=True)
    if done.returncode:
        print("SKIPPED: Dagster can't be installed here: " + done.stderr.strip().splitlines()[-1][:200], file=sys.stderr)
        sys.exit(77)
    return tools


class Instance:
    """A Dagster whose storage is a PostgreSQL database; the schema is made at once."""

    def __init__(self, tools, folder, url):
        self.tools, self.folder = tools, folder
        os.makedirs(folder)
        with open(f"{folder}/dagster.yaml", "w") as file:
            file.write(f"storage:\n  postgres:\n    postgres_url: {url.replace('postgresql://', 'postgresql+psycopg2://')}\n"
                       "telemetry:\n  enabled: false\n")
        self.environment = {**os.environ, "DAGSTER_HOME": folder, "DAGSTER_DISABLE_TELEMETRY": "1"}
        made = subprocess.run([f"{tools}/bin/python", "-c", "import dagster; dagster.DagsterInstance.get().get_asset_records()"],
                              env=self.environment, capture_output=True, text=True)
        if made.returncode:
            raise RuntimeError(made.stderr[-2000:])

    def serve(self, seconds=300):
        """Starts a webserver without code locations; returns when it answers."""
        self.port, log = free_port(), f"{self.folder}/webserver.log"
        with open(log, "w") as output:
            self.process = subprocess.Popen(
                [f"{self.tools}/bin/dagster-webserver", "-h", "127.0.0.1", "-p", str(self.port), "--empty-workspace"],
                env=self.environment, stdout=output, stderr=output, start_new_session=True)
        end = time.time() + seconds
        while time.time() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/server_info", timeout=10) as answer:
                    return json.load(answer)["dagster_webserver_version"]
            except OSError:
                time.sleep(0.2)
        raise RuntimeError("the webserver did not get ready:\n" + open(log).read()[-4000:])

    def stop(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
