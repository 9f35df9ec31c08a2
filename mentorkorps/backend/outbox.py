"""Delivers what stands in the outbox: claimed with a lease, tried again with patience, never forgotten.

`trouble` says how the mail server refuses us, or that it is away, until it takes a mail of that kind again.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Literal, Protocol

from aiosmtplib import SMTP, SMTPException, SMTPHeloError
from aiosmtplib.email import extract_recipients, extract_sender, flatten_message

from mentorkorps.backend.alarm import Alarm
from mentorkorps.backend.clock import Clock
from mentorkorps.backend.logs import data
from mentorkorps.backend.settings import SmtpServer
from mentorkorps.backend.smtp_status import described, explained, judged, reply_of
from mentorkorps.backend.store import Mail, SignUp, Store, lease_due_mails, settle_mails
from mentorkorps.backend.store.records import TO_PERSON
from mentorkorps.backend.writer import Busy, Unavailable

AT_ONCE = 10
IDLE_SECONDS = 5
APART_SECONDS = 0.005
"""Between two mails: 200 a second at most and no bursts, so that a flood of them does not keep visitors waiting."""
DELIVERY_SECONDS = 30
"""To connect and log in, and twice that to hand the mail over: some servers look through it before they answer, and
who hangs up meanwhile sends it again (RFC 5321, 4.5.3.2.6, asks for ten minutes). Together less than a lease."""
FAREWELL_SECONDS = 2
LAST_DELIVERY_SECONDS = 5
LEASE = timedelta(minutes=2)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=5)
JITTER = 0.2
TRIAL_SECONDS = 300
"""Between two looks at a mail server that was away, while no mail is due."""
ALARMED_AFTER = timedelta(hours=1)
"""Of a mail server that takes nothing: shorter than that it may be upgrading itself."""

Audience = Literal["persons", "coordinators", "everybody"]
EVERYBODY: Audience = "everybody"

log = logging.getLogger(__name__)


class Carrier(Protocol):
    """Takes a mail to where it goes. Raises aiosmtplib's errors or OSError."""

    async def deliver(self, id: str, message: EmailMessage) -> None: ...

    async def try_out(self) -> None:
        """Goes the way without a mail."""


class Folder:
    """Mails as files <id>.eml: whole or not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def deliver(self, id: str, message: EmailMessage) -> None:
        await asyncio.to_thread(self._keep, id, message.as_bytes())

    def _keep(self, id: str, text: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f".{id}.part"
        part.write_bytes(text)
        part.replace(self.folder / f"{id}.eml")

    async def try_out(self) -> None:
        """The folder is made with the first mail."""


class Smtp:
    """Mails to a server: encrypted where it can be, and always before a password.

    Whether a mail is delivered says the answer to its text alone. What comes after that, or never comes, is no reason
    to send it again.
    """

    def __init__(self, server: SmtpServer, patience_seconds: float = DELIVERY_SECONDS) -> None:
        self.server = server
        self.patience_seconds = patience_seconds
        self._connections = asyncio.Semaphore(AT_ONCE)
        self._farewells: set[asyncio.Task[None]] = set()

    async def deliver(self, id: str, message: EmailMessage) -> None:
        client = await self._connected()
        try:
            async with asyncio.timeout(2 * self.patience_seconds):
                await _hand_over(client, message)
        finally:
            self._take_leave(client)

    async def try_out(self) -> None:
        self._take_leave(await self._connected())

    async def _connected(self) -> SMTP:
        """A connection that is encrypted and logged in as the settings want it; to be left again."""
        await self._connections.acquire()
        client = self._client()
        try:
            async with asyncio.timeout(self.patience_seconds):
                await client.connect()
        except BaseException:
            client.close()
            self._connections.release()
            raise
        return client

    def _client(self) -> SMTP:
        server = self.server
        must_encrypt = server.user is not None and not server.encrypted and not server.is_local
        return SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.encrypted,
            start_tls=True if must_encrypt else None,
            # A relay on the same machine mostly shows a certificate that it signed itself.
            validate_certs=server.ca_file is not None or not server.is_local,
            cert_bundle=str(server.ca_file) if server.ca_file else None,
            timeout=2 * self.patience_seconds,
        )

    def _take_leave(self, client: SMTP) -> None:
        """Nobody waits for it but the next connection, so that a server that hangs here has few of them at once."""
        farewell = asyncio.create_task(self._part(client))
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)

    async def _part(self, client: SMTP) -> None:
        try:
            await client.quit(timeout=FAREWELL_SECONDS)
        except (SMTPException, OSError) as error:
            log.debug("the mail server said no farewell (%s)", type(error).__name__)
        finally:
            client.close()
            self._connections.release()


async def _hand_over(client: SMTP, message: EmailMessage) -> None:
    """One mail to its one recipient.

    Not by `send_message`, which says RSET after a refusal and forgets the refusal if that is not answered.
    """
    if client.is_ehlo_or_helo_needed:
        with suppress(SMTPHeloError):  # who knows no EHLO is greeted with HELO by the next command
            await client.ehlo()
    eight_bit = client.supports_extension("8BITMIME")
    text = flatten_message(message, cte_type="8bit" if eight_bit else "7bit")
    size = [f"SIZE={len(text)}"] if client.supports_extension("size") else []
    (recipient,) = extract_recipients(message)
    await client.mail(str(extract_sender(message)), options=[*size, *(["BODY=8BITMIME"] if eight_bit else [])])
    await client.rcpt(recipient)
    await client.data(text)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the mail server does to us, as `described` gives it, and since when it takes nothing of that kind.

    `is_over`: it can be reached again, and whether it takes mails too, the next one will show.
    """

    told: str
    since: datetime
    is_over: bool = False


class Outbox:
    """`write` makes the mail of a row; `jitter` gives a number from 0 to 1.

    No mail is given up for its age while the clock is not believed.
    """

    def __init__(
        self,
        store: Store,
        carrier: Carrier,
        write: Callable[[Mail, SignUp], EmailMessage],
        clock: Clock,
        jitter: Callable[[], float] = random.random,
        alarm: Alarm | None = None,
        trial_seconds: float = TRIAL_SECONDS,
        is_clock_believed: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._write = write
        self._clock = clock
        self._jitter = jitter
        self._alarm = alarm or Alarm((), clock)
        self._trial_seconds = trial_seconds
        self._is_clock_believed = is_clock_believed
        self._woken = asyncio.Event()
        self._stopping = False
        self._is_well = True
        self._task: asyncio.Task[None] | None = None
        self._trial: asyncio.Task[None] | None = None
        self._troubles: dict[Audience, Trouble] = {}
        self._accepted_at: dict[Audience, datetime] = {}

    @property
    def trouble(self) -> str | None:
        return next((one.told for one in self._troubles.values() if not one.is_over), None)

    @property
    def is_alive(self) -> bool:
        return self._is_well and self._task is not None and not self._task.done()

    def wake(self) -> None:
        """There is a mail to deliver at once."""
        self._woken.set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="outbox")
        self._trial = asyncio.create_task(self._try_out(), name="trial of the mail server")

    async def stop(self) -> None:
        """Lets the mails under way arrive, but not for long."""
        self._stopping = True
        self.wake()
        await asyncio.wait([self._task], timeout=LAST_DELIVERY_SECONDS)
        self._task.cancel()
        if self._trial:
            self._trial.cancel()

    async def deliver_due(self) -> int:
        """One round: how many mails were tried."""
        now = self._clock()
        due = await self._store.do(lease_due_mails, now, now + LEASE, now + 2 * LONGEST_WAIT, AT_ONCE)
        if due:
            await self._store.do(settle_mails, await self._delivered(due))
        return len(due)

    async def _delivered(self, due: list[tuple[Mail, SignUp]]) -> list[Mail]:
        deliveries = []
        async with asyncio.TaskGroup() as under_way:
            for mail, sign_up in due:
                deliveries.append(under_way.create_task(self._settled(mail, sign_up)))
                await asyncio.sleep(APART_SECONDS)
        return [one.result() for one in deliveries]

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                tried = await self.deliver_due()
                self._is_well = True
            except (Busy, Unavailable) as error:
                log.error("outbox: the database took nothing (%s)", type(error).__name__)
                tried = 0
            except Exception:  # the edge of the task: the next round may do better
                log.exception("outbox: broken off")
                self._is_well, tried = False, 0
            if not tried:
                await self._idle()

    async def _try_out(self) -> None:
        """Tells at the start what is wrong with the mail server or its settings, and later when it is back."""
        while True:
            try:
                await self._carrier.try_out()
                self._note_reached()
            except Exception as error:  # the edge of the task: whatever it is, mails would meet it too
                self._note_trouble(EVERYBODY, described(error))
            await asyncio.sleep(self._trial_seconds)
            while self.trouble is None:
                await asyncio.sleep(self._trial_seconds)

    def _note_reached(self) -> None:
        if before := self._troubles.get(EVERYBODY):
            self._troubles[EVERYBODY] = replace(before, is_over=True)

    async def _idle(self) -> None:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _settled(self, mail: Mail, sign_up: SignUp) -> Mail:
        try:
            await self._carrier.deliver(mail.id, self._write(mail, sign_up))
        except Exception as error:  # the edge of the outbox: one mail must not keep the others from leaving
            return self._postponed(mail, error)
        self._accepted(mail)
        return replace(mail, state="sent", sent_at=self._clock(), error=None)

    def _accepted(self, mail: Mail) -> None:
        kind = _audience(mail)
        self._accepted_at[kind] = self._clock()
        for mended in (kind, EVERYBODY):
            self._troubles.pop(mended, None)

    def _postponed(self, mail: Mail, error: Exception) -> Mail:
        now = self._clock()
        verdict, told = judged(error), described(error)
        is_gone = verdict == "gone" or (verdict == "unclear" and self._others_get_through(mail))
        if verdict in ("server", "unclear") and not is_gone:
            since = self._note_trouble(_audience(mail) if reply_of(error) else EVERYBODY, told)
            if now - since >= ALARMED_AFTER:
                self._alarm.sound("mail_server", told)
        log.warning("mail not delivered", extra=data(mail=mail.id, kind=mail.kind, error=told))
        is_too_old = now - mail.created_at >= GIVEN_UP_AFTER and self._is_clock_believed()
        if is_gone or is_too_old:
            log.error("mail given up", extra=data(mail=mail.id, kind=mail.kind, error=told))
            self._alarm.sound("given_up", told)
            return replace(mail, state="failed", due_at=now, error=told)
        return replace(mail, state="retry", due_at=now + self._wait(mail.attempts), error=told)

    def _others_get_through(self, mail: Mail) -> bool:
        """Whether the server has taken a mail to somebody of the same kind since this one was written.

        Some relays take what is for their own people, coordinators often, and refuse us all others in the same words.
        """
        accepted_at = self._accepted_at.get(_audience(mail))
        return accepted_at is not None and accepted_at >= mail.created_at

    def _note_trouble(self, whose: Audience, told: str) -> datetime:
        """Gives since when it lasts."""
        before = self._troubles.get(whose)
        if before is None or before.told != told:
            log.error("mail server: %s", explained(told, "en"), extra=data(error=told))
        since = before.since if before else self._clock()
        self._troubles[whose] = Trouble(told, since)
        return since

    def _wait(self, attempts_before: int) -> timedelta:
        wait = min(FIRST_WAIT * 2 ** min(attempts_before, 20), LONGEST_WAIT)
        return wait * (1 - JITTER + 2 * JITTER * self._jitter())


def _audience(mail: Mail) -> Audience:
    return "persons" if mail.kind in TO_PERSON else "coordinators"
