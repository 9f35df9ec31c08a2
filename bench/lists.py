"""What visitors wait while a coordinator reads the list of what may be spam, with 20,000 sign-ups in it.

On SQLite and on PostgreSQL, each with and without the coordinator, in turn.
"""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import servers
from bench.reads import Visitor, waits
from bench.size import NEW_KEY, OLD_KEY
from mentorkorps.backend.db import connect, operator_reads, sign_up_rows
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.security.spam import Signs
from mentorkorps.backend.settings import Settings, read_settings
from mentorkorps.backend.signups.lifecycle import Submission, accept
from mentorkorps.forms.answers import Answers
from tests.postgres import running

COUNT = 20_000
AT_A_TIME = 2_000
PAUSES = {"not read": None, "by a coordinator, one a second": 1.0, "without a pause": 0.0}
ROUNDS = 5
TIMES = 150
"""Sign-ups, and own pages, in each half of a round."""
KEYS = f"{NEW_KEY},{OLD_KEY}"


def run() -> None:
    print(f"{COUNT:,} doubtful sign-ups; medians of {ROUNDS} rounds of {TIMES}, in ms\n")
    print("database | the list | sign-up p50 | p95 | worst | own page p50 | p95 | worst | a list")
    print("---|---|---|---|---|---|---|---|---")
    with TemporaryDirectory() as place:
        measure("SQLite", Path(place, "file"), f"sqlite:///{place}/file.db")
        with running(fsync="on") as cluster:
            measure("PostgreSQL", Path(place, "server"), cluster.fresh())


def measure(name: str, folder: Path, url: str) -> None:
    settings = read_settings({"MENTORKORPS_DATABASE_URL": url, "MENTORKORPS_SECRET_KEYS": KEYS})
    fill(settings)
    numbers = [sign_up.id for sign_up in operator_reads.listed_sign_ups(settings, newest=10)]
    more = {"DATABASE_URL": url, "SECRET_KEYS": KEYS, "SMTP_URL": "smtp://127.0.0.1:9"}
    with servers.ours(folder, **more) as server:
        visitor = Visitor(server, numbers[len(numbers) // 2])
        rounds: dict[str, list[tuple[float, ...]]] = {how: [] for how in PAUSES}
        lists: dict[str, list[float]] = {how: [] for how in PAUSES}
        for _ in range(ROUNDS):
            for how, pause in PAUSES.items():
                rounds[how].append(one_round(visitor, lists[how], pause))
        for how, figures in rounds.items():
            told = " | ".join(f"{median(column):.1f}" for column in zip(*figures, strict=True))
            each = f"{median(lists[how]):.0f}" if lists[how] else ""
            print(f"{name} | {how} | {told} | {each}", flush=True)


def one_round(visitor: Visitor, lists: list[float], pause: float | None) -> tuple[float, ...]:
    """`pause`: seconds between a list and the next; None for no list at all."""
    is_over = threading.Event()

    def read() -> None:
        while pause is not None and not is_over.is_set():
            lists.append(visitor.doubtful())
            is_over.wait(pause)

    coordinator = threading.Thread(target=read)
    coordinator.start()
    signing, looking = [], []
    for _ in range(TIMES):
        signing.append(visitor.sign_up())
        looking.append(visitor.own_page())
    is_over.set()
    coordinator.join()
    return (*waits(signing), *waits(looking))


def fill(settings: Settings) -> None:
    now = datetime.now(UTC) - timedelta(hours=1)
    for first in range(0, COUNT, AT_A_TIME):
        connect.run_on_database(settings, _accept_some, first, now)


def _accept_some(transaction: Transaction, first: int, now: datetime) -> None:
    for number in range(first, first + AT_A_TIME):
        answers = Answers(
            {
                "name": "Robot",
                "email": f"{number}@example.com",
                "place": "5000",
                "industry": "it-teknik",
            },
            {"contact": "2026-11-22"},
        )
        known_by = sign_up_rows.fingerprint(NEW_KEY, "mentor", answers)
        at = now - timedelta(seconds=COUNT - number)
        accept(
            transaction,
            Submission(
                "mentor", "da", answers, Signs(("trap", "unproved")), (known_by,), str(number), at
            ),
        )
