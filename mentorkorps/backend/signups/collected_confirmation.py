"""One mail for all sign-ups that wait at a mailbox which has had its share of mails that day.

It leaves at one of a few hours of the day, so that however often an address is posted, and whatever is deleted again
meanwhile, one mailbox gets at most one of them at each of these hours.

An hour that has passed cannot be had twice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from mentorkorps.backend.clock import DENMARK, Clock
from mentorkorps.backend.db import asked_rows, mail_rows, sign_up_rows
from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.jobs.periodic import PeriodicJob
from mentorkorps.backend.mail import kinds

HOURS = (6, 10, 14, 18, 22)
"""In Denmark."""
MOST_LISTED = 200
"""Sign-ups that are shown and confirmed at once."""


def leaves_at(asked_at: datetime) -> datetime:
    """When the mail leaves that asks for what came at that moment: the next of the hours."""
    local = asked_at.astimezone(DENMARK)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    days = (midnight, midnight + timedelta(days=1))
    return next(
        hour
        for day in days
        for hour_of_day in HOURS
        if (hour := day.replace(hour=hour_of_day)) > local
    )


def note(transaction: Transaction, addressee: str, at: datetime) -> None:
    """Has a mailbox asked for what came at that moment, with all else that waits there. Part of
    a writer's job.
    """
    asked_rows.collect(transaction, addressee, leaves_at(at))


def ask_due(transaction: Transaction, now: datetime) -> int:
    """Queues the mails whose hour has come, where something still waits; how many. A job for the
    writer.
    """
    return sum(
        _ask(transaction, addressee, due_at, now)
        for addressee, due_at in asked_rows.take_collected(transaction, now)
    )


def _ask(transaction: Transaction, addressee: str, due_at: datetime, now: datetime) -> bool:
    waiting = [
        sign_up
        for sign_up in sign_up_rows.unconfirmed_at(transaction, addressee, MOST_LISTED)
        if sign_up.silenced
    ]
    unasked = [sign_up for sign_up in waiting if leaves_at(sign_up.asked_at) >= due_at]
    if unasked:
        mail_rows.queue_mails(transaction, addressee, (kinds.CONFIRM_ALL,), now)
    return bool(unasked)


class Collection(PeriodicJob):
    """Looks whether the hour of such a mail has come."""

    name = "collected"

    def __init__(self, database: Database, clock: Clock, afterwards: Callable[[], None]) -> None:
        super().__init__()
        self._database = database
        self._clock = clock
        self._afterwards = afterwards

    async def look(self) -> None:
        if await self._database.change(ask_due, self._clock()):
            self._afterwards()
