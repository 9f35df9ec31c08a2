"""The connections: what uvicorn does not bound itself, that is head, wait and number, and how they
end.

httptools reads heads of any length at any pace, and uvicorn goes on reading a body after its answer is out.

Heads, waits, whole requests and connections are bounded here; what is in a body is
`request_body`'s.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

LARGEST_HEAD = 16 * 1024
"""Bytes taken from a socket at once. uvloop takes 256 KB otherwise, before anybody can refuse
them.
"""
WITHOUT_HOST = ("0.9", "1.0")
HOST = re.compile(rb"[\w.~!$&'()*+,;=%:\[\]-]*")
"""A name or an address, perhaps with a port (RFC 3986, 3.2.2), in the characters that it may
have.
"""
BETWEEN = len(": ") + len("\r\n")


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Seconds and bytes that one connection may take, and how many connections there may be.

    `head_seconds` are for the first head of a connection and for each that has begun; between two
    requests there are `idle_seconds`. `head` counts the address and all header fields, `request`
    all bytes of one, chunk sizes and trailers too. `unread` is for who takes no byte of the answer.
    `farewell` is how long a line stays open so that an answer before the end of a body arrives, and
    so that a request on its way meets a server that is stopping. `finish` is how long such a server
    waits for what is under way.
    """

    head_seconds: float = 10
    idle_seconds: int = 5
    unread_seconds: float = 30
    farewell_seconds: float = 0.5
    finish_seconds: int = 10
    head: int = 16 * 1024
    request: int = 512 * 1024
    body: int = 64 * 1024
    connections: int = 4000


class ConnectionLimiter:
    """Makes the protocol of each connection, and knows which of them have not asked for anything
    yet.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self.idle: dict[LimitedConnection, None] = {}
        self.buffer = bytearray(LARGEST_HEAD)

    def __call__(self, **options: Any) -> "InPortions":
        return InPortions(LimitedConnection(self, **options), self.buffer)


class BadHead(Exception):
    """The head of a request is refused with `status`."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class LimitedConnection(HttpToolsProtocol):
    """One connection. Slow heads are cut off, and the longest idle one makes room where there
    are too many.
    """

    def __init__(self, gate: ConnectionLimiter, **options: Any) -> None:
        super().__init__(**options)
        self._gate = gate
        self._limits = gate.limits
        self._arriving = 0
        self._received = 0
        self._bad_head = 400
        self._deadline: asyncio.TimerHandle | None = None
        self._is_stopping = False

    # uvicorn narrows BaseTransport to Transport itself, since it serves streams alone.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        super().connection_made(transport)
        self._rest()
        self._allow(self._limits.head_seconds)
        if len(self.connections) > self._limits.connections:
            next(iter(self._gate.idle)).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._gate.idle.pop(self, None)
        self._allow(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._arriving = len(data)
        self._received += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._is_idle:
            if self._received > self._limits.head:
                self._refuse(431)
            elif self._deadline is None:
                self._allow(self._limits.head_seconds)
        elif self._received > self._limits.request:
            self.transport.abort()

    def on_message_begin(self) -> None:
        self._received = self._arriving
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if status := self._verdict():
            self._bad_head = status
            raise BadHead(status)
        self._gate.idle.pop(self, None)
        self._allow(None)
        super().on_headers_complete()
        if self._is_stopping:
            self.cycle.keep_alive = False

    def send_400_response(self, _msg: str) -> None:
        """What httptools or `on_headers_complete` did not take. Requests that came before it are
        answered first.
        """
        if self.cycle and not self.cycle.response_complete:
            self.cycle.keep_alive = False
            self.flow.pause_reading()
        else:
            self._refuse(self._bad_head)

    def on_response_complete(self) -> None:
        if self.transport.is_closing():
            return self._allow(self._limits.unread_seconds)
        if self.cycle.response_complete and self.cycle.more_body:
            return self._leave() if self._has_long_body() else self._read_on()
        super().on_response_complete()
        if self.cycle.response_complete:
            self._rest()

    def on_message_complete(self) -> None:
        is_answered = self.cycle.response_complete
        self.cycle.more_body = False
        super().on_message_complete()
        if is_answered:
            self._rest()
            self._allow(self._limits.idle_seconds)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._allow(self._limits.unread_seconds)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._allow(None)

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._allow(self._limits.unread_seconds)

    def shutdown(self) -> None:
        """The server stops: who has just asked is answered, and who has not gets a moment to."""
        self._is_stopping = True
        if self._is_idle:
            self._allow(self._limits.farewell_seconds)
        elif self.cycle:
            self.cycle.keep_alive = False

    @property
    def _is_idle(self) -> bool:
        return self in self._gate.idle

    def _rest(self) -> None:
        self._received = 0
        self._gate.idle[self] = None

    def _allow(self, seconds: float | None) -> None:
        """From here on there are so many seconds; None: as many as the app allows."""
        if self._deadline:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self._too_late) if seconds else None

    def _too_late(self) -> None:
        if self.transport.is_closing() or self.flow.write_paused:
            self.transport.abort()
        elif self._is_idle and self._received and not self._is_stopping:
            self._refuse(408)
        else:
            self.transport.close()
            self._allow(self._limits.unread_seconds)

    def _verdict(self) -> int | None:
        """The status with which a whole head is refused: its size, and the one Host that RFC
        9112, 3.2 asks for.
        """
        if (
            len(self.url) + sum(len(name) + len(value) + BETWEEN for name, value in self.headers)
            > self._limits.head
        ):
            return 431
        hosts = [value for name, value in self.headers if name == b"host"]
        is_missing = not hosts and self.parser.get_http_version() not in WITHOUT_HOST
        return 400 if is_missing or len(hosts) > 1 or not all(map(HOST.fullmatch, hosts)) else None

    def _has_long_body(self) -> bool:
        declared = dict(self.scope["headers"]).get(b"content-length", b"")
        return not declared.isdigit() or int(declared) > self._limits.body

    def _read_on(self) -> None:
        # The rest of a short body is read and dropped, so that the connection serves again.
        self.flow.resume_reading()
        self._allow(self._limits.head_seconds)

    def _refuse(self, status: int) -> None:
        words = STATUS_LINE[status].split(b" ", 2)[2].strip()
        self.transport.write(
            STATUS_LINE[status]
            + b"content-type: text/plain; charset=utf-8\r\nx-content-type-options: nosniff\r\n"
            b"connection: close\r\ncontent-length: %d\r\n\r\n%s" % (len(words), words)
        )
        self._leave()

    def _leave(self) -> None:
        # Closing while bytes lie unread resets the connection, and the answer may never be seen.
        self._gate.idle.pop(self, None)
        self.flow.pause_reading()
        self.transport.write_eof()
        self._allow(self._limits.farewell_seconds)


class InPortions(asyncio.BufferedProtocol):
    """Hands a connection on that reads `room` at once, and no more.

    It stands before the line rather than in it: uvloop takes what is an asyncio.Protocol too for
    one that is not buffered.
    """

    def __init__(self, line: LimitedConnection, buffer: bytearray) -> None:
        self._line = line
        self._buffer = buffer

    # uvicorn narrows BaseTransport to Transport itself, since it serves streams alone.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        self._line.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._line.connection_lost(exc)

    def pause_writing(self) -> None:
        self._line.pause_writing()

    def resume_writing(self) -> None:
        self._line.resume_writing()

    def eof_received(self) -> None:
        self._line.eof_received()

    def get_buffer(self, _hint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, count: int) -> None:
        self._line.data_received(bytes(memoryview(self._buffer)[:count]))
