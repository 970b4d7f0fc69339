"""Writes which asset keys and checks the package dagster-dbt makes of the project, as a fixture of Tests/AssetlogResultsTests:
    python3 -m venv v && v/bin/pip install dagster-dbt dbt-core==1.11.16 dbt-duckdb==1.11.1
    PATH=$PWD/v/bin:$PATH v/bin/python Tests/Producers/dbt/dagster_keys.py > Tests/AssetlogResultsTests/Fixtures/dbt/dagster.json
"""
import json, os, shutil, subprocess, sys, tempfile

from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.asset_utils import get_asset_check_key_for_test

with tempfile.TemporaryDirectory() as folder:
    project = f"{folder}/shop"
    shutil.copytree(f"{os.path.dirname(os.path.abspath(__file__))}/project", project)
    subprocess.run(["dbt", "-q", "parse"], cwd=project, env=dict(os.environ, DBT_PROFILES_DIR=project), check=True, stdout=sys.stderr)
    manifest = json.load(open(f"{project}/target/manifest.json"))

translator = DagsterDbtTranslator()
keys, checks = {}, {}
for name, node in {**manifest["nodes"], **manifest["sources"]}.items():
    if node["resource_type"] in ("model", "seed", "snapshot", "source"):
        keys[name] = list(translator.get_asset_spec(manifest, name, None).key.path)
    elif node["resource_type"] == "test":
        key = get_asset_check_key_for_test(manifest, translator, name, None)
        checks[name] = key and {"asset_key": list(key.asset_key.path), "name": key.name}
upstream = {name: sorted(list(dep.asset_key.path) for dep in translator.get_asset_spec(manifest, name, None).deps)
            for name in keys if not name.startswith("source")}
json.dump({"keys": keys, "checks": checks, "upstream": upstream}, sys.stdout, indent=1, sort_keys=True)
print()
