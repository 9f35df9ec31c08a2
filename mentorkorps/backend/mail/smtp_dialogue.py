"""What is said to a mail server about mails, on a connection that is open and logged in.

aiosmtplib opens the connection, encrypts it and logs in, and hands it over: it waits for each answer
before it says the next word, where RFC 2920 lets MAIL, RCPT and DATA go in one breath, and that is
most of what a mail costs.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import cast

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPHeloError,
    SMTPRecipientRefused,
    SMTPResponse,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from mentorkorps.backend.mail.mime import WrittenMail

LONGEST_ANSWER = 32_768
"""In bytes, all lines of one answer together, and what else has come unasked."""
NO_ANSWER = -1
"""The code of what is no answer of SMTP, as aiosmtplib has it."""
SHUTS_DOWN = 421
"""Whatever was asked: the server closes the connection (RFC 5321, 3.8)."""


class Dialogue(asyncio.Protocol):
    """Mails in turn, each to its one recipient. `accepted`: how many the server has taken.

    `is_text_under_way`: of the mail at hand, so that a lost connection leaves open whether it was
    taken.
    """

    def __init__(self, transport: asyncio.Transport, may_pipeline: bool, tells_size: bool) -> None:
        self.accepted = 0
        self.is_text_under_way = False
        self._transport = transport
        self._may_pipeline = may_pipeline
        self._tells_size = tells_size
        self._needs_reset = False
        self._received = bytearray()
        self._answers: deque[SMTPResponse] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._lost: Exception | None = None

    @property
    def is_usable(self) -> bool:
        """Whether it may be tried: nothing was said unasked, which is a server that takes its leave."""
        return self._lost is None and not self._answers and not self._transport.is_closing()

    async def send(self, mail: WrittenMail) -> None:
        """Returns when the server has taken the mail.

        Raises SMTPResponseException where it refuses, SMTPServerDisconnected.
        """
        self.is_text_under_way = False
        size = f" SIZE={len(mail.content)}" if self._tells_size else ""
        commands = [
            f"MAIL FROM:<{mail.sender}>{size}".encode("ascii"),
            f"RCPT TO:<{mail.recipient}>".encode("ascii"),
            b"DATA",
        ]
        if self._needs_reset:
            await self._reset()
        answers = await self._ask(commands)
        if error := _refusal(mail, answers):
            self._needs_reset = True
            if len(answers) == len(commands) and answers[-1].code == 354:
                await self._ask([b"."])  # nobody to send it to: RFC 2920, 3.1
            raise error
        self.is_text_under_way = True
        (answer,) = await self._ask([_stuffed(mail.content) + b"."])
        if answer.code != 250:
            self._needs_reset = True
            raise SMTPDataError(answer.code, answer.message)
        self.accepted += 1

    async def quit(self) -> None:
        """Says goodbye and waits for the answer. Raises as send does."""
        await self._ask([b"QUIT"])

    def close(self) -> None:
        self._transport.close()

    async def _reset(self) -> None:
        (answer,) = await self._ask([b"RSET"])
        if answer.code != 250:
            raise SMTPResponseException(answer.code, answer.message)
        self._needs_reset = False

    async def _ask(self, commands: list[bytes]) -> list[SMTPResponse]:
        """The answer to each command, or to the first ones, up to one that is refused."""
        at_once = len(commands) if self._may_pipeline else 1
        answers: list[SMTPResponse] = []
        for start in range(0, len(commands), at_once):
            self._write(b"".join(command + b"\r\n" for command in commands[start:][:at_once]))
            for _ in commands[start:][:at_once]:
                if (answer := await self._answer_or_refused(answers)) is None:
                    return answers
                answers.append(answer)
            if _is_refused(answers[-1]):
                return answers
        return answers

    async def _answer_or_refused(self, before: list[SMTPResponse]) -> SMTPResponse | None:
        """None where the server has hung up after a refusal, which says more than that it did."""
        try:
            return await self._answer()
        except SMTPServerDisconnected:
            if any(map(_is_refused, before)):
                return None
            raise

    async def _answer(self) -> SMTPResponse:
        while not self._answers:
            if self._lost:
                raise self._lost
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._answers.popleft()

    def _write(self, data: bytes) -> None:
        if self._lost:
            raise self._lost
        self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._end_of_answer()) is not None:
            answer = bytes(self._received[:end])
            del self._received[:end]
            if not answer[:3].isdigit():
                return self._lose(SMTPResponseException(NO_ANSWER, "no answer of SMTP"))
            lines = [line[4:].strip() for line in answer.decode("utf-8", "replace").splitlines()]
            self._answers.append(SMTPResponse(int(answer[:3]), "\n".join(lines)))
        if len(self._received) > LONGEST_ANSWER or len(self._answers) > LONGEST_ANSWER // 4:
            return self._lose(SMTPResponseException(NO_ANSWER, "the answer does not end"))
        self._wake()

    def _end_of_answer(self) -> int | None:
        """Where the first answer ends, with all of its lines."""
        start = 0
        while (end := self._received.find(b"\n", start)) >= 0:
            if self._received[start + 3 : start + 4] != b"-":
                return end + 1
            start = end + 1
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        lost = SMTPServerDisconnected("the connection is lost")
        lost.__cause__ = exc
        self._lose(lost)

    def _lose(self, error: Exception) -> None:
        self._lost = self._lost or error
        self._transport.close()
        self._wake()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


async def take_over(client: SMTP) -> Dialogue:
    """Greets the server where that is still to be done, and goes on in the client's place.

    Raises SMTPResponseException, SMTPServerDisconnected.
    """
    if client.is_ehlo_or_helo_needed:
        with suppress(SMTPHeloError):
            await client.ehlo()
    if client.is_ehlo_or_helo_needed:
        await client.helo()
    transport = cast(asyncio.Transport | None, client.transport)
    if transport is None or transport.is_closing():
        raise SMTPServerDisconnected("the connection is lost")
    dialogue = Dialogue(
        transport, client.supports_extension("pipelining"), client.supports_extension("size")
    )
    transport.set_protocol(dialogue)
    return dialogue


def _refusal(mail: WrittenMail, answers: list[SMTPResponse]) -> SMTPResponseException | None:
    """Why the text may not follow, by the first answer that says so."""
    refused = next((at for at, answer in enumerate(answers) if _is_refused(answer)), None)
    if refused is None:
        return None
    code, message = answers[refused]
    match refused:
        case 0:
            return SMTPSenderRefused(code, message, mail.sender)
        case 1:
            return SMTPRecipientRefused(code, message, mail.recipient)
    return SMTPDataError(code, message)


def _is_refused(answer: SMTPResponse) -> bool:
    return not 200 <= answer.code < 400


def _stuffed(content: bytes) -> bytes:
    """With a dot before each line that begins with one (RFC 5321, 4.5.2); it ends with a line's end."""
    lines = content.replace(b"\r\n.", b"\r\n..")
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"
