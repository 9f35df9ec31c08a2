"""Whole sign-ups under wrk, beside the machine's limit and two peers that do less, in turn and several times.

Ours does everything: validation, spam checks, encryption, the question whether the sign-up is kept already, two mails.
The peers store the same row and nothing else. The limit is one row a commit in SQLite with the same promises.
"""

import json
import shutil
import sqlite3
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench import servers
from bench.servers import PEERS, Server

ROUNDS = 5
SECONDS = 4
CONNECTIONS = (32, 64)
NOBODY_LISTENS = "smtp://127.0.0.1:9"
OURS, DOWN = "mentorkorps, whole sign-ups", "mentorkorps, while its mail server is down"
FASTAPI, FLASK = (
    "FastAPI, SQLAlchemy ORM: the row alone",
    "Flask, gunicorn 2 x 4, sqlite3: the row alone",
)
LIMIT = "SQLite WAL, synchronous FULL, one row a commit, nothing else"


class Load(NamedTuple):
    """What wrk saw: answers a second that were no error, their latency in milliseconds, and errors."""

    rate: float
    p50: float
    p99: float
    errors: int


Starts = Callable[[Path], AbstractContextManager[Server]]
CONTENDERS: dict[str, Starts] = {
    OURS: servers.ours,
    DOWN: lambda folder: servers.ours(folder, SMTP_URL=NOBODY_LISTENS),
    FASTAPI: servers.fastapi_orm,
    FLASK: servers.flask_sqlite,
}


def run() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("this bench needs wrk: apt install wrk, or brew install wrk")
    servers.peers_python()
    loads: dict[tuple[str, int], list[Load]] = defaultdict(list)
    limits, starts, idle, processor = [], [], [], []
    with TemporaryDirectory() as place:
        for turn in range(ROUNDS):
            limits.append(rows_per_second(Path(place, f"limit-{turn}.db")))
            for name, start in CONTENDERS.items():
                folder = Path(place, f"{turn}-{len(loads)}-{name.split(',')[0]}")
                with start(folder) as server:
                    if name == OURS:
                        starts.append(server.started)
                        idle.append(server.megabytes())
                    before, acknowledged = server.seconds_of_processor(), 0.0
                    for connections in CONNECTIONS:
                        load = wrk(server, connections)
                        loads[name, connections].append(load)
                        acknowledged += load.rate * SECONDS
                    if name == OURS:
                        processor.append((server.seconds_of_processor() - before) / acknowledged)
                shutil.rmtree(folder)
    tell(loads, median(limits))
    print(
        f"\nStarted in {median(starts):.2f} s (limit 1.5), {median(idle):.0f} MB when idle (limit 90), "
        f"{1000 * median(processor):.2f} ms of processor time a sign-up, mails included."
    )


def wrk(server: Server, connections: int) -> Load:
    who = f"{time.time_ns()}"
    output = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "-s", PEERS / "post.lua",
         f"http://127.0.0.1:{server.port}", "--", who],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    line = next(line for line in output.stdout.splitlines() if line.startswith("result "))
    rate, p50, p99, errors = line.split()[1:]
    return Load(float(rate), float(p50), float(p99), int(errors))


def rows_per_second(file: Path) -> float:
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE sign_ups (id INTEGER PRIMARY KEY, answers TEXT)")
    row = json.dumps(
        {
            "name": "Sofie Ærø",
            "email": "sofie@example.com",
            "place": "5000",
            "industry": "it-teknik",
        }
    )
    until, count = time.perf_counter() + 2, 0
    while time.perf_counter() < until:
        database.execute("INSERT INTO sign_ups (answers) VALUES (?)", (row,))
        count += 1
    database.close()
    return count / 2


def tell(loads: dict[tuple[str, int], list[Load]], limit: float) -> None:
    print("what | connections | a second | p50 ms | p99 ms | errors | ours is to it")
    print("---|---|---|---|---|---|---")
    for connections in CONNECTIONS:
        own = median(load.rate for load in loads[OURS, connections])
        print(f"{LIMIT} | 1 | {limit:.0f} | | | | {own / limit:.2f}")
        for name in CONTENDERS:
            measured = loads[name, connections]
            rate, p50, p99 = (median(load[at] for load in measured) for at in range(3))
            errors = sum(load.errors for load in measured)
            print(
                f"{name} | {connections} | {rate:.0f} | {p50:.1f} | {p99:.1f} | {errors} | {own / rate:.1f}"
            )
