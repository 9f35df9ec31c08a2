"""A real PostgreSQL server of the tests' own: started when the first test asks, gone with the last."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mentorkorps.backend import settings
from mentorkorps.backend.db import connect

PASSWORD = "kode@med/tegn?"
"""With every character that an address has a meaning for."""
KEYS = "a-key-for-the-tests-only"
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
}


MOST_STARTS = 5


class Cluster:
    """A server that listens on the loopback and on a socket in its folder."""

    def __init__(self, folder: Path, **changed: str) -> None:
        self.folder = folder
        self.port = 0
        self._data = folder / "data"
        self._settings = (
            SETTINGS
            | changed
            | {"unix_socket_directories": str(folder), "listen_addresses": "127.0.0.1"}
        )
        self._numbers = count(1)
        self._process: subprocess.Popen | None = None

    def make(self) -> None:
        password = self.folder / "password"
        password.write_text(PASSWORD)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
            shutil.chown(password, "nobody")
        self._run(
            # md5: scram takes ten times as long to let somebody in, and each look of a test is a connection.
            "initdb",
            "-D",
            self._data,
            "-U",
            "mentorkorps",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
            "--auth=md5",
            f"--pwfile={password}",
        )

    def certify(self) -> None:
        """Its own certificate, in the file `certificate`, and in `other` one of a server that somebody else runs."""
        for name in ("other", "certificate"):
            key = ec.generate_private_key(ec.SECP256R1())
            (self.folder / name).write_bytes(certificate(key).public_bytes(Encoding.PEM))
        key_file = self.folder / "key"
        key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        key_file.chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(key_file, "nobody")
        self._settings |= {
            "ssl_cert_file": str(self.folder / "certificate"),
            "ssl_key_file": str(key_file),
        }

    def start(self) -> None:
        """On a port that is free, and later on the same again."""
        for _ in range(MOST_STARTS):
            port = self.port or free_port()
            if self._comes_up(port):
                self.port = port
                return
            time.sleep(0.5)  # some client has the port just now
        raise AssertionError((self.folder / "log").read_text())

    def _comes_up(self, port: int) -> bool:
        options = [
            part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")
        ]
        command = [program("postgres"), "-D", self._data, "-p", str(port), *options]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **unprivileged())
        until = time.monotonic() + 60
        while time.monotonic() < until and self._process.poll() is None:
            if self._is_ready():
                return True
            time.sleep(0.02)
        return False

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends every connection, SIGQUIT the server without a last word."""
        self._process.send_signal(how)
        self._process.wait()

    def url(self, name: str, password: str = PASSWORD) -> str:
        return f"postgresql://mentorkorps:{quote(password, safe='')}@127.0.0.1:{self.port}/{name}"

    def socket_url(self, name: str) -> str:
        folder = quote(str(self.folder), safe="")
        return f"postgresql:///{name}?host={folder}&port={self.port}&user=mentorkorps&password={quote(PASSWORD)}"

    def empty(self) -> str:
        """The address of a fresh database without tables."""
        return self._created("template0")

    def fresh(self) -> str:
        """The address of a fresh database with the tables of today."""
        return self._created(self._template())

    def ask(self, statement: str, name: str = "postgres") -> list[tuple]:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _created(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def _template(self) -> str:
        name = "with_tables"
        if not self.ask(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            self.ask(f"CREATE DATABASE {name} TEMPLATE template0")
            environ = {"MENTORKORPS_DATABASE_URL": self.url(name), "MENTORKORPS_SECRET_KEYS": KEYS}
            with connect.opened_to_write(settings.read_settings(environ)):
                pass
        return name

    def _is_ready(self) -> bool:
        pid_file = self._data / "postmaster.pid"
        try:
            lines = pid_file.read_text("ascii").split()
        except FileNotFoundError:
            return False
        return (
            lines[:1] == [str(self._process.pid)] and lines[-1] == "ready"
        )  # PostgreSQL writes it bit by bit

    def _run(self, name: str, *arguments: object) -> None:
        command = [program(name), *map(str, arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **unprivileged())


@contextmanager
def running(**changed: str) -> Iterator[Cluster]:
    """A server until the block ends."""
    with tempfile.TemporaryDirectory(prefix="mentorkorps-") as folder:
        cluster = Cluster(Path(folder), **changed)
        cluster.make()
        if "ssl" in changed:
            cluster.certify()
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop(signal.SIGQUIT)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """For 127.0.0.1, signed by itself."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a server of the tests")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, SHA256())
    )


def program(name: str) -> str:
    places = [
        str(path.parent)
        for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    ]
    path = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *places]))
    assert path, f"{name} is not there: run tools/postgres"
    return path


def unprivileged() -> dict[str, object]:
    """PostgreSQL refuses to run as root."""
    return {"user": "nobody", "extra_groups": [], "cwd": "/"} if os.geteuid() == 0 else {"cwd": "/"}
