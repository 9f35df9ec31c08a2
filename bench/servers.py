"""Servers under load: ours and its peers, each on a free port and a database file of its own."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bench.many import ROOT

PEERS = Path(__file__).parent / "peers"
SECONDS_TO_START = 20


@dataclass(frozen=True)
class Server:
    """A running server. `started` is how many seconds it took until it answered."""

    port: int
    process: subprocess.Popen
    started: float

    def megabytes(self) -> float:
        """Resident memory of the process, without that of its children."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6

    def seconds_of_processor(self) -> float:
        """User and system time so far, of all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peers_python() -> Path:
    """The interpreter of an environment that holds the peers, made at the first call."""
    home = ROOT / ".venv" / "peers"
    python, mark = home / "bin" / "python", home / "installed"
    if not mark.exists():
        venv.create(home, with_pip=True)
        lock = PEERS / "requirements.lock"
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock], check=True
        )
        mark.touch()
    return python


@contextmanager
def ours(folder: Path, **settings: str) -> Iterator[Server]:
    """`mentorkorps serve` as operators start it, with MENTORKORPS_<name> settings, its data under `folder`."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "mentorkorps",
        "serve",
        "--port",
        str(port),
        "--data",
        ROOT / "data",
        "--site",
        ROOT / "site",
    ]
    environ = {f"MENTORKORPS_{name}": value for name, value in settings.items()}
    with _running(command, port, folder, environ) as server:
        yield server


@contextmanager
def fastapi_orm(folder: Path) -> Iterator[Server]:
    port = free_port()
    command = [
        peers_python(),
        "-m",
        "uvicorn",
        "fastapi_orm:app",
        "--app-dir",
        PEERS,
        "--port",
        str(port),
        "--log-level",
        "warning",
        "--no-access-log",
    ]
    with _running(command, port, folder, {"PEER_DATABASE": str(folder / "peer.db")}) as server:
        yield server


@contextmanager
def flask_sqlite(folder: Path) -> Iterator[Server]:
    port = free_port()
    command = [
        peers_python(),
        "-m",
        "gunicorn",
        "flask_sqlite:app",
        "--chdir",
        PEERS,
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
        "--threads",
        "4",
        "--log-level",
        "warning",
    ]
    with _running(command, port, folder, {"PEER_DATABASE": str(folder / "peer.db")}) as server:
        yield server


@contextmanager
def _running(
    command: Sequence[object], port: int, folder: Path, environ: Mapping[str, str]
) -> Iterator[Server]:
    folder.mkdir(parents=True)
    start = time.perf_counter()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            list(map(str, command)), cwd=folder, stdout=log, stderr=log, env=os.environ | environ
        )
    try:
        _wait_for(port, process)
        yield Server(port, process, time.perf_counter() - start)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen) -> None:
    """Until it answers: a port is open long before that."""
    until = time.perf_counter() + SECONDS_TO_START
    while time.perf_counter() < until and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS_TO_START)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
            return
        except (OSError, HTTPException):
            time.sleep(0.01)
        finally:
            connection.close()
    raise TimeoutError(f"{process.args[0]} does not come up")
