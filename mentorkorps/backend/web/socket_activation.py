"""A listening socket that systemd holds and passes on: the protocol of sd_listen_fds(3), without a
library.

Visitors queue at such a socket in the kernel while the service restarts, so that none of them is refused.

Retries by the proxy would lose forms, since Caddy 2.6.2 cannot send a body twice.
"""

import os
import socket
from collections.abc import MutableMapping

FIRST_PASSED = 3
FAMILIES = (socket.AF_INET, socket.AF_INET6)


class UnusableSocket(Exception):
    """What was passed on is not one TCP socket that listens."""

    def __init__(self, sockets: str) -> None:
        super().__init__(
            f"systemd passed on {sockets}, and this takes one TCP socket: "
            "write one ListenStream=ADDRESS:PORT in the .socket file, and no Accept=yes"
        )


def passed_on(environ: MutableMapping[str, str]) -> socket.socket | None:
    """The socket that whoever started this process passed on to it; None where there is none.

    Takes the variables that told of it out of `environ`: they are not for the processes that this
    one starts. Raises UnusableSocket.
    """
    meant_for, count = environ.pop("LISTEN_PID", ""), environ.pop("LISTEN_FDS", "")
    environ.pop("LISTEN_FDNAMES", None)
    if meant_for != str(os.getpid()):
        return None
    if count != "1":
        raise UnusableSocket(f"{count or 'no'} sockets")
    try:
        passed = socket.socket(fileno=FIRST_PASSED)
    except OSError as error:
        raise UnusableSocket("something that is no socket") from error
    if passed.family not in FAMILIES or not passed.getsockopt(
        socket.SOL_SOCKET, socket.SO_ACCEPTCONN
    ):
        raise UnusableSocket("a socket of another kind")
    passed.set_inheritable(False)
    return passed


def address_of(listening: socket.socket) -> str:
    """http://host:port/ of a TCP socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
