"""Whole sign-ups by two instances over PostgreSQL, in turn with pgbench that inserts the same row and nothing else."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import servers
from bench.servers import Server
from bench.sign_ups import Load, wrk
from tests.postgres import PASSWORD, Cluster, program, running

ROUNDS = 5
SECONDS = 4
CLIENTS = 32
INSTANCES = 2
KEY = "a-key-for-the-bench-only"
AS_SHIPPED = {
    "fsync": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
    "max_connections": "100",
}
"""What PostgreSQL does without a setting of anybody's; the tests' server is quicker and keeps less."""
ROW = json.dumps(
    {"name": "Sofie Ærø", "email": "sofie@example.com", "place": "5000", "industry": "it-teknik"}
)


def run() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("this bench needs wrk: apt install wrk, or brew install wrk")
    rates, loads, processor = [], [], []
    with TemporaryDirectory() as place, running(**AS_SHIPPED) as cluster:
        for turn in range(ROUNDS):
            rates.append(rows_per_second(cluster, Path(place, "insert.sql")))
            with instances(Path(place, f"{turn}"), cluster) as running_servers:
                before = sum(server.seconds_of_processor() for server in running_servers)
                loads.append(together(running_servers))
                spent = sum(server.seconds_of_processor() for server in running_servers) - before
                processor.append(spent / (loads[-1].rate * SECONDS))
    tell(loads, median(rates))
    print(
        f"\n{1000 * median(processor):.2f} ms of processor time a sign-up in the instances, mails included."
    )


@contextmanager
def instances(folder: Path, cluster: Cluster) -> Iterator[list[Server]]:
    """Over a database of their own, each with a folder of its own."""
    url = cluster.fresh()
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                servers.ours(folder / str(number), DATABASE_URL=url, SECRET_KEYS=KEY)
            )
            for number in range(INSTANCES)
        ]


def together(running_servers: list[Server]) -> Load:
    """All instances under load at once: the sum of their rates, the worst of their latencies."""
    with ThreadPoolExecutor(len(running_servers)) as pool:
        measured = list(
            pool.map(lambda server: wrk(server, CLIENTS // len(running_servers)), running_servers)
        )
    return Load(
        sum(load.rate for load in measured),
        max(load.p50 for load in measured),
        max(load.p99 for load in measured),
        sum(load.errors for load in measured),
    )


def rows_per_second(cluster: Cluster, script: Path) -> float:
    cluster.ask("CREATE TABLE IF NOT EXISTS rows (id bigserial PRIMARY KEY, answers text)")
    script.write_text(f"INSERT INTO rows (answers) VALUES ('{ROW}');\n", "utf-8")
    output = subprocess.run(
        [
            program("pgbench"),
            "-n",
            "-M",
            "prepared",
            "-c",
            str(CLIENTS),
            "-j",
            "2",
            "-T",
            str(SECONDS),
            "-f",
            script,
            "-h",
            str(cluster.folder),
            "-p",
            str(cluster.port),
            "-U",
            "mentorkorps",
            "postgres",
        ],
        env={"PGPASSWORD": PASSWORD},
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in output.stdout.splitlines() if line.startswith("tps = "))
    return float(line.split()[2])


def tell(loads: list[Load], limit: float) -> None:
    rate, p50, p99 = (median(load[at] for load in loads) for at in range(3))
    print("what | clients | a second | p50 ms | p99 ms | errors | ours is to it")
    print("---|---|---|---|---|---|---")
    print(
        f"pgbench, one row a commit, nothing else | {CLIENTS} | {limit:.0f} | | | | {rate / limit:.2f}"
    )
    errors = sum(load.errors for load in loads)
    print(
        f"mentorkorps, {INSTANCES} instances, whole sign-ups | {CLIENTS} | {rate:.0f} | {p50:.1f} | {p99:.1f}"
        f" | {errors} | 1.0"
    )
