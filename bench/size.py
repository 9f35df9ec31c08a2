"""What operators' commands take with 100,000 sign-ups in a SQLite file: seconds, and megabytes of the process.

Idle is a command that loads what all of them load and finds nothing; what another needs beyond that is its own.
"""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from sqlalchemy import text

from bench.many import ROOT
from mentorkorps.backend import settings
from mentorkorps.backend.db import connect, sign_up_rows
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.security.spam import Signs
from mentorkorps.backend.signups.lifecycle import Submission, accept
from mentorkorps.forms.answers import Answers

COUNT = 100_000
AT_A_TIME = 5_000
DAYS = 60
OLD_KEY, NEW_KEY = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
AS_AFTER_MONTHS = (
    "UPDATE mails SET state = 'sent', sent_at = created_at",
    "UPDATE sign_ups SET confirmed_at = received_at",
    "UPDATE sign_ups SET answered_at = received_at WHERE substr(id, 1, 1) > '3'",
)
"""All confirmed, three of four answered."""


class Cost(NamedTuple):
    seconds: float
    megabytes: float


def run() -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        fill(folder, COUNT)
        sign_up = numbers(folder)[COUNT // 2]
        yesterday = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"
        print(
            f"{COUNT:,} sign-ups, {(folder / 'mentorkorps.db').stat().st_size / 1e6:.0f} MB of database\n"
        )
        print("command | seconds | MB at most")
        print("---|---|---")
        for name, arguments in (
            ("idle: desk participants ID", ("desk", "participants", "odense-marts-2027")),
            ("desk show ID", ("desk", "show", sign_up)),
            ("desk list", ("desk", "list")),
            (
                f"desk export mentor --from {yesterday}",
                ("desk", "export", "mentor", "-", "--from", yesterday),
            ),
            ("desk export mentor", ("desk", "export", "mentor", "-")),
            ("outbox", ("outbox",)),
            ("backup", ("backup", folder / "all.backup")),
            ("restore", ("restore", folder / "all.backup")),
            ("rotate, no server", ("rotate",)),
        ):
            cost = command(folder, *arguments)
            print(f"{name} | {cost.seconds:.2f} | {cost.megabytes:.0f}", flush=True)
        print(f"\nThe backup has {(folder / 'all.backup').stat().st_size / 1e6:.0f} MB.")


def environ(folder: Path, keys: str = f"{NEW_KEY},{OLD_KEY}") -> dict[str, str]:
    return {
        "MENTORKORPS_DATABASE_URL": f"sqlite:///{folder}/mentorkorps.db",
        "MENTORKORPS_SECRET_KEYS": keys,
    }


def fill(folder: Path, count: int) -> None:
    """Sign-ups of the last sixty days, encrypted with the old key."""
    old_settings = settings.read_settings(environ(folder, OLD_KEY))
    now = datetime.now(UTC)
    for first in range(0, count, AT_A_TIME):
        connect.run_on_database(
            old_settings, _accept_some, range(first, min(count, first + AT_A_TIME)), now, count
        )
    connect.run_on_database(old_settings, _as_after_months)


def numbers(folder: Path) -> list[str]:
    with connect.opened_to_read(settings.read_settings(environ(folder))) as snapshot:
        return list(
            snapshot.execute(text("SELECT id FROM sign_ups ORDER BY received_at")).scalars()
        )


def command(folder: Path, *arguments: object) -> Cost:
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "mentorkorps", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | environ(folder),
        stdout=subprocess.DEVNULL,
    )
    most = 0.0
    while process.poll() is None:
        most = max(most, megabytes_at_most(process.pid))
        time.sleep(0.01)
    assert process.returncode == 0, arguments
    return Cost(time.perf_counter() - start, most)


def megabytes_at_most(pid: int) -> float:
    """So far; 0 of a process that has ended (proc(5), VmHWM)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return 0
    return next(
        (
            int(line.split()[1]) * 1024 / 1e6
            for line in status.splitlines()
            if line.startswith("VmHWM")
        ),
        0,
    )


def _accept_some(transaction: Transaction, numbers: range, now: datetime, count: int) -> None:
    for submission in _submissions(numbers, now, count):
        accept(transaction, submission)


def _submissions(numbers: range, now: datetime, count: int) -> Iterator[Submission]:
    for number in numbers:
        answers = Answers(
            {
                "name": "Sofie Ærø",
                "email": f"{number}@example.com",
                "place": "5000",
                "industry": "it-teknik",
                "message": "Jeg vil gerne være mentor, og jeg kan tale dansk, engelsk og arabisk med min mentee.",
            },
            {"contact": "2026-11-22"},
        )
        known_by = sign_up_rows.fingerprint(OLD_KEY, "mentor", answers)
        at = now - timedelta(days=DAYS) * ((count - number) / count)
        yield Submission("mentor", "da", answers, Signs(()), (known_by,), str(number), at)


def _as_after_months(transaction: Transaction) -> None:
    for statement in AS_AFTER_MONTHS:
        transaction.execute(text(statement))
