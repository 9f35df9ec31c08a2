"""What a mail costs, from its row in the outbox until the mail server has it, and how many leave a second.

Every mail is composed, leased, sent and settled as the server does it; the mail server is a process
of its own that keeps nothing. Processor time is that of all threads of this process alone.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import uvloop

from bench.many import ROOT
from mentorkorps.backend import settings
from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.db.connect import open_database
from mentorkorps.backend.mail.compose import MailComposer
from mentorkorps.backend.mail.outbox import Outbox
from mentorkorps.backend.mail.transport import FolderTransport, SmtpTransport
from mentorkorps.backend.security.signed_links import Tokens
from mentorkorps.backend.security.spam import Signs
from mentorkorps.backend.signups.lifecycle import Submission, accept, confirm
from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.forms.answers import Answers
from mentorkorps.interface.templates import load_all

SIGN_UPS = 1000
"""Each has three mails: the question to confirm, then the receipt and the coordinator's notice."""
ROUNDS = 3
SLOW_SECONDS = 0.02
FOLDER, SMTP, SLOW_SMTP = (
    "files in a folder",
    "SMTP",
    f"SMTP, each answer after {1000 * SLOW_SECONDS:.0f} ms",
)


class Cost(NamedTuple):
    """Milliseconds of processor time a mail, and mails a second."""

    milliseconds: float
    rate: float


def run() -> None:
    load_all()
    catalogue = load_catalogue(ROOT / "data")
    print("to | ms of processor time a mail | mails a second")
    print("---|---|---")
    for name, seconds in ((FOLDER, None), (SMTP, 0.0), (SLOW_SMTP, SLOW_SECONDS)):
        costs = [_measured(catalogue, seconds) for _ in range(ROUNDS)]
        cost, rate = (median(values) for values in zip(*costs, strict=True))
        print(f"{name} | {cost:.2f} | {rate:.0f}")


def _measured(catalogue: Catalogue, seconds: float | None) -> Cost:
    with TemporaryDirectory() as place:
        environ = {
            "MENTORKORPS_DATABASE_URL": f"sqlite:///{place}/m.db",
            "MENTORKORPS_FOLDER": place,
            "MENTORKORPS_SECRET_KEYS": "a-key-of-the-bench-only",
        }
        if seconds is None:
            return uvloop.run(_cost(catalogue, environ))
        with mail_sink(seconds) as port:
            environ["MENTORKORPS_SMTP_URL"] = f"smtp://127.0.0.1:{port}"
            return uvloop.run(_cost(catalogue, environ))


async def _cost(catalogue: Catalogue, environ: dict[str, str]) -> Cost:
    read = settings.read_settings(environ)
    database = open_database(read)
    composer = MailComposer(catalogue, read, Tokens(read.secret_keys, utc_now), utc_now)
    transport = SmtpTransport(read.smtp) if read.smtp else FolderTransport(read.mail_folder)
    outbox = Outbox(database, transport, composer.write, utc_now)
    accepted = await asyncio.gather(
        *(database.change(accept, _submission(number)) for number in range(SIGN_UPS))
    )
    asked = await _delivered(outbox)
    now = datetime.now(UTC)
    await asyncio.gather(
        *(database.change(confirm, sign_up.id, catalogue, now) for sign_up in accepted)
    )
    told = await _delivered(outbox)
    await outbox.stop()
    database.close()
    processor, took, sent = (a + b for a, b in zip(asked, told, strict=True))
    assert sent == 3 * SIGN_UPS, sent
    return Cost(1000 * processor / sent, sent / took)


async def _delivered(outbox: Outbox) -> tuple[float, float, int]:
    """Seconds of processor time and of the clock until no mail waits, and how many left."""
    processor, begun, sent = time.process_time(), time.perf_counter(), 0
    while tried := await outbox.deliver_due():
        sent += tried
    return time.process_time() - processor, time.perf_counter() - begun, sent


def _submission(number: int) -> Submission:
    answers = Answers(
        {"name": "Sofie Ærø", "email": f"sofie{number}@example.org", "place": "5000"},
        {"contact": "1"},
    )
    name, now = str(number), datetime.now(UTC)
    return Submission("mentor", "da", answers, Signs(()), (name,), name, now)


@contextmanager
def mail_sink(seconds: float = 0.0) -> Iterator[int]:
    """A mail server that keeps nothing, in a process of its own; its port."""
    command = [sys.executable, str(Path(__file__).parent / "mail_sink.py"), str(seconds)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        yield int(process.stdout.readline())
        process.stdin.close()
