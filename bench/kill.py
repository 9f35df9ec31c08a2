"""A server killed again and again under load, then a database that another program locks for half a minute.

Counts what the server said it has, what is there afterwards, and how often a mail went out under another number.
"""

import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from mentorkorps.backend.db import operator_reads
from tests.backend.conftest import (
    FORM,
    PostOffice,
    any_free_port,
    eventually,
    post_office,
    volunteer,
)
from tests.backend.killing import LEASES_ARE_OVER, Victim, victim

KILLS = 200
LOCKED_SECONDS = 30


def run() -> None:
    port = any_free_port()
    with (
        TemporaryDirectory() as place,
        post_office(port) as mail_server,
        victim(Path(place), any_free_port(), SMTP_URL=f"smtp://127.0.0.1:{port}") as server,
    ):
        for number in range(KILLS):
            server.killed_under_load(number)
            print(
                f"\r{number + 1} kills, {len(server.receipts)} acknowledged",
                end="",
                file=sys.stderr,
            )
        server.start(ahead=LEASES_ARE_OVER)
        eventually(server.mails_are_out, seconds=900)
        print("\r", end="", file=sys.stderr)
        tell(f"killed {KILLS} times", server, mail_server)
        refused = answers_while_locked(server)
        eventually(server.mails_are_out, seconds=900)
        tell(
            f"then locked for {LOCKED_SECONDS} s by another program, which refused {refused} more",
            server,
            mail_server,
        )


def answers_while_locked(server: Victim) -> int:
    """How many were told to come back while the lock was held; everybody else was told a lie."""
    refused, until = 0, time.monotonic() + LOCKED_SECONDS
    with closing(
        sqlite3.connect(server.settings.database.path, timeout=30, isolation_level=None)
    ) as other:
        other.execute("BEGIN EXCLUSIVE")
        with httpx.Client(base_url=server.url, timeout=20) as client:
            while time.monotonic() < until:
                answer = client.post(FORM, data=volunteer(email=f"locked{refused}@example.org"))
                assert (503, "5") == (answer.status_code, answer.headers["retry-after"])
                refused += 1
    eventually(lambda: httpx.get(f"{server.url}/readyz").is_success, seconds=30)
    return refused


def tell(title: str, server: Victim, mail_server: PostOffice) -> None:
    toll = server.toll()
    times = Counter(mail["Message-ID"] for mail in mail_server.taken)
    ids = {f"<{mail.id}@mentorkorps.invalid>" for mail in operator_reads.mails(server.settings)}
    print(f"\n{title} | count\n---|---")
    print(f"sign-ups acknowledged | {toll.acknowledged}")
    print(f"kept | {toll.kept}")
    print(f"acknowledged and lost | {len(toll.lost)}")
    print(f"kept without exactly its mail | {sum(count != 1 for count in toll.mails.values())}")
    print(f"mails that reached the mail server | {len(times)}")
    print(
        f"of these more than once, under the same number | {sum(count > 1 for count in times.values())}"
    )
    print(f"under another number, or never | {len(times.keys() ^ ids)}")
