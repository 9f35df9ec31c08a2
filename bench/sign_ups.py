"""Sign-ups through the whole door, beside the machine's limit: one row a commit in SQLite with the same promises."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from bench.many import ROOT

SECONDS = 5
CONNECTIONS = 32
GOOD = {
    "language": "da", "website": "", "name": "Sofie Ærø", "place": "5000", "industry": "it-teknik", "adult": "yes",
    "contact": "yes",
}  # fmt: skip


def run() -> None:
    with TemporaryDirectory() as folder:
        limit = rows_per_second(Path(folder))
        port = free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "mentorkorps.cli", "serve", "--port", str(port),
             "--data", ROOT / "data", "--site", ROOT / "site"],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ,
        )  # fmt: skip
        try:
            wait_for(port)
            took = load(port)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()
        with sqlite3.connect(Path(folder, "var", "mentorkorps.db")) as database:
            (kept,) = database.execute("SELECT count(*) FROM sign_ups").fetchone()
    assert kept == len(took), f"{len(took)} acknowledged, {kept} kept"
    took.sort()
    print("what | a second | p50 ms | p99 ms")
    print("---|---|---|---")
    print(f"SQLite WAL, synchronous FULL, one row a commit, nothing else | {limit:.0f} | |")
    print(
        f"whole sign-ups, {CONNECTIONS} connections of a Python client on the same cores | {len(took) / SECONDS:.0f} "
        f"| {1000 * took[len(took) // 2]:.0f} | {1000 * took[len(took) * 99 // 100]:.0f}"
    )


def rows_per_second(folder: Path) -> float:
    database = sqlite3.connect(folder / "limit.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE sign_ups (id INTEGER PRIMARY KEY, answers TEXT)")
    row = json.dumps(GOOD)
    until, count = time.perf_counter() + 2, 0
    while time.perf_counter() < until:
        database.execute("INSERT INTO sign_ups (answers) VALUES (?)", (row,))
        count += 1
    database.close()
    return count / 2


def load(port: int) -> list[float]:
    """Seconds of each acknowledged sign-up, from all connections."""
    took: list[float] = []
    until = time.perf_counter() + SECONDS
    threads = [threading.Thread(target=visitor, args=(port, number, until, took)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def visitor(port: int, number: int, until: float, took: list[float]) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    count = 0
    while (start := time.perf_counter()) < until:
        count += 1
        body = urlencode(GOOD | {"email": f"v{number}.{count}@example.com"})
        connection.request("POST", "/forms/mentor", body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        answer.read()
        if answer.status == 303:
            took.append(time.perf_counter() - start)
    connection.close()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server does not come up")
