"""What comes round by itself for lists: news that is found at the start, batches whose time has
come, practical mails, and a draft of each newsletter after the end of a month.

None of it can be taken back, so it waits while the clock is not believed.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime

from mentorkorps.backend.clock import DENMARK, danish_day
from mentorkorps.backend.db import batch_rows
from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.jobs.clock_guard import ClockGuard
from mentorkorps.backend.jobs.guarded_job import GuardedJob
from mentorkorps.backend.lists import announcements, batches, newsletter, reminders
from mentorkorps.backend.logging import log_data
from mentorkorps.backend.settings import Settings
from mentorkorps.catalogue.load import Catalogue

DRAFTED_FROM_HOUR = 7
DRAFTED_UNTIL_DAY = 7
"""Of a month: a server that was off on the first of it drafts later, and one that is new drafts
nothing old.
"""

log = logging.getLogger(__name__)


class ListJob(GuardedJob):
    name = "lists"
    seconds_between = 1

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        settings: Settings,
        guard: ClockGuard,
        afterwards: Callable[[], None],
    ) -> None:
        super().__init__(database, catalogue, settings, guard, afterwards)
        self._is_announced = False
        self._drafted: date | None = None

    async def look(self) -> None:
        verdict = await self._guard.look()
        if not verdict.is_believed:
            return
        await self._announce(verdict.now)
        await self._draft(verdict.now)
        await self._remind(verdict.now)
        await self._queue(verdict.now)

    async def _announce(self, now: datetime) -> None:
        if self._is_announced:
            return
        announced = await self._database.change(
            announcements.announce, self._catalogue, self._settings.news_wait, now
        )
        self._is_announced = True
        for batch in announced:
            log.info("lists: a batch waits", extra=log_data(batch=batch.id, kind=batch.kind))

    async def _draft(self, now: datetime) -> None:
        local = now.astimezone(DENMARK)
        month = local.date().replace(day=1)
        is_time = local.day > 1 or local.hour >= DRAFTED_FROM_HOUR
        if self._drafted == month or local.day > DRAFTED_UNTIL_DAY or not is_time:
            return
        period = newsletter.month_before(danish_day(now))
        drafted = await self._database.read(
            newsletter.drafts, self._catalogue, self._settings.secret_keys[0], period, now
        )
        if drafted:
            drafts_kept = await self._database.change(newsletter.keep_drafts, drafted)
            log.info("lists: newsletters drafted", extra=log_data(count=len(drafts_kept)))
        self._drafted = month

    async def _remind(self, now: datetime) -> None:
        if not reminders.gatherings_soon(self._catalogue, now):
            return
        due = await self._database.read(reminders.due_mails, self._catalogue, now)
        if due:
            await self._database.change(reminders.queue_due, due, now)
            self._afterwards()

    async def _queue(self, now: datetime) -> None:
        coming = await self._database.read(batch_rows.batches, ("waiting", "leaving"))
        for batch in coming:
            is_leaving = batch.state == "leaving"
            if batches.is_due(batch, now):
                is_leaving = await self._database.change(batches.begin, batch.id, now)
            if is_leaving:
                key = self._settings.secret_keys[0]
                await batches.queue_all(self._database, self._catalogue, key, batch, now)
                self._afterwards()
