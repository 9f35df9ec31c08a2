"""A real server on a free port, with a real database file and, where asked for, a real mail server."""

import asyncio
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Row, text

from mentorkorps.backend import settings
from mentorkorps.backend.app import create_app
from mentorkorps.backend.clock import Clock, utc_now
from mentorkorps.backend.db import connect, operator_reads, records
from mentorkorps.backend.db.url import SqliteFile
from mentorkorps.backend.files import ownership
from mentorkorps.backend.jobs import clock_guard
from mentorkorps.backend.security.signed_links import Purpose, Tokens
from mentorkorps.backend.web import server as web_server
from mentorkorps.backend.web.connection_limits import ConnectionLimits
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.commands import cli
from mentorkorps.curriculum.model import Curriculum
from tests.postgres import Cluster, running

T = TypeVar("T")

SHELL = (
    '<!doctype html><html lang="{language}"><head><title>[[shell:title]]</title></head>'
    "<body><main><!-- shell:content --></main></body></html>"
)
KEY = "a-key-for-the-tests-only"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FORM = "/forms/mentor"
COURSE = "odense-marts-2027"
JSON = {"Accept": "application/json"}


def volunteer(**changed: object) -> dict[str, object]:
    """What somebody types into the sign-up form; None takes an answer away."""
    typed = {
        "name": "Karen Testesen",
        "email": "karen@example.org",
        "place": "5000",
        "industry": "butik-handel",
        "programme": "mentorkorps-aabent-hold",
        "adult": "yes",
        "contact": "2026-11-22",
        "language": "da",
        "website": "",
    } | changed
    return {name: value for name, value in typed.items() if value is not None}


def booked(name: str, course: str = COURSE) -> dict[str, str]:
    """What somebody types into the form for a course."""
    return {
        "name": name.title(),
        "email": f"{name}@example.org",
        "course": course,
        "adult": "yes",
        "contact": "yes",
        "language": "da",
    }


class Hands:
    """A clock that the test moves, and the uptime that goes on with it; setting `now` makes the clock alone leap."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self._both = now, 0.0
        self._read = threading.local()

    def __call__(self) -> datetime:
        self._read.both = self._both
        return self._read.both[0]

    def uptime(self) -> float:
        """In seconds, as it was when this thread last read the clock, so that a test moves both at once."""
        return getattr(self._read, "both", self._both)[1]

    @property
    def now(self) -> datetime:
        return self._both[0]

    @now.setter
    def now(self, now: datetime) -> None:
        self._both = now, self._both[1]

    def pass_by(self, **time: float) -> None:
        self.pass_until(self.now + timedelta(**time))

    def pass_until(self, moment: datetime) -> None:
        self._both = moment, self._both[1] + (moment - self.now).total_seconds()


class Portal:
    """A running server, as a visitor (`client`) and as the operator (the rest) see it."""

    def __init__(
        self, settings: settings.Settings, client: httpx.Client, now: Clock, environ: dict[str, str]
    ) -> None:
        self.settings = settings
        self.environ = environ
        self.now = now
        self.client = client

    def post(self, **changed: object) -> httpx.Response:
        return self.client.post(FORM, data=volunteer(**changed))

    def url(self, path: str) -> str:
        """The whole address: httpx takes a path that begins with // for a host."""
        return f"http://127.0.0.1:{self.client.base_url.port}{path}"

    def desk(self) -> str:
        """The coordinator's page of the newest sign-up, without the host."""
        return f"/desk/{self.token('desk', self.sign_ups()[-1])}"

    def token(self, purpose: Purpose, about: records.SignUp) -> str:
        return self.signed(purpose, about.id)

    def signed(self, purpose: Purpose, id: str) -> str:
        return Tokens(self.settings.secret_keys, utc_now).sign(purpose, id, self.now())

    def sign_ups(self) -> list[records.SignUp]:
        return operator_reads.sign_ups(self.settings)

    def mails(self) -> list[records.Mail]:
        return operator_reads.mails(self.settings)

    def rows(self, statement: str) -> list[Row]:
        """What is in the database at this moment."""
        with connect.opened_to_read(self.settings) as snapshot:
            return list(snapshot.execute(text(statement)))

    def change(self, statement: str, *values: object) -> None:
        """Changes the database's file behind the server's back."""
        with closing(sqlite3.connect(self.settings.database.path, timeout=10)) as other, other:
            other.execute(statement, values)

    def letter(self, kind: str) -> EmailMessage:
        """The newest mail of a kind, once it lies in the folder."""
        mail = [mail for mail in self.mails() if mail.kind == kind][-1]
        path = self.settings.mail_folder / f"{mail.id}.eml"
        eventually(path.exists)
        return self.read(path)

    @staticmethod
    def read(path: Path) -> EmailMessage:
        return message_from_bytes(path.read_bytes(), policy=policy.default)

    def link(self, kind: str) -> str:
        """The address that stands in a mail, without the host."""
        return link_in(self.letter(kind), self.settings.public_url)


def run_cli(arguments: Sequence[str]) -> int:
    """A command on a thread of its own, since the loop of a browser test may still run in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(cli.main, list(arguments)).result()


def text_of(letter: EmailMessage) -> str:
    return letter.get_body(("plain",)).get_content()


def link_in(letter: EmailMessage, public_url: str) -> str:
    line = next(line for line in text_of(letter).splitlines() if line.startswith(public_url))
    return "/" + line.removeprefix(public_url)


def awaited(steps: Coroutine[None, None, T]) -> T:
    """What they come to, on a thread of their own: Playwright, once begun, keeps a loop going on the main one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, steps).result()


def errors_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the service itself told as errors."""
    errors = (
        record
        for record in caplog.records
        if record.name.startswith("mentorkorps") and record.levelname == "ERROR"
    )
    return [error.getMessage() for error in errors]


def eventually(holds: Callable[[], object], seconds: float = 8) -> None:
    """Looks again and again, at first often: a look costs the processor more than most waits."""
    until = time.monotonic() + seconds
    pause = 0.005
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(pause)
        pause = min(2 * pause, 0.04)


def built_site(folder: Path) -> Path:
    """The least that a built site holds."""
    for part, language in ((folder, "da"), (folder / "en", "en")):
        part.mkdir(parents=True)
        (part / "shell.html").write_text(SHELL.format(language=language))
        (part / "404.html").write_text(f"<p>404 {language}</p>")
        (part / "index.html").write_text(f"<p>front {language}</p>")
    (folder / "tilmelding" / "mentor").mkdir(parents=True)
    (folder / "tilmelding" / "mentor" / "index.html").write_text("<p>the built form page</p>")
    (folder / "kalender.ics").write_text("BEGIN:VCALENDAR")
    (folder / "main.0a1b2c3d.min.js").write_text("1")
    return folder


def with_tables(read: settings.Settings) -> None:
    """Gives a new file the tables of today, from one that was made once: the way through every
    migration, which tests of their own try, took longer than most tests. What a first start
    makes beside it comes with it.
    """
    database = read.database
    if not isinstance(database, SqliteFile) or database.path.parent.exists():
        return
    ownership.make_folder(database.path.parent)
    ownership.make_file(database.path)
    database.path.write_bytes(migrated())


@cache
def migrated() -> bytes:
    """A file of SQLite with the tables of today and nothing in them."""
    with tempfile.TemporaryDirectory(prefix="mentorkorps-") as folder:
        named = {"DATABASE_URL": f"sqlite:///{folder}/new.db", "SECRET_KEYS": KEY}
        read = settings.read_settings({f"MENTORKORPS_{name}": of for name, of in named.items()})
        connect.open_database(read).close()
        return read.database.path.read_bytes()


@contextmanager
def opened(
    folder: Path,
    catalogue: Catalogue,
    clock: Clock = utc_now,
    limits: ConnectionLimits = web_server.LIMITS,
    curriculum: Curriculum | None = None,
    **environ: str,
) -> Iterator[Portal]:
    """A portal that stands in `folder`, with MENTORKORPS_<name> settings, until the block ends."""
    site = folder / "site"
    if not site.exists():
        built_site(site)
    variables = {
        "DATABASE_URL": f"sqlite:///{folder}/var/mentorkorps.db",
        "SECRET_KEYS": KEY,
    } | environ
    named = {f"MENTORKORPS_{name}": value for name, value in variables.items()}
    read = settings.read_settings(named)
    with_tables(read)
    uptime = clock.uptime if isinstance(clock, Hands) else clock_guard.uptime
    server = web_server.make_server(
        create_app(catalogue, site, read, clock, uptime, curriculum), limits
    )
    listening = web_server.bind_socket("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with httpx.Client(
            base_url=url, verify=False
        ) as client:  # reading certificates takes longer than the test
            yield Portal(read, client, clock, named)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server, started when the first test asks for it."""
    with running() as cluster:
        yield cluster


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of the test's own: a file, or what the mark `both` asks for."""
    if getattr(request, "param", "file") == "server":
        return request.getfixturevalue("cluster").fresh()
    return f"sqlite:///{tmp_path}/var/mentorkorps.db"


both = pytest.mark.parametrize("database", ["file", "server"], indirect=True)
"""Runs a test, or all of a module, on a file of SQLite and on a PostgreSQL server."""


@pytest.fixture
def environ(tmp_path: Path, database: str) -> dict[str, str]:
    """Settings of a portal that stands in the test's folder, for `opened`."""
    return {"DATABASE_URL": database, "FOLDER": str(tmp_path / "var")}


@pytest.fixture
def portal(
    tmp_path: Path, real: Catalogue, hands: Hands, environ: dict[str, str]
) -> Iterator[Portal]:
    with opened(tmp_path, real, hands, **environ) as portal:
        yield portal


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory, real: Catalogue) -> Iterator[Portal]:
    """One portal for all tests of a module that leave nothing behind."""
    with opened(tmp_path_factory.mktemp("portal"), real) as portal:
        yield portal


class PostOffice:
    """What a mail server took, and what it says to those who bring mail."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answer = "250 OK"
        self.answers: dict[str, str] = {}
        """To those who bring mail for one address."""

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.get(address, self.answer)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@contextmanager
def post_office(port: int) -> Iterator[PostOffice]:
    services = PostOffice()
    controller = Controller(services, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield services
    finally:
        controller.stop()


def any_free_port() -> int:
    """Below the ports that the system gives to clients, so that none of them has it before its server does."""
    while True:
        port = random.randrange(10_000, 32_000)
        try:
            web_server.bind_socket("127.0.0.1", port).close()
        except web_server.PortTaken:
            continue
        return port


@pytest.fixture
def free_port() -> int:
    return any_free_port()
