"""What the desk does by itself: opens what waits, brings cases along, lets assignments expire."""

import logging
from datetime import date, datetime

from mentorkorps.backend.clock import Clock, danish_day, is_working_hour
from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.desk.assignments import Tell, expire_some, tell_second
from mentorkorps.backend.desk.case_opening import PORTION, CaseKeeper
from mentorkorps.backend.jobs.periodic import PeriodicJob
from mentorkorps.backend.services import JudgedClock

log = logging.getLogger(__name__)


class CaseJob(PeriodicJob):
    """Brings cases along when it starts and on each new day; on working days from 8 to 16 lets
    assignments expire, unless the clock is in doubt: nobody loses a case to a leap of it.
    """

    name = "cases"
    seconds_between = 60

    def __init__(
        self,
        database: Database,
        keeper: CaseKeeper,
        clock: Clock,
        guard: JudgedClock,
        tell: Tell = tell_second,
    ) -> None:
        super().__init__()
        self._database = database
        self._keeper = keeper
        self._clock = clock
        self._guard = guard
        self._tell = tell
        self._done: date | None = None

    async def look(self) -> None:
        now = self._clock()
        if self._done != danish_day(now):
            await self.bring_along(now)
        if is_working_hour(now) and (await self._guard.look()).is_believed:
            await self._expire(now)

    async def return_lost(self) -> None:
        """Gives back what people have who are gone or may not answer it any more.

        To be awaited before the first request: the file of people is read at the start.
        """
        lost = await self._database.read(self._keeper.lost)
        for start in range(0, len(lost), PORTION):
            ids = lost[start : start + PORTION]
            await self._database.change(self._keeper.follow_each, ids, self._clock())

    async def bring_along(self, now: datetime) -> None:
        """Every open case becomes what sign-ups, data and people are now, and what waits without a
        case gets one.
        """
        await self.return_lost()
        database, keeper = self._database, self._keeper
        after: str | None = ""
        while after is not None:
            ids, after = await database.read(keeper.outdated, after)
            if ids:
                await database.change(keeper.follow_each, ids, now)
        opened = 0
        while count := await database.change(keeper.open_some, now):
            opened += count
        if opened:
            log.info("cases: %s opened for sign-ups that waited", opened)
        self._done = danish_day(now)

    async def _expire(self, now: datetime) -> None:
        expired = 0
        while count := await self._database.change(expire_some, now, self._tell):
            expired += count
        if expired:
            log.info("cases: %s not answered in time are their teams' again", expired)
