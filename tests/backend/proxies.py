"""The web servers of the guide, run with exactly the guide's configuration: ports and paths alone are of the tests.

Debian's caddy and nginx (tools/proxies). What they say on stderr, which systemd keeps in its journal, lies with their
log files in `logs`.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.backend.conftest import any_free_port, eventually
from tests.conftest import ROOT
from tests.postgres import certificate

GUIDES = {"da": ROOT / "docs/da/drift.md", "en": ROOT / "docs/en/operations.md"}
NAME = "mentor.example.dk"
FENCED = re.compile(r"(?ms)^```(\w+)\n(.*?)^```$")
OF_THE_TESTS = """{{
    admin off
    skip_install_trust
    auto_https disable_redirects
    http_port {port}
"""
DEBIANS_NGINX = """
pid {folder}/nginx.pid;
events {{ worker_connections 768; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    default_type application/octet-stream;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers on;
    access_log {folder}/logs/access.log;
    error_log {folder}/logs/error.log;
    gzip on;
    include {folder}/guide.conf;
}}
"""
"""As /etc/nginx/nginx.conf of Debian 12: it logs requests and errors, unless a server says something else."""


def blocks(language: str, kind: str) -> list[str]:
    """The code blocks of the guide that are marked as of this kind."""
    return [
        text for name, text in FENCED.findall(GUIDES[language].read_text("utf-8")) if name == kind
    ]


def caddyfiles(language: str = "da") -> list[str]:
    """For one instance, and for two."""
    return [text for text in blocks(language, "text") if "reverse_proxy" in text]


def nginx_block(language: str = "da") -> str:
    (block,) = blocks(language, "nginx")
    return block


@dataclass(frozen=True)
class Proxy:
    """A web server that runs. `url`: where visitors reach it; `plain`: the same without TLS."""

    url: str
    plain: str
    logs: Path


def caddyfile(folder: Path, port: int, *instances: int, edited: Callable[[str], str] = str) -> Path:
    folder.mkdir(exist_ok=True)
    configuration, two = caddyfiles()
    text = edited(configuration if len(instances) == 1 else two)
    for named, real in zip(
        (8000,) if len(instances) == 1 else (8001, 8002), instances, strict=True
    ):
        text = text.replace(f"127.0.0.1:{named}", f"127.0.0.1:{real}")
    text = text.replace(f"{NAME} {{", f"127.0.0.1:{port} {{")
    head = OF_THE_TESTS.format(port=any_free_port())
    text = text.replace("{\n", head, 1) if text.startswith("{\n") else f"{head}}}\n{text}"
    written = folder / "Caddyfile"
    written.write_text(text, "utf-8")
    return written


@contextmanager
def caddy(folder: Path, *instances: int, edited: Callable[[str], str] = str) -> Iterator[Proxy]:
    """In front of one instance, or of two, at these ports."""
    port = any_free_port()
    written = caddyfile(folder, port, *instances, edited=edited)
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(written)]
    with running(
        folder, command, port, XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder)
    ) as logs:
        yield Proxy(f"https://127.0.0.1:{port}", "", logs)


def nginx_configuration(
    folder: Path, port: int, plain: int, instance: int, edited: Callable[[str], str] = str
) -> Path:
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    (folder / "fullchain.pem").write_bytes(certificate(key).public_bytes(Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    text = edited(nginx_block())
    for named, real in (
        ("127.0.0.1:8000", f"127.0.0.1:{instance}"),
        ("listen 443", f"listen {port}"),
        ("listen [::]:443", f"listen [::1]:{port}"),
        ("listen 80;", f"listen {plain};"),
        ("listen [::]:80;", f"listen [::1]:{plain};"),
        (f"/etc/letsencrypt/live/{NAME}/", f"{folder}/"),
    ):
        text = text.replace(named, real)
    if not socket.has_dualstack_ipv6():
        text = re.sub(r"(?m)^ *listen \[.*\n", "", text)
    (folder / "guide.conf").write_text(text, "utf-8")
    written = folder / "nginx.conf"
    user = "user root;\n" if os.geteuid() == 0 else ""
    written.write_text(user + DEBIANS_NGINX.format(folder=folder), "utf-8")
    return written


@contextmanager
def nginx(folder: Path, instance: int, edited: Callable[[str], str] = str) -> Iterator[Proxy]:
    port, plain = any_free_port(), any_free_port()
    written = nginx_configuration(folder, port, plain, instance, edited)
    command = [program("nginx"), "-p", str(folder), "-c", str(written), "-g", "daemon off;"]
    with running(folder, command, port) as logs:
        yield Proxy(f"https://127.0.0.1:{port}", f"http://127.0.0.1:{plain}", logs)


PROXIES = {"caddy": caddy, "nginx": nginx}


@contextmanager
def running(folder: Path, command: list[str], port: int, **environ: str) -> Iterator[Path]:
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    with (logs / "journal").open("wb") as journal:
        process = subprocess.Popen(
            command, env=os.environ | environ, stdout=journal, stderr=journal
        )
    try:
        eventually(lambda: process.poll() is not None or is_up(port), seconds=20)
        assert process.poll() is None, (logs / "journal").read_text("utf-8")
        yield logs
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def is_up(port: int) -> bool:
    """Whether it listens and has its certificate: Caddy makes one after it has begun to listen."""
    try:
        httpx.get(f"https://127.0.0.1:{port}/", verify=False)
    except httpx.TransportError:
        return False
    return True


def program(name: str) -> str:
    path_to_program = shutil.which(
        name, path=os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/usr/local/sbin"])
    )
    assert path_to_program, f"{name} is not there: run tools/proxies"
    return path_to_program
