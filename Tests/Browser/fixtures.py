"""What the servers of the tests were told: assets in every state, with all kinds of partitions, metadata and names.

Everything is relative to now, and otherwise the same in each run.
"""
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

from server import Event, Key, Server

# The time of the run, so that no midnight comes in between.
NOW = datetime.now(timezone.utc).replace(microsecond=0)
DAYS = 400
ORDERS: Key = ["warehouse", "raw", "orders"]
CLICKS: Key = ["warehouse", "raw", "clicks"]
CUSTOMERS: Key = ["warehouse", "raw", "customers"]
BY_REGION: Key = ["warehouse", "mart", "orders_by_region"]
BY_DAY_AND_REGION: Key = ["warehouse", "mart", "orders_by_day_and_region"]
REVENUE: Key = ["warehouse", "mart", "revenue"]
MONTHLY: Key = ["reports", "finance", "monthly"]
MODEL: Key = ["ml", "model", "churn"]
LABELS: Key = ["hostile", "ten_thousand_labels"]
VOIDED: Key = ["lake", "corrected"]
WIPED: Key = ["lake", "wiped"]
FAILING: Key = ["lake", "events", "app"]
RUNNING: Key = ["warehouse", "mart", "nightly"]
OBSERVED: Key = ["lake", "sensors"]
REGIONS = ["apac", "eu", "latam", "us"]
OUT_OF_MEMORY = "out of memory: 12 GiB asked for, 8 GiB there\n  at Loader.run (loader.py:120)\n  at main (job.py:14)"

# Runs as a script wherever a page writes it out as it is.
SCRIPT = "<script>window.pwned=1;document.title='pwned'</script>"
IMAGE = "\"'><img src=x onerror=window.pwned=1><b>bold</b>&amp;&lt;"
LINK = "javascript:window.pwned=1"
REVERSED = "invoice\u202egpj.exe"
# A firecracker, a family, and the flag of Scotland.
EMOJI = ("\U0001f9e8" "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
         "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f")
MARKDOWN = f"""# A heading

Some *emphasis*, some **strength**, `code` and a [link](https://docs.example/orders).

* [does not run]({LINK}) <{LINK}> [nor this](  JaVaScRiPt:window.pwned=1 "title") [nor][it]
* ![not asked for](https://elsewhere.example/pixel.png) ![](data:image/svg+xml,<svg/onload=window.pwned=1>)
* <img src="https://elsewhere.example/raw.png" onerror="window.pwned=1"> <iframe src="https://elsewhere.example/"></iframe>
* [a" onmouseover="window.pwned=1]("onmouseover="window.pwned=1) [b](data:text/html,{SCRIPT}) [c](//elsewhere.example)

[it]: {LINK}

| column | type |
|--------|------|
| id     | {SCRIPT} |

```sql
SELECT '</code></pre>{SCRIPT}' FROM a_table_whose_name_is_very_long_and_has_no_blank_at_all_so_that_it_can_not_be_broken_anywhere
```

</div></main></body>{SCRIPT}<style>body {{ display: none }}</style>
"""

# Each is a key that some page may write or link wrongly.
HOSTILE_KEYS: list[Key] = [
    ["hostile", SCRIPT],
    ["hostile", IMAGE],
    ["hostile", REVERSED],
    ["hostile", EMOJI],
    ["hostile", "x" * 2041],
    ["hostile", "a/b", "c"],
    ["hostile", "..", "up"],
    ["hostile", ".", "here"],
    ["hostile", "%2F%00%", "percent"],
    ["hostile", "?view=events&q=1#part", "query"],
    ["hostile", "back\\slash", "plus+and space", " "],
    ["hostile", "Zalgo" + "\u0335\u0321\u0327\u0301\u0350" * 40],
    ["hostile", "\u05e9\u05dc\u05d5\u05dd", "\u0645\u0631\u062d\u0628\u0627", "\u4f60\u597d"],
    ["hostile", "line\nbreak\ttab\u2028separator\u200bzero"],
    ["__proto__", "constructor", "toString"],
    [LINK],
]


@dataclass
class Known:
    """IDs of events that pages are asked for by name."""

    events: dict[str, str] = field(default_factory=dict)

    def path(self, name: str) -> str:
        """The page of an event."""
        return f"/event/{self.events[name]}"


def at(time: datetime) -> str:
    """A time as an event has it."""
    return time.isoformat().replace("+00:00", "Z")


def day(back: int) -> str:
    """The partition of a day: 1 is yesterday."""
    return (NOW - timedelta(days=back)).strftime("%Y-%m-%d")


def made(key: Key, time: datetime, kind: str = "materialization", **fields: Any) -> Event:
    """An event of an asset."""
    return {"kind": kind, "asset_key": key, "timestamp": at(time), **fields}


def failed(key: Key, time: datetime, message: str, reason: str = "FAILED_TO_MATERIALIZE", **fields: Any) -> Event:
    """A failure of an asset."""
    return made(key, time, "materialization_failed", failure={"reason": reason, "message": message}, **fields)


def checked(key: Key, time: datetime, name: str, passed: bool, severity: str = "ERROR", **fields: Any) -> Event:
    """The result of a check."""
    return made(key, time, "check", check_name=name, passed=passed, severity=severity, **fields)


def typed(kind: str, value: Any) -> dict[str, Any]:
    """A metadata value with its type."""
    return {"type": kind, "raw_value": value}


# What the days of the orders are

def is_missing(back: int) -> bool:
    """Two days in a row, each hundred days."""
    return back % 97 in (13, 14)


def is_failed(back: int) -> bool:
    """Days whose last attempt failed."""
    return back % 53 == 7 and not is_missing(back)


def failed_day() -> str:
    """The latest day that failed."""
    return day(next(back for back in range(1, DAYS) if is_failed(back)))


def missing_day() -> str:
    """The latest day that is missing."""
    return day(next(back for back in range(1, DAYS) if is_missing(back)))


# The events

def orders() -> Iterator[Event]:
    """400 days, some failed and some missing, with row counts that rise and have a spike, and checks."""
    for back in range(DAYS, 0, -1):
        if is_missing(back):
            continue
        time = NOW - timedelta(days=back - 1, hours=2)
        if is_failed(back):
            yield failed(ORDERS, time, OUT_OF_MEMORY, partition=day(back))
            continue
        rows = int(10_000 + 12 * (DAYS - back) + 900 * math.sin(back / 3.5)) * (4 if back == 120 else 1)
        yield made(
            ORDERS, time, partition=day(back), data_version=f"v{DAYS - back}", upstream=[CUSTOMERS, CLICKS],
            tags={"team": "core", "tier": "gold"},
            metadata={"rows": rows, "bytes": rows * 187, "runtime_seconds": round(40 + 9 * math.sin(back / 9), 3)})
        yield checked(ORDERS, time + timedelta(minutes=3), "no_nulls", back % 61 != 5, partition=day(back),
                      metadata={"nulls": 0 if back % 61 != 5 else back})
        if back % 5 == 0:
            yield checked(ORDERS, time + timedelta(minutes=4), "fresh_enough", back % 45 != 0, "WARN")
    yield made(ORDERS, NOW - timedelta(hours=1), "observation", description="seen by the nightly job",
               data_version=f"v{DAYS - 1}")


def clicks() -> Iterator[Event]:
    """Hours of two weeks; the last one runs."""
    for back in range(14 * 24, 0, -1):
        time = NOW - timedelta(hours=back)
        hour = time.strftime("%Y-%m-%d-%H:00")
        if back == 1:
            yield made(CLICKS, time, "materialization_started", partition=hour)
        elif back % 41 == 9:
            yield failed(CLICKS, time, "the upstream was late", "UPSTREAM_FAILED_TO_MATERIALIZE", partition=hour)
        elif back % 67 != 3:
            yield made(CLICKS, time, partition=hour, metadata={"rows": 500 + back % 24 * 40}, tags={"team": "core"})


def categories() -> Iterator[Event]:
    """Partitions without time, of two dimensions, and of months."""
    for number, region in enumerate(REGIONS):
        time = NOW - timedelta(hours=5 + number)
        if region == "latam":
            yield failed(BY_REGION, time, "no such region", partition=region)
        else:
            yield made(BY_REGION, time, partition=region, upstream=[ORDERS], metadata={"rows": 1000 * (number + 1)})
        for back in range(1, 20):
            yield made(BY_DAY_AND_REGION, time - timedelta(days=back), partition={"date": day(back), "region": region},
                       upstream=[ORDERS])
    for back in range(30, 0, -1):
        time = NOW - timedelta(days=30 * back)
        yield made(MONTHLY, time, partition=time.strftime("%Y-%m"), tags={"team": "finance"},
                   upstream=[REVENUE], description="The books of a month.")


def plain() -> Iterator[Event]:
    """Assets without partitions, in every state."""
    names = ["products", "payments", "refunds", "stores", "suppliers", "returns", "coupons", "sessions"]
    for number, name in enumerate(names):
        for back in range(12, 0, -1):
            yield made(["warehouse", "raw", name], NOW - timedelta(hours=9 * back + number), tags={"team": "core"},
                       metadata={"rows": 100 * number + back * 7, "source": typed("url", f"https://source.example/{name}")})
    for number, name in enumerate(["daily_active", "churn", "retention", "basket", "cohorts", "funnel"]):
        yield made(["warehouse", "mart", name], NOW - timedelta(hours=number + 3), tags={"team": "growth"},
                   upstream=[ORDERS, ["warehouse", "raw", "sessions"]], metadata={"rows": 7 + number})
    for number, name in enumerate(["user", "item", "session"]):
        yield made(["ml", "features", name], NOW - timedelta(hours=20 + number), data_version=f"sha256:{'ab' * 32}",
                   upstream=[["warehouse", "raw", "sessions"]])
    yield made(CUSTOMERS, NOW - timedelta(hours=30), tags={"team": "core"}, metadata={"rows": 4_711})
    yield checked(CUSTOMERS, NOW - timedelta(hours=29), "unique_email", False, metadata={"duplicates": 12})
    yield checked(CUSTOMERS, NOW - timedelta(hours=29), "has_country", True)
    yield made(REVENUE, NOW - timedelta(hours=4), tags={"team": "finance"}, upstream=[ORDERS], metadata={"total": 12_345.67})
    yield checked(REVENUE, NOW - timedelta(hours=3), "near_yesterday", False, "WARN",
                  description="The total is 14 % above that of yesterday.")
    yield made(FAILING, NOW - timedelta(days=2))
    yield failed(FAILING, NOW - timedelta(hours=1), OUT_OF_MEMORY)
    yield made(RUNNING, NOW - timedelta(days=1))
    yield made(RUNNING, NOW - timedelta(minutes=12), "materialization_started")
    yield made(OBSERVED, NOW - timedelta(hours=6), "observation", metadata={"temperature": 21.5}, description="Only observed.")
    yield made(["lake", "holiday"], NOW - timedelta(hours=7), "materialization_skipped",
               failure={"reason": "UNKNOWN", "message": "a holiday"})


def everything(key: Key) -> dict[str, Any]:
    """Metadata of every type."""
    return {
        "a text": "plain words", "an int": 42, "a float": 0.25, "a bool": True, "nothing": None,
        "a great int": 123456789012345678901234567890, "not a number": typed("float", "NaN"),
        "without end": typed("float", "-Infinity"), "json": {"nested": [1, {"deep": [True, None, "text"]}]},
        "a url": typed("url", "https://dashboards.example/model?id=1&tab=2"), "a path": typed("path", "/data/model.bin"),
        "markdown": typed("md", MARKDOWN), "a notebook": typed("notebook", "/notebooks/churn.ipynb"),
        "a time": typed("timestamp", 1_790_000_000), "another asset": typed("asset", key),
        "a run": typed("dagster_run", "4c59c670-d8d0-4807-8a7b-6c64ce6cf52d"),
        "a table": typed("table", {
            "records": [{"column": f"c{n}", "rows": n * 1000, "share": n / 7, "note": None} for n in range(12)],
            "schema": [{"name": "column", "type": "string"}, {"name": "rows", "type": "int"}, {"name": "share", "type": "float"}]}),
        "lineage": typed("table_column_lineage", {
            "deps_by_column": {"total": [{"asset_key": ORDERS, "column_name": "amount"}]}}),
    }


def schema(*columns: tuple[str, str]) -> dict[str, Any]:
    """A table's schema."""
    described = [{"name": name, "type": kind, "description": f"the {name}"} for name, kind in columns]
    return typed("table_schema", {"columns": described})


def latest_rows(key: Key) -> str:
    """The label `rows` of the latest event of one of the plain assets."""
    return str(next(event["metadata"]["rows"] for event in reversed(list(plain())) if event["asset_key"] == key))


def metadata() -> Iterator[Event]:
    """An asset with metadata of every type, whose schema changed."""
    first = schema(("id", "int"), ("name", "string"), ("amount", "float"))
    second = schema(("id", "bigint"), ("name", "string"), ("currency", "string"))
    yield made(MODEL, NOW - timedelta(days=3), metadata={"schema": first, "loss": 0.9}, data_version="1")
    yield made(MODEL, NOW - timedelta(days=2), metadata={"schema": first, "loss": typed("float", "NaN")}, data_version="2")
    yield made(MODEL, NOW - timedelta(hours=8), data_version="3", description="Retrained on the orders of the year.",
               tags={"team": "ml", "stage": "production"}, upstream=[ORDERS, ["ml", "features", "user"]],
               metadata={"schema": second, "loss": 0.41, **everything(ORDERS)})


def hostile() -> Iterator[Event]:
    """Names, texts and values that try to be something else."""
    for number, key in enumerate(HOSTILE_KEYS):
        for version in range(3):
            yield made(key, NOW - timedelta(hours=30 - version, minutes=number), description=f"{SCRIPT} {IMAGE}",
                       partition=(SCRIPT, IMAGE, REVERSED)[version], data_version=IMAGE,
                       tags={"team": IMAGE, SCRIPT: LINK, "https://docs.example": LINK, "rtl": REVERSED},
                       upstream=[HOSTILE_KEYS[0], HOSTILE_KEYS[number - 1]], metadata=hostile_metadata(version))
        yield checked(key, NOW - timedelta(hours=20, minutes=number), IMAGE, False, metadata={SCRIPT: SCRIPT})
        yield checked(key, NOW - timedelta(hours=20, minutes=number), SCRIPT, True)
        yield failed(key, NOW - timedelta(hours=19, minutes=number), f"{SCRIPT}\n{IMAGE}\n{'y' * 3000}")
    yield made(LABELS, NOW - timedelta(hours=9), metadata={f"label_{number:05}": number for number in range(10_000)})


def hostile_metadata(version: int) -> dict[str, Any]:
    """Values that are no links, no markup and no short words."""
    return {
        SCRIPT: version, IMAGE: version * 10, "rows": version * 100, REVERSED: REVERSED, EMOJI: EMOJI, "z" * 2048: "z" * 2048,
        "link": typed("url", LINK), "link 2": typed("url", f"data:text/html,{SCRIPT}"),
        "link 3": typed("url", "//elsewhere.example/"), "link 4": typed("url", " \tjava\nscript:window.pwned=1"),
        "link 5": typed("url", "https://elsewhere.example/\" onmouseover=\"window.pwned=1"),
        "path": typed("path", f"file:///etc/{IMAGE}"), "notebook": typed("notebook", LINK), "run": typed("dagster_run", SCRIPT),
        "markdown": typed("md", MARKDOWN), "deep markdown": typed("md", "> " * 500 + "* " * 200 + "[" * 500),
        "asset": typed("asset", HOSTILE_KEYS[6]), "json": {SCRIPT: [IMAGE, {"__proto__": LINK}], "w" * 500: ["v" * 500]},
        "table": typed("table", {
            "records": [{SCRIPT: SCRIPT, IMAGE: IMAGE, "wide": "w" * 400, "odd": {"a": [1]}} for _ in range(3)],
            "schema": [{"name": SCRIPT, "type": IMAGE}, {"name": IMAGE}, {"name": "wide"}, {"name": "absent"}]}),
        "schema": schema((SCRIPT, IMAGE), (f"column {version}", LINK)),
        "lineage": typed("table_column_lineage", {"deps_by_column": {SCRIPT: [{"asset_key": [LINK], "column_name": IMAGE}]}}),
        "long": "word " * 4000, "great": 10 ** 300, "nan": typed("float", "NaN"), "time": typed("timestamp", -1e15),
        "empty": "", "truth": False,
    }


def corrected(server: Server) -> None:
    """An asset with a void event, and one that was wiped."""
    first = server.submit([made(VOIDED, NOW - timedelta(hours=5), description="right")])[0]
    second = server.submit([made(VOIDED, NOW - timedelta(hours=4), description="wrong")])[0]
    assert first != second
    server.void(second, f"the file of another day {IMAGE}")
    server.submit([made(WIPED, NOW - timedelta(hours=5))])
    status, _, _ = server.ask("POST", f"{server.path_prefix}/api/v1/asset/wipe",
                              b'{"asset": "lake/wiped", "reason": "renamed"}', Content_Type="application/json")
    assert status == 200, f"the wipe was answered {status}"


def main(server: Server) -> Known:
    """Reports all of the above. The server has the deployments prod and staging."""
    server.submit([*orders(), *clicks(), *categories(), *plain(), *metadata()])
    server.submit(hostile())
    corrected(server)
    server.submit([made(["shop", "carts"], NOW - timedelta(hours=1)), failed(["shop", "checkouts"], NOW, "no disk")], "prod")
    server.submit([made(["shop", "carts_staged"], NOW - timedelta(hours=2))], "staging")
    unmapped(server)
    return Known({
        "materialization": latest(server, ORDERS, "materialization"), "observation": latest(server, ORDERS, "observation"),
        "check": latest(server, CUSTOMERS, "check"), "failure": latest(server, FAILING, "materialization_failed"),
        "started": latest(server, RUNNING, "materialization_started"),
        "skipped": latest(server, ["lake", "holiday"], "materialization_skipped"),
        "all metadata": latest(server, MODEL, "materialization"), "hostile": latest(server, HOSTILE_KEYS[0], "materialization"),
        "hostile failure": latest(server, HOSTILE_KEYS[0], "materialization_failed"),
        "labels": latest(server, LABELS, "materialization"), "voided": latest(server, VOIDED, "materialization"),
        "void": latest(server, VOIDED, "void"), "wipe": latest(server, WIPED, "wipe"),
    })


def unmapped(server: Server) -> None:
    """Sends what a receiver can't map."""
    job = {"namespace": "<script>window.pwned=1</script>", "name": "\u202e" + "a" * 2_000}
    message = {"eventTime": "2026-11-30T10:00:00Z", "producer": "p", "job": job}
    status, _, body = server.ask("POST", "/api/v1/lineage", json.dumps(message).encode(), Content_Type="application/json")
    assert status == 200, f"{status} {body[:200]!r}"


def latest(server: Server, key: Key, kind: str) -> str:
    """The ID of the latest event of a kind."""
    status, body = server.get(f"/api/v1/events?asset_key={quote(json.dumps(key))}&kind={kind}&order=latest&limit=1")
    assert status == 200, f"{key}: {status} {body[:200]!r}"
    return json.loads(body)["events"][0]["event_id"]


def few(server: Server) -> None:
    """A handful of assets, for scenarios that change them."""
    server.submit([
        *(made(["warehouse", name], NOW - timedelta(hours=3), metadata={"rows": 5}) for name in ("orders", "rates")),
        made(["finance", "salaries"], NOW - timedelta(hours=2), description="not for everybody"),
        checked(["warehouse", "orders"], NOW - timedelta(hours=1), "no_nulls", True),
    ])


def many(server: Server, count: int = 600) -> None:
    """More assets than a page of the list has. Each tenth failed."""
    def one(number: int) -> Event:
        key, time = ["many", f"table_{number:04}"], NOW - timedelta(minutes=count - number)
        return failed(key, time, "no disk") if number % 10 == 0 else made(key, time, tags={"team": f"team_{number % 7}"})
    server.submit(one(number) for number in range(count))
