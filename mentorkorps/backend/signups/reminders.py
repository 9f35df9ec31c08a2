"""Reminds a coordinator once of an answer that was promised and has not been noted in time.

It leaves in working hours only. Who hears once a morning of all that waits gets none: that mail
says what is late.
"""

from collections.abc import Callable
from datetime import date, datetime

from mentorkorps.backend.clock import DENMARK, danish_day
from mentorkorps.backend.db import mail_rows
from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.jobs.clock_guard import ClockGuard
from mentorkorps.backend.jobs.periodic import PeriodicJob
from mentorkorps.backend.mail import kinds
from mentorkorps.backend.mail.waiting import waiting_by_mailbox
from mentorkorps.backend.settings import Settings
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.interface.holidays import is_working_day

FIRST_HOUR, LAST_HOUR = 8, 16
"""In Denmark: from the first, and not from the last on."""


def queue_reminders(
    transaction: Transaction, catalogue: Catalogue, settings: Settings, now: datetime
) -> int:
    """Queues a mail for each request whose promised day is over, once; how many. A job for the
    writer.
    """
    queued = 0
    for box, waiting in waiting_by_mailbox(transaction, catalogue, settings).items():
        if box in settings.recipients.collected:
            continue
        for request in waiting:
            ids = [sign_up.id for sign_up in request.sign_ups]
            is_late = request.by < danish_day(now)
            if is_late and not any(
                mail_rows.was_queued(transaction, id, kinds.OVERDUE) for id in ids
            ):
                mail_rows.queue_mails(transaction, ids[0], (kinds.OVERDUE,), now)
                queued += 1
    return queued


class Reminders(PeriodicJob):
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
        super().__init__()
        self._database = database
        self._catalogue = catalogue
        self._settings = settings
        self._guard = guard
        self._afterwards = afterwards
        self._done: date | None = None

    async def look(self) -> None:
        verdict = await self._guard.look()
        local = verdict.now.astimezone(DENMARK)
        is_office_hour = is_working_day(local.date()) and FIRST_HOUR <= local.hour < LAST_HOUR
        if not verdict.is_believed or not is_office_hour or self._done == local.date():
            return
        if await self._database.change(
            queue_reminders, self._catalogue, self._settings, verdict.now
        ):
            self._afterwards()
        self._done = local.date()
