"""A database with many sign-ups, made in one transaction: what a portal has after months."""

from datetime import datetime

from mentorkorps.backend import settings
from mentorkorps.backend.db import connect, sign_up_rows
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.security.spam import Signs
from mentorkorps.backend.signups.lifecycle import Submission, accept
from mentorkorps.forms.answers import Answers
from tests.backend.conftest import MONDAY

PLENTY = 4_000
"""More than 4 MB, so that a sweep does not write the database anew at once."""


def fill(read: settings.Settings, count: int = PLENTY, at: datetime = MONDAY) -> None:
    connect.run_on_database(read, _accept_all, count, read.secret_keys[0], at)


def _accept_all(transaction: Transaction, count: int, key: str, at: datetime) -> None:
    for number in range(count):
        answers = Answers(
            {"name": "Karen Testesen", "email": f"{number}@example.org", "place": "5000"},
            {"contact": "1"},
        )
        known_by = sign_up_rows.fingerprint(key, "mentor", answers)
        accept(
            transaction,
            Submission("mentor", "da", answers, Signs(()), (known_by,), str(number), at),
        )
