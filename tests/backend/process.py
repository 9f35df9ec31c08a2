"""`mentorkorps serve` as a process of its own, with what it says on stderr."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import httpx

from tests.backend.conftest import KEY, built_site, eventually
from tests.conftest import ROOT


class Process:
    def __init__(
        self, folder: Path, port: int, environ: dict[str, str], root: Path, most_files: int | None
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.address = ("127.0.0.1", port)
        self.errors = folder / "stderr"
        self.environ = {
            "MENTORKORPS_DATABASE_URL": f"sqlite:///{folder}/var/mentorkorps.db",
            "MENTORKORPS_SECRET_KEYS": KEY,
        } | environ
        self._site = folder / "site" if (folder / "site").exists() else built_site(folder / "site")
        self._root = root
        self._limit = (
            ["sh", "-c", f'ulimit -n {most_files} && exec "$@"', "sh"] if most_files else []
        )
        self.start()

    def start(self) -> None:
        _, port = self.address
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [
                    *self._limit,
                    sys.executable,
                    "-m",
                    "mentorkorps",
                    "serve",
                    "--site",
                    str(self._site),
                    "--port",
                    str(port),
                ],
                env=os.environ | self.environ,
                cwd=self._root,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )

    def is_up(self) -> bool:
        assert self.process.poll() is None, self.errors.read_text("utf-8")
        # Reading certificates takes 25 ms of processor time, which the start of the server needs.
        try:
            return httpx.get(f"{self.url}/healthz", verify=False).status_code == 200
        except httpx.TransportError:
            return False

    def bytes_read(self) -> int:
        """What the process has read so far, from sockets and files (Linux, proc(5), rchar)."""
        first = Path(f"/proc/{self.process.pid}/io").read_text("ascii").splitlines()[0]
        return int(first.removeprefix("rchar: "))


@contextmanager
def process(
    folder: Path,
    port: int,
    around: Mapping[str, str] = MappingProxyType({}),
    root: Path = ROOT,
    most_files: int | None = None,
    **environ: str,
) -> Iterator[Process]:
    """Runs until the block ends, with MENTORKORPS_<name> settings and what else is `around` it.

    `root`: the folder in which the package and the data lie.
    """
    variables = {f"MENTORKORPS_{name}": value for name, value in environ.items()}
    running = Process(folder, port, variables | around, root, most_files)
    try:
        eventually(running.is_up, seconds=30)
        yield running
    finally:
        running.process.kill()
        running.process.wait()
