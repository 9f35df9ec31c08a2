"""How long sign-ups are kept, and what stays of them afterwards: counts by form, month and outcome."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Concatenate, ParamSpec, TypeVar

from mentorkorps.backend.clock import DENMARK, Clock, danish_day, months_before
from mentorkorps.backend.db import (
    access_log_rows,
    asked_rows,
    connect,
    desk_session_rows,
    mail_rows,
    retention_rows,
    spent_rows,
)
from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.db.errors import CannotOpen
from mentorkorps.backend.db.records import Ended, Life
from mentorkorps.backend.db.transaction import (
    Change,
    Snapshot,
    Transaction,
    rewrite_afterwards,
    sweep_afterwards,
)
from mentorkorps.backend.jobs.clock_guard import (
    ClockGuard,
    Reading,
    Verdict,
    believe,
    judge,
    stop_large_purge,
    uptime,
)
from mentorkorps.backend.jobs.guarded_job import GuardedJob
from mentorkorps.backend.mail import digest
from mentorkorps.backend.mail.sign_up_facts import WITHDRAWN_KEPT
from mentorkorps.backend.settings import Settings
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.forms import ACCESS_LOG_MONTHS, Retention

DIGESTS_KEPT = timedelta(days=30)
"""Longer than the link in one lasts."""
BATCH = 100
"""Sign-ups that are deleted in one transaction, for which a visitor may have to wait: some 10 ms of processor time."""
LARGE_PURGE = 5
"""More than one in so many of the confirmed sign-ups are not deleted at once without a second look."""
SMALL_PURGE = 20
"""So many may always go: as many as one course seats. They signed up in the same days, so their time ends in the same
night, and in a small portal they are more than a fifth of all."""

REWRITE_HOUR = 4
"""In Denmark: a database of 100,000 sign-ups is written anew in some seconds, in which others wait."""

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)


class Stopped(CannotOpen):
    """Nothing was deleted: the clock is in doubt, or it would be very much."""

    def __init__(self, verdict: Verdict, due: "Due") -> None:
        if verdict.is_believed:
            reason, remedy = "that is more than a fifth of them", "If that is right"
        else:
            reason, remedy = str(verdict), "Set the clock; if it is right"
        super().__init__(
            f"{due} would be deleted, but {reason}. Nothing was deleted. {remedy}, run: mentorkorps purge --yes"
        )


@dataclass(frozen=True, slots=True)
class Purged:
    """How many sign-ups were deleted, and which mails went with them."""

    sign_ups: int
    mails: tuple[str, ...]

    def __add__(self, other: "Purged") -> "Purged":
        return Purged(self.sign_ups + other.sign_ups, self.mails + other.mails)

    def __str__(self) -> str:
        return f"{self.sign_ups} sign-ups and {len(self.mails)} mails deleted"


@dataclass(frozen=True, slots=True)
class Due:
    """The `ids` of sign-ups that have had their time, as `ended` says; `confirmed` of them, of `all_confirmed`."""

    ended: Sequence[Ended]
    ids: Sequence[str]
    confirmed: int
    all_confirmed: int

    @property
    def is_large(self) -> bool:
        return self.confirmed > SMALL_PURGE and self.confirmed * LARGE_PURGE > self.all_confirmed

    def __str__(self) -> str:
        others = len(self.ids) - self.confirmed
        return f"{self.confirmed} of {self.all_confirmed} confirmed sign-ups and {others} others"


def due(snapshot: Snapshot, catalogue: Catalogue, now: datetime) -> Due:
    """What a purge would delete. A job for the writer."""
    confirmed = retention_rows.confirmed_by_form(snapshot)
    ended = _ended(catalogue, confirmed, now)
    expired = retention_rows.over_by_outcome(snapshot, ended)
    outcomes = Counter(outcome for _, outcome in expired)
    others = outcomes["withdrawn"] + outcomes["unconfirmed"]
    return Due(ended, [id for id, _ in expired], len(expired) - others, sum(confirmed.values()))


async def purge(change: Change, overdue: Due, now: datetime) -> AsyncIterator[Purged]:
    """Deletes these sign-ups with their consents and mails, in batches between which others write."""
    yield await change(forget, now)
    for start in range(0, len(overdue.ids), BATCH):
        yield await change(purge_batch, overdue.ended, overdue.ids[start : start + BATCH])
    await change(sweep_afterwards)


def forget(transaction: Transaction, now: datetime) -> Purged:
    """Forgets who was asked to confirm, what was spent, who logged in, what the log need not tell any more, and
    mails about no sign-up, once they count no more.

    A job for the writer.
    """
    asked_rows.forget_asked(transaction, danish_day(now))
    spent_rows.forget_spent(transaction, now)
    desk_session_rows.forget_logins(transaction, now)
    access_log_rows.purge_log(transaction, months_before(now, ACCESS_LOG_MONTHS))
    return Purged(0, tuple(mail_rows.delete_old_mails(transaction, now - DIGESTS_KEPT)))


def purge_batch(transaction: Transaction, ended: Sequence[Ended], ids: Sequence[str]) -> Purged:
    """Deletes those of these sign-ups whose time is over still. A job for the writer."""
    return _delete(transaction, retention_rows.lives_over(transaction, ended, ids))


def delete(transaction: Transaction, lives: Sequence[Life]) -> Purged:
    """Deletes these sign-ups for good and counts them. A job for the writer."""
    purged = _delete(transaction, lives)
    transaction.sweep_afterwards()
    return purged


def _delete(transaction: Transaction, lives: Sequence[Life]) -> Purged:
    ids = [life.id for life in lives]
    tally = Counter(
        (life.form, f"{danish_day(life.received_at):%Y-%m}", life.outcome) for life in lives
    )
    for (form, month, outcome), count in tally.items():
        retention_rows.add_count(transaction, form, month, outcome, count)
    retention_rows.delete_sign_ups(transaction, ids)
    access_log_rows.forget_details(transaction, ids)
    mails = mail_rows.delete_mails_of(transaction, ids)
    return Purged(len(ids), tuple(mails))


def erase(transaction: Transaction, id: str) -> Purged:
    """Deletes one sign-up at once. A job for the writer."""
    life = retention_rows.life_of(transaction, id)
    return delete(transaction, [life] if life else [])


def purge_now(settings: Settings, catalogue: Catalogue, clock: Clock, is_sure: bool) -> Purged:
    """The same by a command. `is_sure`: somebody says that the clock is right and that much may be deleted.

    Raises Stopped, CannotOpen or MissingKey.
    """
    with connect.opened_to_write(settings) as runner:

        async def change(
            job: Callable[Concatenate[Transaction, P], T], *values: P.args, **named: P.kwargs
        ) -> T:
            return runner.run_job(job, *values, **named)

        return asyncio.run(_purge_checked(change, settings, catalogue, clock, is_sure))


async def _purge_checked(
    change: Change, settings: Settings, catalogue: Catalogue, clock: Clock, is_sure: bool
) -> Purged:
    now = clock()
    if is_sure:
        await change(believe, now)
    verdict, _ = await change(judge, settings, Reading(now, uptime()), None)
    overdue = await _refuse_doubtful(change, catalogue, verdict, is_sure)
    purged = Purged(0, ())
    async for batch in purge(change, overdue, verdict.now):
        forget_files(settings, batch.mails)
        purged += batch
    return purged


async def _refuse_doubtful(
    change: Change, catalogue: Catalogue, verdict: Verdict, is_sure: bool
) -> Due:
    overdue = await change(due, catalogue, verdict.now)
    if not is_sure and (overdue.is_large or not verdict.is_believed):
        raise Stopped(verdict, overdue)
    return overdue


def forget_files(settings: Settings, mails: Sequence[str]) -> None:
    """Deletes the mails that lie as files, where there is no mail server."""
    for id in mails:
        (settings.mail_folder / f"{id}.eml").unlink(missing_ok=True)


class DailyPurge(GuardedJob):
    """Purges when it starts and on each new day after that; in the morning tells what is doubtful or was given up.

    It does neither while the clock is in doubt, and a large purge waits for a steady day or a yes. At night, if
    anything was deleted since, not a trace of it is left.
    """

    name = "retention"

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
        self._told: date | None = None
        self._is_sure = False
        self._rewritten: date | None = None
        self._left: tuple[str, ...] = ()

    async def look(self) -> None:
        verdict = await self._guard.look()
        if verdict.is_believed:
            await self._look_on(verdict)
        else:
            self._is_sure = False
        self._forget_files()

    async def ask(self, is_sure: bool) -> int:
        """Purges at the next look, as a command asks; how many sign-ups. Raises Stopped, Busy or Unavailable."""
        verdict = await (self._guard.believe() if is_sure else self._guard.look())
        overdue = await _refuse_doubtful(self._database.change, self._catalogue, verdict, is_sure)
        self._done, self._is_sure = None, is_sure
        return len(overdue.ids)

    async def _look_on(self, verdict: Verdict) -> None:
        today = danish_day(verdict.now)
        if self._done != today or self._is_sure or verdict.is_steady:
            await self._purge(verdict)
        if self._told != today and verdict.now.astimezone(DENMARK).hour >= digest.HOUR:
            await self._tell(verdict.now)
        if self._rewritten != today and verdict.now.astimezone(DENMARK).hour == REWRITE_HOUR:
            await self._rewrite(verdict.now)

    async def _purge(self, verdict: Verdict) -> None:
        overdue = await self._database.read(due, self._catalogue, verdict.now)
        if overdue.is_large and not (self._is_sure or verdict.is_steady):
            await self._database.change(
                stop_large_purge, self._settings, verdict.wall, overdue.confirmed
            )
            log.error("purge: %s are due: see whether that is right", overdue)
        else:
            await self._purge_all(verdict, overdue)
        self._done = danish_day(verdict.now)

    async def _purge_all(self, verdict: Verdict, overdue: Due) -> None:
        purged = Purged(0, ())
        async for batch in purge(self._database.change, overdue, verdict.now):
            self._left += batch.mails
            purged += batch
        self._is_sure = False
        log.info("purge: %s", purged)
        if verdict.stop:
            await self._database.change(believe, verdict.wall)

    async def _rewrite(self, now: datetime) -> None:
        await self._database.change(rewrite_afterwards)
        self._rewritten = danish_day(now)

    def _forget_files(self) -> None:
        try:
            forget_files(self._settings, self._left)
        except OSError as error:  # a read-only disk: at the next look
            log.error("purge: mails are left as files (%s)", type(error).__name__)
            return
        self._left = ()

    async def _tell(self, now: datetime) -> None:
        due = await self._database.read(digest.due_digests, self._catalogue, self._settings, now)
        count = await self._database.change(digest.queue_digests, due, now) if due else 0
        self._told = danish_day(now)
        self._afterwards()
        if count:
            log.info("digest: %s mails queued", count)


def _ended(catalogue: Catalogue, forms: Iterable[str], now: datetime) -> list[Ended]:
    limits = [form.retention for form in catalogue.forms.values()]
    # A form that is no longer there has no limit of its own: the shortest holds.
    shortest = Retention(
        min(limit.unconfirmed_hours for limit in limits), min(limit.months for limit in limits)
    )
    forms_today = catalogue.forms
    return [
        _ended_of(form, forms_today[form].retention if form in forms_today else shortest, now)
        for form in forms
    ]


def _ended_of(form: str, limit: Retention, now: datetime) -> Ended:
    return Ended(
        form,
        now,
        unconfirmed=now - timedelta(hours=limit.unconfirmed_hours),
        confirmed=months_before(now, limit.months),
        withdrawn=now - WITHDRAWN_KEPT,
    )
