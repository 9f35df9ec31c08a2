"""Where mails go: to a mail server, or as files to a folder.

A mail is delivered when the server has answered its text. `aiosmtplib.send` waits for the answer
to QUIT, and to RSET after a refusal, within the same time-out; here both are left to a task of
their own or left out.
"""

import asyncio
import logging
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from aiosmtplib import SMTP, SMTPException, SMTPHeloError
from aiosmtplib.email import extract_recipients, extract_sender, flatten_message

from mentorkorps.backend.files import ownership
from mentorkorps.backend.settings import SmtpServer

log = logging.getLogger(__name__)

MAILS_AT_ONCE = 10
DELIVERY_SECONDS = 30
"""To connect and log in, and twice that to hand the mail over. Together less than a lease.

Some servers look through a mail before they answer, and who hangs up meanwhile sends it again
(RFC 5321, 4.5.3.2.6, asks for ten minutes).
"""
QUIT_SECONDS = 2


class MailTransport(Protocol):
    """Takes a mail to where it goes. Raises aiosmtplib's errors or OSError."""

    async def deliver(self, id: str, message: EmailMessage) -> None: ...

    async def try_out(self) -> None:
        """Goes the way without a mail."""


class FolderTransport:
    """Mails as files <id>.eml: whole or not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def deliver(self, id: str, message: EmailMessage) -> None:
        await asyncio.to_thread(self._write, id, message.as_bytes())

    def _write(self, id: str, text: bytes) -> None:
        ownership.make_folder(self.folder)
        part = self.folder / f".{id}.part"
        with part.open("wb") as file:
            ownership.give_to_owner(file.fileno(), self.folder)
            file.write(text)
        part.replace(self.folder / f"{id}.eml")

    async def try_out(self) -> None:
        """The folder is made with the first mail."""


class SmtpTransport:
    """Mails to a server: encrypted where it can be, and always before a password.

    Whether a mail is delivered says the answer to its text alone. What comes after that, or never
    comes, is no reason to send it again.
    """

    def __init__(self, server: SmtpServer, timeout_seconds: float = DELIVERY_SECONDS) -> None:
        self.server = server
        self.timeout_seconds = timeout_seconds
        self._connections = asyncio.Semaphore(MAILS_AT_ONCE)
        self._disconnecting: set[asyncio.Task[None]] = set()

    async def deliver(self, id: str, message: EmailMessage) -> None:
        client = await self._connected()
        try:
            async with asyncio.timeout(2 * self.timeout_seconds):
                await _send(client, message)
        finally:
            self._disconnect(client)

    async def try_out(self) -> None:
        self._disconnect(await self._connected())

    async def _connected(self) -> SMTP:
        """A connection that is encrypted and logged in as the settings want it; to be ended."""
        await self._connections.acquire()
        client = self._client()
        try:
            async with asyncio.timeout(self.timeout_seconds):
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
            timeout=2 * self.timeout_seconds,
        )

    def _disconnect(self, client: SMTP) -> None:
        """Only the next connection waits for it: a server that hangs here has few at once."""
        task = asyncio.create_task(self._quit(client))
        self._disconnecting.add(task)
        task.add_done_callback(self._disconnecting.discard)

    async def _quit(self, client: SMTP) -> None:
        try:
            await client.quit(timeout=QUIT_SECONDS)
        except (SMTPException, OSError) as error:
            log.debug("the mail server answered no QUIT (%s)", type(error).__name__)
        finally:
            client.close()
            self._connections.release()


async def _send(client: SMTP, message: EmailMessage) -> None:
    """One mail to its one recipient.

    Not by `send_message`, which says RSET after a refusal and forgets the refusal if that is not
    answered.
    """
    if client.is_ehlo_or_helo_needed:
        with suppress(SMTPHeloError):  # who knows no EHLO is greeted with HELO by the next command
            await client.ehlo()
    eight_bit = client.supports_extension("8BITMIME")
    text = flatten_message(message, cte_type="8bit" if eight_bit else "7bit")
    size = [f"SIZE={len(text)}"] if client.supports_extension("size") else []
    (recipient,) = extract_recipients(message)
    await client.mail(
        str(extract_sender(message)), options=[*size, *(["BODY=8BITMIME"] if eight_bit else [])]
    )
    await client.rcpt(recipient)
    await client.data(text)
