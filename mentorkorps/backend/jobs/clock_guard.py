"""Whether the clock can be believed: what cannot be undone waits while a clock that has leapt has no second witness.

The witnesses are the last moment that was seen, which is kept in the database, and the system's uptime, which nobody
can set. Purging, lapsing places and the morning's mails ask for a verdict and work with the moment that it judged.

Judged is the moment that the job then works with, so that no leap comes in between. Where an
instance's clock differs from another's, its steady day begins anew each time the other looks. A
false clock that runs on for a day is believed; the purge that then follows is a large one and
waits another day. Twenty confirmed sign-ups may always go: the people of one course sign up in the
same days, so their time ends in the same night.

A clock far behind is not gone by: what came in at 1970 would be too old as soon as NTP has set it.
One far ahead is, since a server that was off for a week looks the same.

What a false clock dated into the future is corrected when it is right again. Links keep their
`asked_at`.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mentorkorps.backend.clock import Clock
from mentorkorps.backend.db import clock_rows
from mentorkorps.backend.db.records import ClockRecord, Stop
from mentorkorps.backend.db.transaction import Change, Transaction
from mentorkorps.backend.mail import digest, kinds
from mentorkorps.backend.security.signed_links import LIFETIMES
from mentorkorps.backend.settings import Settings

LEAP = timedelta(days=3)
"""From the last moment seen: a weekend without the server, and a clock one day off, stop nothing."""
STEADY = timedelta(days=1)
"""How long a doubtful clock has to go as the uptime does before it is believed: time for an operator to look."""
STEADY_WITHIN = timedelta(minutes=5)
NOTED_EACH = timedelta(minutes=1)

CLOCK_STOPS: tuple[Stop, ...] = ("ahead", "behind")


log = logging.getLogger(__name__)


def uptime() -> float:
    """Seconds that nobody can set, and that go on while the machine sleeps where the system counts those."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clock shows, and the uptime in seconds at the same time."""

    wall: datetime
    uptime: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the clock is held to be. `wall`: what it showed. `leap`: how far that is from what was expected.

    `steady`: how long it has been as it is since something was stopped.
    """

    wall: datetime
    seen_at: datetime
    leap: timedelta = timedelta()
    stop: Stop | None = None
    steady: timedelta = timedelta()

    @property
    def now(self) -> datetime:
        """The moment to go by."""
        return self.wall - self.leap if self.stop == "behind" else self.wall

    @property
    def is_believed(self) -> bool:
        return self.stop not in CLOCK_STOPS

    @property
    def is_steady(self) -> bool:
        return self.steady >= STEADY

    def __str__(self) -> str:
        if self.stop == "large_purge":
            return "a purge would delete more than a fifth of the confirmed sign-ups"
        days = f"{abs(self.leap).days} days {'ahead of' if self.stop == 'ahead' else 'behind'}"
        return f"the clock shows {minute(self.wall)}, {days} the last moment seen ({minute(self.seen_at)})"


@dataclass(frozen=True, slots=True)
class Memory:
    """What this process knows from its last look. `read_at`: the uptime when it first read `seen_at`.

    `noted`: its reading when it last kept how steady a doubtful clock is.
    """

    seen_at: datetime
    read_at: float
    stop: Stop | None = None
    noted: Reading | None = None

    def expected(self, uptime: float) -> datetime:
        """What a clock should show that was right at the last moment seen."""
        return self.seen_at + timedelta(seconds=uptime - self.read_at)


class ClockGuard:
    """The clock of the whole service, and the verdict on it."""

    def __init__(
        self, change: Change, settings: Settings, wall: Clock, uptime: Callable[[], float] = uptime
    ) -> None:
        self._change = change
        self._settings = settings
        self._wall = wall
        self._uptime = uptime
        self._memory: Memory | None = None
        self._looking = asyncio.Lock()
        self.verdict = Verdict(wall(), wall())

    def now(self) -> datetime:
        """The clock's time; while it is far behind the last moment seen, that moment and the uptime since.

        What came in at a time long ago would be deleted as too old as soon as the clock is right.
        """
        wall = self._wall()
        if self._memory is None:
            return wall
        expected = self._memory.expected(self._uptime())
        return expected if wall < expected - LEAP else wall

    def is_believed(self) -> bool:
        """As it was at the last look, unless the clock has leapt since."""
        reading = self._reading()
        expected = self._memory.expected(reading.uptime) if self._memory else reading.wall
        return self.verdict.is_believed and abs(reading.wall - expected) <= LEAP

    async def look(self) -> Verdict:
        """Judges the clock as it is now. Raises Busy or Unavailable."""
        async with self._looking:
            verdict, memory = await self._change(
                judge, self._settings, self._reading(), self._memory
            )
            return self._remember(verdict, memory)

    async def believe(self) -> Verdict:
        """Somebody says that the clock is right, and that what is to be deleted may be."""
        async with self._looking:
            reading = self._reading()
            await self._change(believe, reading.wall)
            return self._remember(
                Verdict(reading.wall, reading.wall), Memory(reading.wall, reading.uptime)
            )

    def _reading(self) -> Reading:
        return Reading(self._wall(), self._uptime())

    def _remember(self, verdict: Verdict, memory: Memory) -> Verdict:
        before, self.verdict, self._memory = self.verdict, verdict, memory
        if verdict.stop and verdict.stop != before.stop:
            log.error(
                "clock: %s: nothing is deleted until `mentorkorps purge --yes` or a steady day",
                verdict,
            )
        elif before.stop and not verdict.stop:
            log.warning("clock: %s is believed, deletion goes on", minute(verdict.wall))
        return verdict


def minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def judge(
    transaction: Transaction, settings: Settings, reading: Reading, memory: Memory | None
) -> tuple[Verdict, Memory]:
    """The verdict, and what the process is to remember. A job for the writer."""
    record = clock_rows.clock_record(transaction) or _first_record(transaction, reading)
    last_seen = (
        memory
        if memory and memory.seen_at == record.seen_at
        else Memory(record.seen_at, reading.uptime)
    )
    expected = last_seen.expected(reading.uptime)
    leap = reading.wall - expected
    stop = _stop(record, leap)
    steady = _steady(record, stop, reading, memory.noted if memory else None)
    if (record.stop and not stop) or (stop in CLOCK_STOPS and steady >= STEADY):
        believe(transaction, reading.wall)
        return Verdict(reading.wall, reading.wall), Memory(reading.wall, reading.uptime)
    seen_at, noted = record.seen_at, memory.noted if memory and memory.stop == stop else None
    if _is_to_note(record, stop, steady, reading, noted):
        seen_at = record.seen_at if stop in CLOCK_STOPS else max(record.seen_at, reading.wall)
        noted = reading if stop else None
        doubted_at = reading.wall if stop else None
        clock_rows.keep_clock_record(
            transaction, ClockRecord(seen_at, stop, doubted_at, round(steady.total_seconds()))
        )
        if stop in CLOCK_STOPS:
            digest.queue_alarm(
                transaction,
                settings,
                kinds.CLOCK,
                seen_at,
                abs(leap).days,
                max(reading.wall, expected),
            )
    read_at = last_seen.read_at if last_seen.seen_at == seen_at else reading.uptime
    return Verdict(reading.wall, seen_at, leap, stop, steady), Memory(seen_at, read_at, stop, noted)


def believe(transaction: Transaction, now: datetime) -> datetime | None:
    """The clock is right: nothing is stopped any more. Returns the last moment seen before. A job for the writer."""
    record = clock_rows.clock_record(transaction)
    clock_rows.correct_future(transaction, now, LIFETIMES["confirm"])
    clock_rows.keep_clock_record(transaction, ClockRecord(now))
    return record.seen_at if record else None


def stop_large_purge(
    transaction: Transaction, settings: Settings, now: datetime, count: int
) -> None:
    """A purge of so many confirmed sign-ups waits for a steady day or a yes. A job for the writer."""
    record = clock_rows.clock_record(transaction) or ClockRecord(now)
    if record.stop is None:
        clock_rows.keep_clock_record(transaction, ClockRecord(record.seen_at, "large_purge", now))
    digest.queue_alarm(transaction, settings, kinds.LARGE_PURGE, now, count, now)


def _first_record(transaction: Transaction, reading: Reading) -> ClockRecord:
    record = ClockRecord(clock_rows.newest_moment(transaction) or reading.wall)
    clock_rows.keep_clock_record(transaction, record)
    return record


def _stop(record: ClockRecord, leap: timedelta) -> Stop | None:
    if abs(leap) > LEAP:
        return "ahead" if leap > LEAP else "behind"
    return "large_purge" if record.stop == "large_purge" else None


def _steady(
    record: ClockRecord, stop: Stop | None, reading: Reading, noted: Reading | None
) -> timedelta:
    """How long the clock has gone as the uptime does since something was stopped, while a process was looking.

    A restart keeps what there was, but for one after which the clock has leapt again. Two instances that look in turn
    count no moment twice, and none where their clocks differ.
    """
    if stop is None or record.stop != stop or record.doubted_at is None:
        return timedelta()
    before, passed = timedelta(seconds=record.steady_seconds), reading.wall - record.doubted_at
    if noted is None:
        return before if abs(passed) <= LEAP else timedelta()
    witnessed = timedelta(seconds=reading.uptime - noted.uptime)
    is_even = abs(reading.wall - noted.wall - witnessed) <= STEADY_WITHIN
    if is_even and -STEADY_WITHIN <= passed <= witnessed + STEADY_WITHIN:
        return before + max(timedelta(), min(passed, witnessed))
    return timedelta()


def _is_to_note(
    record: ClockRecord,
    stop: Stop | None,
    steady: timedelta,
    reading: Reading,
    noted: Reading | None,
) -> bool:
    if stop is None:
        return reading.wall - record.seen_at >= NOTED_EACH
    if record.steady_seconds and not steady:
        return True
    return noted is None or reading.uptime - noted.uptime >= NOTED_EACH.total_seconds()
