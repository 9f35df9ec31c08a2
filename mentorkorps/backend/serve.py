"""Runs the app on a port until it is told to stop."""

import logging
import socket
import sys
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette

SECONDS_TO_FINISH = 10
BACKLOG = 2048


class PortTaken(Exception):
    """Something else listens on the port, or it may not be used."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"Cannot listen on {host}:{port}: {reason}")
        self.host = host
        self.port = port


def run(app: Starlette, listening: socket.socket) -> None:
    """Serves on a bound socket until SIGINT or SIGTERM, then finishes what is under way."""
    _log_to_stderr()
    with suppress(KeyboardInterrupt):  # uvicorn raises it again once it has stopped
        server(app).run(sockets=[listening])


def bind(host: str, port: int) -> socket.socket:
    """A socket on the port (0: any free one). Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise PortTaken(host, port, error.strerror or str(error)) from error
    return listening


def server(app: Starlette) -> uvicorn.Server:
    """uvicorn without its own access log, which would hold addresses and tokens, and without its name in answers."""
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )
    return uvicorn.Server(config)


def _log_to_stderr() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for name in ("mentorkorps", "uvicorn"):
        logging.getLogger(name).addHandler(handler)
    logging.getLogger("mentorkorps").setLevel(logging.INFO)
