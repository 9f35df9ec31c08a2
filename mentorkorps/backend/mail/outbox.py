"""Delivers what stands in the outbox: leased, tried again with growing waits, never forgotten.

`trouble` says how the mail server refuses us, or that it is away, until it takes a mail of that kind again.

The recipient is looked up again at the moment of leasing, since an address may change between two
attempts. A mail put off for more than twelve hours was put off by a wrong clock and is due at
once; no wait is that long.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from mentorkorps.backend.clock import Clock
from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.db.mail_rows import settle_mails
from mentorkorps.backend.db.records import Mail, SignUp
from mentorkorps.backend.db.writer import Busy, Unavailable
from mentorkorps.backend.logging import log_data
from mentorkorps.backend.mail.alarm import Alarm
from mentorkorps.backend.mail.connection_turns import NoTurn
from mentorkorps.backend.mail.kinds import BULK, KINDS
from mentorkorps.backend.mail.leases import CountDoubtful, lease_due_mails, none_doubtful
from mentorkorps.backend.mail.mime import WrittenMail
from mentorkorps.backend.mail.smtp_status import describe_error, explain, judge_error, reply_of
from mentorkorps.backend.mail.transport import MailTransport

IDLE_SECONDS = 5
BURST, PAUSE_SECONDS = 10, 0.02
"""So many mails, then a pause: 500 a second at most, so that a flood keeps no visitor waiting.

A pause after each mail would cost more than the mail.
"""
ROUND_SECONDS = 1.0
"""What a round takes at the pace of the mail server.

After kill -9 no more than one round leaves a second time, and what is queued meanwhile waits no
longer.
"""
SMALLEST_ROUND, LARGEST_ROUND = 10, 200
LAST_DELIVERY_SECONDS = 5
LEASE = timedelta(minutes=2)
"""Longer than a mail waits for a connection and is handed over, see transport."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=5)
JITTER = 0.2
TRIAL_SECONDS = 300
"""Between two looks at a mail server that was away, while no mail is due."""
ALARMED_AFTER = timedelta(hours=1)
"""Of a mail server that takes nothing: shorter than that it may be upgrading itself."""

Addressees = Literal["persons", "coordinators", "everybody"]
EVERYBODY: Addressees = "everybody"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the mail server does to us, and since when it takes nothing of that kind.

    `error`: as describe_error gives it. `is_over`: it can be reached again, and whether it takes
    mails too, the next one will show.
    """

    error: str
    since: datetime
    is_over: bool = False


class Lane:
    """Mails that leave one after the other: those of bulk, or all others.

    Each goes on by itself, so that no batch is in front of a confirmation. `most`: how many a round
    takes.
    """

    def __init__(self, is_bulk: bool) -> None:
        self.is_bulk = is_bulk
        self.most = SMALLEST_ROUND
        self.is_well = True
        self.woken = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def note_pace(self, count: int, seconds: float) -> None:
        """So many mails took so long: the next round is to take ROUND_SECONDS, as far as is known."""
        if count == self.most or seconds > ROUND_SECONDS:
            by_pace = int(count * ROUND_SECONDS / seconds) if seconds else LARGEST_ROUND
            self.most = max(SMALLEST_ROUND, min(by_pace, 2 * self.most, LARGEST_ROUND))


class Outbox:
    """`write` makes the mail of a row, see MailComposer; `jitter` gives a number from 0 to 1.

    `count_doubtful` says at the moment of delivery how many sign-ups a digest is about. No mail is
    given up for its age while the clock is not believed. Mails of `bulk_kinds` never delay others.
    """

    def __init__(
        self,
        database: Database,
        transport: MailTransport,
        write: Callable[[Mail, SignUp | None], WrittenMail],
        clock: Clock,
        jitter: Callable[[], float] = random.random,
        alarm: Alarm | None = None,
        trial_seconds: float = TRIAL_SECONDS,
        is_clock_believed: Callable[[], bool] = lambda: True,
        count_doubtful: CountDoubtful = none_doubtful,
        bulk_kinds: Collection[str] = BULK,
    ) -> None:
        self._database = database
        self._transport = transport
        self._write = write
        self._clock = clock
        self._jitter = jitter
        self._alarm = alarm or Alarm((), clock)
        self._trial_seconds = trial_seconds
        self._is_clock_believed = is_clock_believed
        self._count_doubtful = count_doubtful
        self._bulk_kinds = bulk_kinds
        self._lanes = [Lane(is_bulk=False), *([Lane(is_bulk=True)] if bulk_kinds else [])]
        self._stopping = False
        self._trial: asyncio.Task[None] | None = None
        self._troubles: dict[Addressees, Trouble] = {}
        self._accepted_at: dict[Addressees, datetime] = {}

    @property
    def trouble(self) -> str | None:
        """What is wrong with the mail server, as describe_error gives it."""
        troubles = self._troubles.values()
        return next((trouble.error for trouble in troubles if not trouble.is_over), None)

    @property
    def is_alive(self) -> bool:
        return all(lane.is_well and lane.task and not lane.task.done() for lane in self._lanes)

    def wake(self) -> None:
        """There is a mail to deliver at once."""
        for lane in self._lanes:
            lane.woken.set()

    def start(self) -> None:
        for lane in self._lanes:
            lane.task = asyncio.create_task(self._run(lane), name="outbox")
        self._trial = asyncio.create_task(self._try_out(), name="trial of the mail server")

    async def stop(self) -> None:
        """Lets the mails under way arrive, but not for long."""
        self._stopping = True
        self.wake()
        lanes = [lane.task for lane in self._lanes if lane.task]
        if self._trial:
            self._trial.cancel()
        closing = asyncio.create_task(self._transport.close())
        await asyncio.wait([closing, *lanes], timeout=LAST_DELIVERY_SECONDS)
        for task in (closing, *lanes):
            task.cancel()

    async def deliver_due(self) -> int:
        """One round of every lane: how many mails were tried."""
        return sum([await self._deliver(lane) for lane in self._lanes])

    async def _deliver(self, lane: Lane) -> int:
        now = self._clock()
        due = await self._database.change(
            lease_due_mails,
            now,
            now + LEASE,
            now + 2 * LONGEST_WAIT,
            lane.most,
            self._count_doubtful,
            self._bulk_kinds,
            lane.is_bulk,
        )
        if not due:
            return 0
        begun = time.monotonic()
        mails = await self._delivered(due)
        lane.note_pace(len(due), time.monotonic() - begun)
        await self._database.change(settle_mails, mails)
        return sum(mail.state != "queued" for mail in mails)

    async def _delivered(self, due: list[tuple[Mail, SignUp | None]]) -> list[Mail]:
        deliveries = []
        async with asyncio.TaskGroup() as under_way:
            for number, (mail, sign_up) in enumerate(due):
                if number and number % BURST == 0:
                    await asyncio.sleep(PAUSE_SECONDS)
                deliveries.append(under_way.create_task(self._settled(mail, sign_up)))
        return [delivery.result() for delivery in deliveries]

    async def _run(self, lane: Lane) -> None:
        while not self._stopping:
            lane.woken.clear()
            try:
                tried = await self._deliver(lane)
                lane.is_well = True
            except (Busy, Unavailable) as error:
                log.error("outbox: the database took nothing (%s)", type(error).__name__)
                tried = 0
            except Exception:  # the edge of the task: the next round may do better
                log.exception("outbox: broken off")
                lane.is_well, tried = False, 0
            if not tried:
                await self._idle(lane)

    async def _try_out(self) -> None:
        """Logs at the start what is wrong with the mail server, and later when it is back."""
        while True:
            try:
                await self._transport.try_out()
                self._note_reached()
            except NoTurn:  # mails are under way and say how the server is
                pass
            except (
                Exception
            ) as error:  # the edge of the task: whatever it is, mails would meet it too
                self._note_trouble(EVERYBODY, describe_error(error))
            await asyncio.sleep(self._trial_seconds)
            while self.trouble is None:
                await asyncio.sleep(self._trial_seconds)

    def _note_reached(self) -> None:
        if before := self._troubles.get(EVERYBODY):
            self._troubles[EVERYBODY] = replace(before, is_over=True)

    async def _idle(self, lane: Lane) -> None:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                await lane.woken.wait()
        except TimeoutError:
            return

    async def _settled(self, mail: Mail, sign_up: SignUp | None) -> Mail:
        try:
            await self._transport.deliver(mail.id, self._write(mail, sign_up))
        except NoTurn:
            return replace(mail, state="queued", error=None)
        except Exception as error:  # the edge: one mail must not keep the others from leaving
            return self._postponed(mail, error)
        self._accepted(mail)
        return replace(mail, state="sent", sent_at=self._clock(), error=None)

    def _accepted(self, mail: Mail) -> None:
        audience = _audience(mail)
        self._accepted_at[audience] = self._clock()
        for reached in (audience, EVERYBODY):
            self._troubles.pop(reached, None)

    def _postponed(self, mail: Mail, error: Exception) -> Mail:
        now = self._clock()
        verdict, description = judge_error(error), describe_error(error)
        is_gone = verdict == "gone" or (verdict == "unclear" and self._others_get_through(mail))
        if verdict in ("server", "unclear") and not is_gone:
            audience = _audience(mail) if reply_of(error) else EVERYBODY
            since = self._note_trouble(audience, description)
            if now - since >= ALARMED_AFTER:
                self._alarm.sound("mail_server", description)
        data = log_data(mail=mail.id, kind=mail.kind, error=description)
        log.warning("mail not delivered", extra=data)
        is_too_old = now - mail.created_at >= GIVEN_UP_AFTER and self._is_clock_believed()
        if is_gone or is_too_old:
            log.error("mail given up", extra=data)
            self._alarm.sound("given_up", description)
            return replace(mail, state="failed", due_at=now, error=description)
        due_at = now + self._wait(mail.attempts)
        return replace(mail, state="retry", due_at=due_at, error=description)

    def _others_get_through(self, mail: Mail) -> bool:
        """Whether the server took a mail to the same audience since this one was written.

        Some relays take what is for their own people, coordinators often, and refuse us all others
        in the same words.
        """
        accepted_at = self._accepted_at.get(_audience(mail))
        return accepted_at is not None and accepted_at >= mail.created_at

    def _note_trouble(self, audience: Addressees, error: str) -> datetime:
        """Gives since when it lasts."""
        before = self._troubles.get(audience)
        if before is None or before.error != error:
            log.error("mail server: %s", explain(error, "en"), extra=log_data(error=error))
        since = before.since if before else self._clock()
        self._troubles[audience] = Trouble(error, since)
        return since

    def _wait(self, attempts_before: int) -> timedelta:
        doublings: int = 2 ** min(attempts_before, 20)
        wait = min(FIRST_WAIT * doublings, LONGEST_WAIT)
        return wait * (1 - JITTER + 2 * JITTER * self._jitter())


def _audience(mail: Mail) -> Addressees:
    kind = KINDS.get(mail.kind)
    return "persons" if kind and kind.to == "person" else "coordinators"
