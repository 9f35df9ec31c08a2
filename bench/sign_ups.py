"""Whole sign-ups under wrk, beside the machine's limit and two peers that do less, in turn and several times.

Ours does everything: validation, spam checks, encryption, the question whether the sign-up is kept already, and
the mail that asks to confirm, for which the clock goes on until the mail server has the last of them. The peers store
the same row and nothing else. The limit is one row a commit in SQLite with the same promises.
"""

import json
import shutil
import sqlite3
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench import servers
from bench.mails import mail_sink
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
WAITING = "SELECT 1 FROM mails WHERE state <> 'sent' LIMIT 1"
LIMIT = "SQLite WAL, synchronous FULL, one row a commit, nothing else"


class Load(NamedTuple):
    """What wrk saw: answers a second that were no error, their latency in milliseconds, and errors."""

    rate: float
    p50: float
    p99: float
    errors: int


class Whole(NamedTuple):
    """Milliseconds of processor time a sign-up, when wrk stops and when its mails are out; mails a second."""

    answered: float
    delivered: float
    mails: float


@contextmanager
def ours_with_mails(folder: Path) -> Iterator[Server]:
    with mail_sink() as port, servers.ours(folder, SMTP_URL=f"smtp://127.0.0.1:{port}") as server:
        yield server


Starts = Callable[[Path], AbstractContextManager[Server]]
CONTENDERS: dict[str, Starts] = {
    OURS: ours_with_mails,
    DOWN: lambda folder: servers.ours(folder, SMTP_URL=NOBODY_LISTENS),
    FASTAPI: servers.fastapi_orm,
    FLASK: servers.flask_sqlite,
}


def run() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("this bench needs wrk: apt install wrk, or brew install wrk")
    servers.peers_python()
    loads: dict[tuple[str, int], list[Load]] = defaultdict(list)
    limits, starts, idle, wholes = [], [], [], []
    with TemporaryDirectory() as place:
        for turn in range(ROUNDS):
            limits.append(rows_per_second(Path(place, f"limit-{turn}.db")))
            for name, start in CONTENDERS.items():
                folder = Path(place, f"{turn}-{len(loads)}-{name.split(',')[0]}")
                with start(folder) as server:
                    if name == OURS:
                        starts.append(server.started)
                        idle.append(server.megabytes())
                    before, acknowledged, begun = (
                        server.seconds_of_processor(),
                        0.0,
                        time.perf_counter(),
                    )
                    for connections in CONNECTIONS:
                        load = wrk(server, connections)
                        loads[name, connections].append(load)
                        acknowledged += load.rate * SECONDS
                    if name == OURS:
                        answered = server.seconds_of_processor() - before
                        mails = wait_until_sent(folder)
                        took = time.perf_counter() - begun
                        delivered = server.seconds_of_processor() - before
                        per_sign_up = 1000 / acknowledged
                        wholes.append(
                            Whole(answered * per_sign_up, delivered * per_sign_up, mails / took)
                        )
                shutil.rmtree(folder)
    tell(loads, median(limits))
    answered, delivered, mails = (median(values) for values in zip(*wholes, strict=True))
    print(
        f"\nStarted in {median(starts):.2f} s (limit 1.5), {median(idle):.0f} MB when idle (limit 90). "
        f"Processor time a sign-up: {answered:.2f} ms when the load stops, {delivered:.2f} ms when its mail "
        f"is out (limit 2.0); {mails:.0f} mails a second."
    )


def wait_until_sent(folder: Path) -> int:
    """Until no mail waits any more; how many there are."""
    file = folder / "var" / "mentorkorps.db"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        while database.execute(WAITING).fetchone():
            time.sleep(0.2)
        (count,) = database.execute("SELECT count(*) FROM mails").fetchone()
    return count


def wrk(server: Server, connections: int) -> Load:
    who = f"{time.time_ns()}"
    output = subprocess.run(
        [
            "wrk",
            "-t1",
            f"-c{connections}",
            f"-d{SECONDS}s",
            "-s",
            PEERS / "post.lua",
            f"http://127.0.0.1:{server.port}",
            "--",
            who,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
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
