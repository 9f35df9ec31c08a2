"""A server process whose disk and clock go wrong on demand, with a real mail server, seen from outside.

A library before libc does it (faulty.c, LD_PRELOAD, Linux): no right to mount is needed, and it
stops root, which chmod does not. It can fail fsync alone, and then takes back what was written
since the last one, as a system may that counts pages as clean after it failed. SQLite survives
that: a commit whose fsync failed is written anew at the same place of the log, and a checkpoint is
repeated until its own fsync went well. So the writer goes on with the same connection.
"""

import subprocess
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import httpx

from mentorkorps.backend import settings
from mentorkorps.backend.db import operator_reads
from tests.backend.conftest import (
    FORM,
    PostOffice,
    any_free_port,
    eventually,
    post_office,
    volunteer,
)
from tests.backend.process import Process, process

SOURCE = Path(__file__).parent / "faulty.c"
MOST_POSTS = 2000
CROWD = 8


class Faulty:
    """`acknowledged`: the receipts of sign-ups that the server said it has, by the address they came from."""

    def __init__(
        self, folder: Path, server: Process, services: PostOffice, client: httpx.Client
    ) -> None:
        self._folder = folder
        self.server = server
        self.services = services
        self.client = client
        self.settings = settings.read_settings(server.environ)
        self.acknowledged: dict[str, str] = {}
        self.answers: Counter[int] = Counter()
        self._numbers = count(1)

    def disk(self, mood: str) -> None:
        """A word that faulty.c knows, or none for a disk that is well."""
        (self._folder / "disk").write_text(mood)

    def clock(self, hours: int) -> None:
        """How far the server's clock is ahead of ours."""
        (self._folder / "clock").write_text(str(3600 * hours))

    def restart(self) -> None:
        self.server.process.kill()
        self.server.process.wait()
        self.server.start()
        eventually(self.server.is_up, seconds=30)

    def post(self) -> httpx.Response:
        """Somebody signs up whom nobody knows yet."""
        who = f"person{next(self._numbers)}@example.org"
        answer = self.client.post(FORM, data=volunteer(email=who))
        self.answers[answer.status_code] += 1
        if answer.status_code == 303:
            self.acknowledged[who] = answer.headers["location"]
        return answer

    def post_until_refused(self) -> httpx.Response:
        """The first answer that is no receipt."""
        return next(answer for _ in range(MOST_POSTS) if (answer := self.post()).status_code != 303)

    @contextmanager
    def crowd(self) -> Iterator[None]:
        """Many sign up at once, one after another, until the block ends."""
        is_over = threading.Event()

        def one_after_another() -> None:
            while not is_over.is_set():
                self.post()

        with ThreadPoolExecutor(CROWD) as pool:
            posting = [pool.submit(one_after_another) for _ in range(CROWD)]
            try:
                yield
            finally:
                is_over.set()
        for sending in posting:
            sending.result()

    def is_ready(self) -> bool:
        return self.client.get("/readyz").status_code == 200

    def mails_are_out(self) -> bool:
        """What is in the outbox has left; a lease of one that was not settled runs out some minutes later."""
        return {"sent"} == {mail.state for mail in operator_reads.mails(self.settings)}

    def numbers(self) -> dict[tuple[str, str], set[str]]:
        """The Message-IDs of what the mail server took, by recipient and subject."""
        taken = defaultdict(set)
        for letter in self.services.taken:
            taken[letter["To"], letter["Subject"]].add(letter["Message-ID"])
        return taken


def built(folder: Path) -> Path:
    library = folder / "faulty.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, SOURCE], check=True
    )
    return library


def surroundings(folder: Path, library: Path) -> dict[str, str]:
    """For a process whose disk is `folder`/var and whose moods are told in `folder`/moods."""
    moods = folder / "moods"
    moods.mkdir()
    return {"LD_PRELOAD": str(library), "FAULTY": str(moods), "FAULTY_UNDER": str(folder / "var")}


@contextmanager
def faulty(folder: Path, library: Path) -> Iterator[Faulty]:
    around, port, mail = surroundings(folder, library), any_free_port(), any_free_port()
    with (
        post_office(mail) as services,
        process(
            folder,
            port,
            around,
            PUBLIC_URL=f"http://127.0.0.1:{port}/",
            SMTP_URL=f"smtp://127.0.0.1:{mail}",
        ) as server,
        httpx.Client(base_url=server.url, timeout=20, verify=False) as client,
    ):
        eventually(lambda: client.get("/readyz").status_code == 200)
        yield Faulty(folder / "moods", server, services, client)
