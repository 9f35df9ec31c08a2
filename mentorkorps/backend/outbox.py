"""Delivers what stands in the outbox: claimed with a lease, tried again with patience, never forgotten.

`trouble` says what the mail server did the last time, if that was none of its recipients' fault.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from mentorkorps.backend.clock import Clock
from mentorkorps.backend.logs import data
from mentorkorps.backend.settings import SMTP_URL, SmtpServer
from mentorkorps.backend.store import Mail, SignUp, Store, lease_due_mails, settle_mails
from mentorkorps.backend.writer import Busy, Unavailable

AT_ONCE = 10
IDLE_SECONDS = 5
APART_SECONDS = 0.005
"""Between two mails: 200 a second at most and no bursts, so that a flood of them does not keep visitors waiting."""
DELIVERY_SECONDS = 30
LAST_DELIVERY_SECONDS = 5
LEASE = timedelta(minutes=2)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=5)
JITTER = 0.2

log = logging.getLogger(__name__)


class Carrier(Protocol):
    """Takes a mail to where it goes. Raises aiosmtplib's errors or OSError."""

    async def deliver(self, id: str, message: EmailMessage) -> None: ...


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


class Smtp:
    """Mails to a server: encrypted where it can be, and always before a password."""

    def __init__(self, server: SmtpServer, patience_seconds: float = DELIVERY_SECONDS) -> None:
        self.server = server
        self.patience_seconds = patience_seconds

    async def deliver(self, id: str, message: EmailMessage) -> None:
        server = self.server
        must_encrypt = server.user is not None and not server.encrypted and not server.is_local
        async with asyncio.timeout(self.patience_seconds):
            await aiosmtplib.send(
                message,
                hostname=server.host,
                port=server.port,
                username=server.user,
                password=server.password,
                use_tls=server.encrypted,
                start_tls=True if must_encrypt else None,
                # A relay on the same machine mostly shows a certificate that it signed itself.
                validate_certs=not server.is_local,
                timeout=self.patience_seconds,
            )


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
        is_clock_believed: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._write = write
        self._clock = clock
        self._jitter = jitter
        self._is_clock_believed = is_clock_believed
        self._woken = asyncio.Event()
        self._stopping = False
        self._is_well = True
        self._task: asyncio.Task[None] | None = None
        self.trouble: str | None = None

    @property
    def is_alive(self) -> bool:
        return self._is_well and self._task is not None and not self._task.done()

    def wake(self) -> None:
        """There is a mail to deliver at once."""
        self._woken.set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="outbox")

    async def stop(self) -> None:
        """Lets the mails under way arrive, but not for long."""
        self._stopping = True
        self.wake()
        await asyncio.wait([self._task], timeout=LAST_DELIVERY_SECONDS)
        self._task.cancel()

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

    async def _idle(self) -> None:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _settled(self, mail: Mail, sign_up: SignUp) -> Mail:
        try:
            await self._carrier.deliver(mail.id, self._write(mail, sign_up))
            self.trouble = None
        except Exception as error:  # the edge of the outbox: one mail must not keep the others from leaving
            return self._postponed(mail, error)
        return replace(mail, state="sent", sent_at=self._clock(), error=None)

    def _postponed(self, mail: Mail, error: Exception) -> Mail:
        now = self._clock()
        told = described(error)
        if isinstance(error, SMTPException | OSError) and not _recipient_code(error):
            self.trouble = told
        if isinstance(error, SMTPAuthenticationError):
            log.error("the mail server refuses the user or the password in %s", SMTP_URL)
        log.warning("mail not delivered", extra=data(mail=mail.id, kind=mail.kind, error=told))
        is_too_old = now - mail.created_at >= GIVEN_UP_AFTER and self._is_clock_believed()
        if is_final(error) or is_too_old:
            return replace(mail, state="failed", due_at=now, error=told)
        return replace(mail, state="retry", due_at=now + self._wait(mail.attempts), error=told)

    def _wait(self, attempts_before: int) -> timedelta:
        wait = min(FIRST_WAIT * 2 ** min(attempts_before, 20), LONGEST_WAIT)
        return wait * (1 - JITTER + 2 * JITTER * self._jitter())


def is_final(error: Exception) -> bool:
    """Whether the server said for good that it does not take mail for this recipient (5xx, RFC 5321, 4.2.1)."""
    return _recipient_code(error) >= 500


def described(error: Exception) -> str:
    """Code and class of an error. Never its words: servers repeat addresses in them."""
    code = _recipient_code(error) or (error.code if isinstance(error, SMTPResponseException) else 0)
    return f"{code} {type(error).__name__}" if code else type(error).__name__


def _recipient_code(error: Exception) -> int:
    match error:
        case SMTPRecipientsRefused():
            return error.recipients[0].code
        case SMTPRecipientRefused():
            return error.code
    return 0
