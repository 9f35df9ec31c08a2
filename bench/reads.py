"""What visitors wait, with 100,000 sign-ups kept, while others ask for what used to be the size of all.

One visitor signs up and opens an own page, again and again; beside that go figures, deletions, a rotation or a backup.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlencode

from bench import servers, size
from bench.many import ROOT
from bench.servers import Server
from mentorkorps.backend.security.signed_links import Tokens

COUNT = 100_000
SECONDS = 10
SCRAPERS = 20
BETWEEN_DELETIONS = 0.5
PERSON = {
    "name": "Sofie Ærø",
    "place": "5000",
    "industry": "it-teknik",
    "programme": "mentorkorps-aabent-hold",
    "adult": "yes",
    "contact": "2026-11-22",
    "language": "da",
    "website": "",
}

Ask = Callable[[], float]
"""Asks once; how many milliseconds it took."""


class Waits(NamedTuple):
    """Milliseconds of many answers."""

    median: float
    p95: float
    worst: float


def run() -> None:
    with TemporaryDirectory() as place:
        folder = Path(place, "kept")
        folder.mkdir()
        size.fill(folder, COUNT)
        numbers = iter(size.numbers(folder))
        environ = {
            name.removeprefix("MENTORKORPS_"): value for name, value in size.environ(folder).items()
        }
        with servers.ours(
            Path(place, "server"), SMTP_URL="smtp://127.0.0.1:9", **environ
        ) as server:
            visitor = Visitor(server, next(numbers))
            print(f"{COUNT:,} sign-ups\n")
            print(
                "meanwhile | sign-up p50 ms | p95 | worst | own page p50 ms | p95 | worst | that: times | ms each"
            )
            print("---|---|---|---|---|---|---|---|---")
            for name, other in (
                ("nothing", every(1, lambda: 0.0)),
                ("/metrics asked by one", every(0, visitor.metrics)),
                (f"/metrics asked by {SCRAPERS} at once", every(0, visitor.metrics, SCRAPERS)),
                (
                    "one deleted each half second",
                    every(BETWEEN_DELETIONS, lambda: visitor.delete(next(numbers))),
                ),
                ("backup", once(lambda: command(folder, "backup", folder / "one.backup"))),
                ("rotate", once(lambda: command(folder, "rotate"))),
            ):
                tell(name, visitor, other)


def tell(name: str, visitor: "Visitor", other: "Beside") -> None:
    with other as beside:
        until = time.perf_counter() + SECONDS
        signing, looking = [], []
        while time.perf_counter() < until or beside.is_waited_for():
            signing.append(visitor.sign_up())
            looking.append(visitor.own_page())
    figures = " | ".join(f"{value:.1f}" for value in (*waits(signing), *waits(looking)))
    mean = sum(beside.took) / max(1, len(beside.took))
    print(f"{name} | {figures} | {len(beside.took)} | {mean:.0f}", flush=True)


def waits(took: list[float]) -> Waits:
    in_order = sorted(took)
    return Waits(in_order[len(took) // 2], in_order[len(took) * 95 // 100], in_order[-1])


class Visitor:
    """Somebody at a browser. Each question has a connection of its own, as behind a proxy."""

    def __init__(self, server: Server, sign_up: str) -> None:
        self._port = server.port
        self._sign_up = sign_up
        self._tokens = Tokens(
            size.environ(Path())["MENTORKORPS_SECRET_KEYS"].split(","), lambda: datetime.now(UTC)
        )
        self._names = count()

    def sign_up(self) -> float:
        return self._ask(
            "POST", "/forms/mentor", PERSON | {"email": f"v{next(self._names)}@example.org"}, 303
        )

    def own_page(self) -> float:
        return self._ask("POST", f"/mine/{self._mine(self._sign_up)}", {}, 200)

    def doubtful(self) -> float:
        token = self._tokens.sign("doubtful", self._kept, datetime.now(UTC))
        return self._ask("POST", f"/desk/doubtful/{token}", {}, 200)

    def delete(self, number: str) -> float:
        return self._ask("POST", f"/mine/{self._mine(number)}/delete", {"sure": "yes"}, 200)

    def metrics(self) -> float:
        return self._ask("GET", "/metrics", None, 200)

    def _mine(self, number: str) -> str:
        return self._tokens.sign("mine", number, datetime.now(UTC))

    def _ask(self, method: str, path: str, form: dict[str, str] | None, status: int) -> float:
        start = time.perf_counter()
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {} if form is None else {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, None if form is None else urlencode(form), headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == status, (path, answer.status)
        return 1000 * (time.perf_counter() - start)


class Beside:
    """What goes on beside the visitor, and how long each of it took in milliseconds."""

    def __init__(
        self, work: Callable[["Beside"], None], threads: int, ends_by_itself: bool
    ) -> None:
        self.took: list[float] = []
        self.is_over = threading.Event()
        self._ends_by_itself = ends_by_itself
        self._threads = [threading.Thread(target=work, args=(self,)) for _ in range(threads)]

    def is_waited_for(self) -> bool:
        return self._ends_by_itself and any(thread.is_alive() for thread in self._threads)

    def __enter__(self) -> "Beside":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        for thread in self._threads:
            thread.join()


def every(seconds: float, ask: Ask, threads: int = 1) -> Beside:
    """Again and again, with so long between, on so many threads."""

    def go_on(beside: Beside) -> None:
        while not beside.is_over.wait(seconds):
            beside.took.append(ask())

    return Beside(go_on, threads, ends_by_itself=False)


def once(ask: Ask) -> Beside:
    return Beside(lambda beside: beside.took.append(ask()), 1, ends_by_itself=True)


def command(folder: Path, *arguments: object) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "mentorkorps", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | size.environ(folder),
        stdout=subprocess.DEVNULL,
        check=False,
    )
    return 1000 * (time.perf_counter() - start)
