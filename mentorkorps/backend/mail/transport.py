"""Where mails go: to a mail server, or as files to a folder.

A mail is delivered when the server has answered its text. What comes after that, or never comes, is
no reason to send it again. A connection takes many mails, one after the other, and lives a few
seconds longer than it is needed.
"""

import asyncio
import logging
import time
from pathlib import Path
from typing import Protocol

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPServerDisconnected

from mentorkorps.backend.files import ownership
from mentorkorps.backend.mail.connection_turns import ConnectionTurns
from mentorkorps.backend.mail.mime import WrittenMail
from mentorkorps.backend.mail.smtp_dialogue import SHUTS_DOWN, Dialogue, take_over
from mentorkorps.backend.mail.smtp_status import reply_of
from mentorkorps.backend.settings import SmtpServer

log = logging.getLogger(__name__)

DELIVERY_SECONDS = 30
"""To connect and log in, and twice that to hand the mail over.

Some servers look through a mail before they answer, and who hangs up meanwhile sends it again
(RFC 5321, 4.5.3.2.6, asks for ten minutes).
"""
TURN_SECONDS = 25
"""To wait for a connection. Together with three times the above less than a lease."""
QUIT_SECONDS = 2
IDLE_SECONDS = 5
"""Servers hang up on who is silent for long, some after ten seconds."""
MOST_MAILS_A_CONNECTION = 100
"""What large providers take on one; who takes fewer hangs up, and the next mail gets another."""


class MailTransport(Protocol):
    """Takes a mail to where it goes. Raises aiosmtplib's errors, OSError or NoTurn."""

    async def deliver(self, id: str, mail: WrittenMail) -> None: ...

    async def try_out(self) -> None:
        """Goes the way without a mail."""

    async def close(self) -> None:
        """Lets mails under way arrive; whoever waits gets NoTurn."""


class FolderTransport:
    """Mails as files <id>.eml: whole or not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def deliver(self, id: str, mail: WrittenMail) -> None:
        await asyncio.to_thread(self._write, id, mail.content)

    def _write(self, id: str, text: bytes) -> None:
        ownership.make_folder(self.folder)
        part = self.folder / f".{id}.part"
        with part.open("wb") as file:
            ownership.give_to_owner(file.fileno(), self.folder)
            file.write(text)
        part.replace(self.folder / f"{id}.eml")

    async def try_out(self) -> None:
        """The folder is made with the first mail."""

    async def close(self) -> None:
        """There is nothing to end."""


class TooManyConnections(Exception):
    """The server refused one beside others that it has taken."""


class SmtpTransport:
    """Mails to a server: encrypted where it can be, and always before a password."""

    def __init__(
        self,
        server: SmtpServer,
        timeout_seconds: float = DELIVERY_SECONDS,
        turn_seconds: float = TURN_SECONDS,
        mails_a_connection: int = MOST_MAILS_A_CONNECTION,
    ) -> None:
        self.server = server
        self.timeout_seconds = timeout_seconds
        self.turn_seconds = turn_seconds
        self.mails_a_connection = mails_a_connection
        self._turns = ConnectionTurns()
        self._connecting = 0
        self._busy: set[Dialogue] = set()
        self._idle: list[tuple[float, Dialogue]] = []
        """Those that were used last stand last, each with the moment."""
        self._leaving: set[asyncio.Task[None]] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def deliver(self, id: str, mail: WrittenMail) -> None:
        until = time.monotonic() + self.turn_seconds
        while True:
            async with self._turns.turn(mail.is_bulk, until - time.monotonic()):
                try:
                    async with asyncio.timeout(3 * self.timeout_seconds):
                        return await self._hand_over(mail)
                except TooManyConnections:
                    continue

    async def try_out(self) -> None:
        async with self._turns.turn(False, self.turn_seconds):
            self._put_by(await self._connect())

    async def close(self) -> None:
        self._is_closed = True
        self._turns.end()
        self._end_idle(since=time.monotonic())
        while self._busy or self._leaving:
            await asyncio.sleep(0.01)

    async def _hand_over(self, mail: WrittenMail) -> None:
        """By a connection that is there, or where it turns out to have been given up, by a fresh one."""
        while dialogue := self._take_idle():
            try:
                return await self._send(dialogue, mail)
            except SMTPException as error:
                if not _is_given_up(dialogue, error):
                    raise
                log.debug("the mail server gave up a connection after %d mails", dialogue.accepted)
        try:
            dialogue = await self._connect()
        except (SMTPException, OSError) as error:
            self._do_with_others(error)
            raise
        try:
            await self._send(dialogue, mail)
        except SMTPException as error:
            if _is_given_up(dialogue, error):
                self._do_with_others(error)
            raise

    def _do_with_others(self, error: Exception) -> None:
        """Raises TooManyConnections where a connection cannot be had beside others.

        What the server says outright counts beside those that are not at work yet, too.
        """
        others = len(self._busy)
        if (reply := reply_of(error)) and 400 <= reply.code < 500:
            others += len(self._idle) + self._connecting
        if others:
            self._turns.refused(others)
            log.info("the mail server takes no more than %d connections", self._turns.limit)
            raise TooManyConnections

    async def _send(self, dialogue: Dialogue, mail: WrittenMail) -> None:
        self._busy.add(dialogue)
        try:
            async with asyncio.timeout(2 * self.timeout_seconds):
                await dialogue.send(mail)
        except BaseException as error:
            self._busy.discard(dialogue)
            if isinstance(error, SMTPResponseException) and not _is_given_up(dialogue, error):
                self._put_by(dialogue)
            else:
                dialogue.close()
            raise
        self._busy.discard(dialogue)
        self._put_by(dialogue)
        self._turns.accepted()

    async def _connect(self) -> Dialogue:
        """A connection that is encrypted and logged in as the settings want it."""
        client = self._client()
        self._connecting += 1
        try:
            async with asyncio.timeout(self.timeout_seconds):
                await client.connect()
                return await take_over(client)
        except BaseException:
            client.close()
            raise
        finally:
            self._connecting -= 1

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
            timeout=2 * self.timeout_seconds,
        )

    def _take_idle(self) -> Dialogue | None:
        while self._idle:
            _, dialogue = self._idle.pop()
            if dialogue.is_usable:
                return dialogue
            dialogue.close()
        return None

    def _put_by(self, dialogue: Dialogue) -> None:
        if not dialogue.is_usable:
            dialogue.close()
            return
        if self._is_closed or dialogue.accepted >= self.mails_a_connection:
            self._end(dialogue)
            return
        self._idle.append((time.monotonic(), dialogue))
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._end_old)

    def _end_old(self) -> None:
        self._sweep = None
        self._end_idle(since=time.monotonic() - IDLE_SECONDS)
        if self._idle:
            self._sweep = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._end_old)

    def _end_idle(self, since: float) -> None:
        """Ends the connections that were not used since then."""
        old = [dialogue for used_at, dialogue in self._idle if used_at <= since]
        self._idle = [(used_at, dialogue) for used_at, dialogue in self._idle if used_at > since]
        for dialogue in old:
            self._end(dialogue)
        if self._sweep and not self._idle:
            self._sweep.cancel()
            self._sweep = None

    def _end(self, dialogue: Dialogue) -> None:
        """Nobody waits for it: but a server that hangs here still has the connection."""
        self._turns.leaves()
        task = asyncio.create_task(self._quit(dialogue))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _quit(self, dialogue: Dialogue) -> None:
        try:
            async with asyncio.timeout(QUIT_SECONDS):
                await dialogue.quit()
        except (SMTPException, OSError) as error:
            log.debug("the mail server answered no QUIT (%s)", type(error).__name__)
        finally:
            dialogue.close()
            self._turns.left()


def _is_given_up(dialogue: Dialogue, error: Exception) -> bool:
    """Whether the server ended the connection and has surely not taken the mail."""
    if (reply := reply_of(error)) and reply.code == SHUTS_DOWN:
        return True
    return isinstance(error, SMTPServerDisconnected) and not dialogue.is_text_under_way
