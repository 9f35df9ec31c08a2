"""Runs the app on a port until it is told to stop."""

import gc
import resource
import signal
import socket
from contextlib import suppress
from dataclasses import replace

import uvicorn
from starlette.applications import Starlette

from mentorkorps.backend import logging
from mentorkorps.backend.web.connection_limits import ConnectionLimiter, ConnectionLimits

BACKLOG = 2048
LIMITS = ConnectionLimits()
OTHER_FILES = 200
FEWEST_CONNECTIONS = 100
YOUNG_OBJECTS = 20_000
"""That may have come before they are looked through for garbage: Python's 700 are a few
requests.
"""


class PortTaken(Exception):
    """Something else listens on the port, or it may not be used."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"Cannot listen on {host}:{port}: {reason}")
        self.host = host
        self.port = port


class TooFewFiles(Exception):
    """The system lets this process open too few files to serve anybody. `allowed` is how many."""

    def __init__(self, allowed: int) -> None:
        super().__init__(
            f"this process may open {allowed} files and needs {OTHER_FILES + FEWEST_CONNECTIONS} at least, "
            "one for each connection and some for mails: "
            "raise LimitNOFILE= in the unit, or the limit that `ulimit -Hn` shows"
        )
        self.allowed = allowed


def run_server(app: Starlette, listening: socket.socket, limits: ConnectionLimits = LIMITS) -> None:
    """Serves on a bound socket until SIGINT or SIGTERM, then finishes what is under way.

    The socket is closed here. If systemd holds it too, who comes meanwhile waits there for the next
    process.
    """
    logging.configure_logging(app.state.services.settings.log_format)
    _settle()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):  # uvicorn sends the signal again once it has stopped
        make_server(app, limits).run(sockets=[listening])


def bind_socket(host: str, port: int) -> socket.socket:
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


def make_server(app: Starlette, limits: ConnectionLimits = LIMITS) -> uvicorn.Server:
    """uvicorn without its own access log, which would hold addresses and tokens, and without its
    name in answers.
    """
    config = uvicorn.Config(
        app,
        # uvicorn calls it as it calls a class.
        # uvicorn's types want a class where it takes whatever makes a protocol.
        http=ConnectionLimiter(limits),  # type: ignore[arg-type]
        ws="none",
        timeout_keep_alive=limits.idle_seconds,
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=limits.finish_seconds,
    )
    return uvicorn.Server(config)


def _settle() -> None:
    # The catalogue lives as long as the process: looking through it for garbage held every visitor up now and then.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


def connections_allowed() -> ConnectionLimits:
    """As many as the system lets this process open, less what files and mails need. Raises
    TooFewFiles.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wished = LIMITS.connections + OTHER_FILES
    allowed = wished if most == resource.RLIM_INFINITY else min(wished, most)
    if allowed < OTHER_FILES + FEWEST_CONNECTIONS:
        raise TooFewFiles(allowed)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    return replace(LIMITS, connections=allowed - OTHER_FILES)
