"""What an unasked question costs the server: challenges of the proof of work, beside an answer that says only ok.

Processor time, not speed, so that others on the machine disturb little.
"""

import shutil
import subprocess
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import servers
from bench.servers import Server

ROUNDS = 5
SECONDS = 3
ASKED = {"health": "/healthz", "challenge": "/forms/mentor/challenge", "a page of the site": "/"}


def run() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("this bench needs wrk: apt install wrk, or brew install wrk")
    costs: dict[str, list[float]] = {name: [] for name in ASKED}
    with TemporaryDirectory() as place, servers.ours(Path(place, "server")) as server:
        for _ in range(ROUNDS):
            for name, path in ASKED.items():
                costs[name].append(cost(server, path))
    least = median(costs["health"])
    print("what | ms of processor time | to the least")
    print("---|---|---")
    for name, milliseconds in costs.items():
        print(f"{name} | {median(milliseconds):.3f} | {median(milliseconds) / least:.2f}")


def cost(server: Server, path: str) -> float:
    """Milliseconds of processor time for an answer, under 32 connections."""
    before = server.seconds_of_processor()
    output = subprocess.run(
        ["wrk", "-t1", "-c32", f"-d{SECONDS}s", f"http://127.0.0.1:{server.port}{path}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    answers = next(int(line.split()[0]) for line in output.splitlines() if "requests in" in line)
    assert "Non-2xx" not in output, output
    return 1000 * (server.seconds_of_processor() - before) / answers
