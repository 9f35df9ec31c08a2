"""A mail server of our own that misbehaves on demand, one mood at a time."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage

SLOW_SECONDS = 1.3


class Sullen(socketserver.ThreadingTCPServer):
    """What it took, in `taken`. `mood` is the command at which it goes wrong and what it does then.

    It takes no more than `most_connections` at once and `mails_each` on one; `opened` counts those it
    took, `peak` how many there were at once.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Talk)
        self.mood: tuple[str, str] | None = None
        self.taken: list[EmailMessage] = []
        self.pipelines = False
        self.most_connections = self.mails_each = 1000
        self.opened = self.open = self.peak = 0
        self.lock = threading.Lock()
        self.is_closing = threading.Event()


class Talk(socketserver.StreamRequestHandler):
    """One connection. A mood's answer is a line to say, or `cut`, `reset`, `hang`, `trickle` or `slow`."""

    server: Sullen

    def handle(self) -> None:
        with self.server.lock:
            self.server.open += 1
        try:
            if self.server.open > self.server.most_connections:
                self.wfile.write(b"421 4.7.0 too many connections\r\n")
            else:
                self.server.opened += 1
                self.server.peak = max(self.server.peak, self.server.open)
                self._talk()
        finally:
            with self.server.lock:
                self.server.open -= 1

    def _talk(self) -> None:
        self.accepted = 0
        if not self._say("banner", "220 sullen"):
            return
        while line := self.rfile.readline():
            command = line.split()[0].decode().lower() if line.split() else ""
            if not self._obey(command):
                return

    def _obey(self, command: str) -> bool:
        match command:
            case "ehlo":
                more = ["250-AUTH PLAIN LOGIN"] if self._goes_wrong("auth") else []
                more += ["250-STARTTLS"] if self._goes_wrong("starttls") else []
                more += ["250-PIPELINING"] if self.server.pipelines else []
                return self._say("ehlo", "\r\n".join(["250-sullen", *more, "250 8BITMIME"]))
            case "mail" if self.accepted >= self.server.mails_each:
                self.wfile.write(b"421 4.7.0 enough on this connection\r\n")
                return False
            case "data":
                return self._say("data", "354 go on") and (self._goes_wrong("data") or self._take())
            case "quit":
                self._say("quit", "221 bye")
                return False
        return self._say(command, "250 OK")

    def _take(self) -> bool:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line or self._goes_wrong("text"):
                return False
            lines.append(line)
        if not self._goes_wrong("dot") or self.server.mood[1] in ("cut", "hang", "slow"):
            self.server.taken.append(message_from_bytes(b"".join(lines), policy=policy.default))
            self.accepted += 1
        return self._say("dot", "250 taken")

    def _goes_wrong(self, at: str) -> bool:
        return self.server.mood is not None and self.server.mood[0] == at

    def _say(self, at: str, well: str) -> bool:
        answer = self.server.mood[1] if self._goes_wrong(at) else well
        if answer == "hang":
            self.server.is_closing.wait(10)
        if answer == "slow":
            self.server.is_closing.wait(SLOW_SECONDS)
            answer = well
        if answer == "trickle":
            with suppress(OSError):
                while not self.server.is_closing.wait(0.05):
                    self.wfile.write(b"221-wait\r\n")
        if answer == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if answer in ("hang", "cut", "reset", "trickle"):
            return False
        self.wfile.write(f"{answer}\r\n".encode())
        return True


@contextmanager
def sullen(port: int) -> Iterator[Sullen]:
    with Sullen(port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.is_closing.set()
            server.shutdown()
            thread.join()
