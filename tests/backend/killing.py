"""Kills a server under load again and again, and counts what became of the sign-ups that it said it has.

After a number of acknowledgements, not after a time, so that the test says the same on a slow
machine. The victims are forks of a process that has loaded the records.
"""

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from mentorkorps.backend import settings
from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.db import operator_reads
from mentorkorps.backend.security.signed_links import Tokens
from tests.backend.conftest import FORM, JSON, KEY, built_site, eventually, volunteer
from tests.conftest import ROOT

THREADS = 8
LIVES = (1, 30)
"""Each server lives until it has acknowledged so many, at random between these: a moment of its own on any machine."""
LEASES_ARE_OVER = 3600


@dataclass(frozen=True)
class Toll:
    """How many sign-ups were acknowledged and kept, and which of the acknowledged were not."""

    acknowledged: int
    kept: int
    lost: frozenset[str]
    mails: Counter[str]
    """How many rows of the outbox each sign-up has, by its id."""


class Victim:
    """A server on one database that is started and killed. Receipts of what it acknowledged: `receipts`."""

    def __init__(self, nest: subprocess.Popen[str], port: int, read: settings.Settings) -> None:
        self.settings = read
        self.url = f"http://127.0.0.1:{port}"
        self.receipts: list[str] = []
        self._nest = nest
        self._child: int | None = None

    def start(self, ahead: int = 0) -> None:
        self._nest.stdin.write(f"{ahead}\n")
        self._nest.stdin.flush()
        self._child = int(self._nest.stdout.readline())
        eventually(self._answers, seconds=30)

    def kill(self) -> None:
        if self._child:
            os.kill(self._child, signal.SIGKILL)
        self._child = None

    def killed_under_load(self, round: int) -> None:
        self.start()
        names = (f"{round}-{number}" for number in range(THREADS))
        posting = [threading.Thread(target=self._post_until_dead, args=(name,)) for name in names]
        for thread in posting:
            thread.start()
        enough = len(self.receipts) + random.randint(*LIVES)
        eventually(lambda: len(self.receipts) >= enough, seconds=60)
        self.kill()
        for thread in posting:
            thread.join()

    def toll(self) -> Toll:
        sign_ups = operator_reads.sign_ups(self.settings)
        tokens = Tokens(self.settings.secret_keys, utc_now)
        receipts = {
            f"/receipt/{tokens.sign('receipt', sign_up.id, sign_up.received_at)}"
            for sign_up in sign_ups
        }
        mails = Counter({sign_up.id: 0 for sign_up in sign_ups}) + Counter(
            mail.subject.id for mail in operator_reads.mails(self.settings)
        )
        return Toll(len(self.receipts), len(sign_ups), frozenset(self.receipts) - receipts, mails)

    def mails_are_out(self) -> bool:
        return {"sent"} == {mail.state for mail in operator_reads.mails(self.settings)}

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", verify=False).is_success
        except httpx.TransportError:
            return False

    def _post_until_dead(self, name: str) -> None:
        with httpx.Client(base_url=self.url, verify=False) as client:
            for number in range(100_000):
                try:
                    answer = client.post(
                        FORM, data=volunteer(email=f"{name}-{number}@example.org"), headers=JSON
                    )
                except httpx.TransportError:
                    return
                if answer.status_code == 201:
                    self.receipts.append(answer.json()["receipt"])


@contextmanager
def victim(folder: Path, port: int, **environ: str) -> Iterator[Victim]:
    """Until the block ends, with MENTORKORPS_<name> settings."""
    variables = {"DATABASE_URL": f"sqlite:///{folder}/var/m.db", "SECRET_KEYS": KEY} | environ
    variables = {f"MENTORKORPS_{name}": value for name, value in variables.items()}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.backend.victim", str(built_site(folder / "site")), str(port)],
        env=os.environ | variables,
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as nest:
        running = Victim(nest, port, settings.read_settings(variables))
        try:
            yield running
        finally:
            running.kill()
            nest.stdin.close()
