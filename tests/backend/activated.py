"""What systemd does with the guide's .socket and .service: holds the socket, and starts and stops the service."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mentorkorps.backend.web import server as web_server
from tests.backend.conftest import KEY, built_site, eventually
from tests.conftest import ROOT

FIRST_PASSED = 3
WITH_ITS_NUMBER = 'LISTEN_PID=$$ exec "$@"'


class Unit:
    """`mentorkorps serve` behind a socket that stays open. All that its processes said: `log`."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.log = folder / "service.log"
        self.listening = web_server.bind_socket("127.0.0.1", 0)
        self.port: int = self.listening.getsockname()[1]
        self.environ = {
            "MENTORKORPS_DATABASE_URL": f"sqlite:///{folder}/var/mentorkorps.db",
            "MENTORKORPS_FOLDER": f"{folder}/var",
            "MENTORKORPS_SECRET_KEYS": KEY,
            "MENTORKORPS_PUBLIC_URL": "https://mentor.example.dk/",
        } | {f"MENTORKORPS_{name}": value for name, value in environ.items()}
        self.site = folder / "site" if (folder / "site").exists() else built_site(folder / "site")
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0

    def start(self) -> None:
        """Starts it, and waits until it has looked for what to delete, as each start does."""
        self._process = start_with(self.listening, self.log, self.environ, "--site", str(self.site))
        self._starts += 1
        eventually(lambda: self.log.read_bytes().count(b'"purge: ') == self._starts, seconds=30)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self._process
        self._process.send_signal(how)
        return self._process.wait(timeout=20)

    def restart(self) -> None:
        assert self.stop() == 0, self.log.read_text("utf-8")
        self.start()

    def close(self) -> None:
        """Takes the socket away too: from here on nobody can connect."""
        self.listening.close()
        if self._process and self._process.poll() is None:
            self.stop(signal.SIGKILL)


def start_with(
    listening: socket.socket, log: Path, environ: dict[str, str], *options: str, count: str = "1"
) -> subprocess.Popen[bytes]:
    """`mentorkorps serve` with a socket as its third file and the variables that tell of it (sd_listen_fds(3))."""
    command = [sys.executable, "-m", "mentorkorps", "serve", *options]
    with log.open("ab") as errors:
        return subprocess.Popen(
            ["sh", "-c", WITH_ITS_NUMBER, "sh", *command],
            env=os.environ | environ | {"LISTEN_FDS": count},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            preexec_fn=lambda: os.dup2(listening.fileno(), FIRST_PASSED),
            pass_fds=(FIRST_PASSED,),
        )


@contextmanager
def unit(folder: Path, **environ: str) -> Iterator[Unit]:
    """A started service until the block ends, with MENTORKORPS_<name> settings."""
    unit_of_systemd = Unit(folder, **environ)
    try:
        unit_of_systemd.start()
        yield unit_of_systemd
    finally:
        unit_of_systemd.close()
