"""Reminds a coordinator once of an answer that was promised and has not been noted in time.

It leaves in working hours only. Who hears once a morning of all that waits gets none: that mail
says what is late.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from mentorkorps.backend.clock import danish_day, is_working_hour
from mentorkorps.backend.db import mail_rows
from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.db.transaction import Snapshot, Transaction
from mentorkorps.backend.jobs.clock_guard import ClockGuard
from mentorkorps.backend.jobs.guarded_job import GuardedJob
from mentorkorps.backend.mail import kinds
from mentorkorps.backend.mail.waiting import waiting_by_mailbox
from mentorkorps.backend.settings import Settings
from mentorkorps.catalogue.load import Catalogue


def overdue(
    snapshot: Snapshot, catalogue: Catalogue, settings: Settings, now: datetime
) -> list[tuple[str, ...]]:
    """The requests whose promised day is over, each as the ids of its sign-ups, oldest first. For a
    reader. Mailboxes that hear each morning of all that waits are left out.
    """
    return [
        tuple(sign_up.id for sign_up in request.sign_ups)
        for box, waiting in waiting_by_mailbox(snapshot, catalogue, settings).items()
        if box not in settings.recipients.collected
        for request in waiting
        if request.by < danish_day(now)
    ]


def queue_reminders(
    transaction: Transaction, requests: Sequence[tuple[str, ...]], now: datetime
) -> int:
    """Queues a mail for each request of which none was sent; how many. A job for the writer."""
    queued = 0
    for ids in requests:
        if not any(mail_rows.was_queued(transaction, id, kinds.OVERDUE) for id in ids):
            mail_rows.queue_mails(transaction, ids[0], (kinds.OVERDUE,), now)
            queued += 1
    return queued


class Reminders(GuardedJob):
    """Looks once on each working day."""

    name = "reminders"

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        settings: Settings,
        guard: ClockGuard,
        afterwards: Callable[[], None],
    ) -> None:
        super().__init__(database, catalogue, settings, guard, afterwards)
        self._done: date | None = None

    async def look(self) -> None:
        verdict = await self._guard.look()
        today = danish_day(verdict.now)
        if not verdict.is_believed or self._done == today or not is_working_hour(verdict.now):
            return
        late = await self._database.read(overdue, self._catalogue, self._settings, verdict.now)
        if late:
            await self._database.change(queue_reminders, late, verdict.now)
            self._afterwards()
        self._done = today
