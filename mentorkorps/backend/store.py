"""The database: sign-ups, consents and mails. Statements are SQLAlchemy Core, without SQL that only SQLite knows."""

import fcntl
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Literal, TypeVar
from urllib.parse import quote
from uuid import uuid4

from alembic import command
from alembic.config import Config
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    NullPool,
    Row,
    and_,
    bindparam,
    create_engine,
    event,
    func,
    or_,
    select,
)

from mentorkorps.backend.settings import Settings
from mentorkorps.backend.tables import CONSENTS, MAILS, SIGN_UPS
from mentorkorps.backend.writer import Writer
from mentorkorps.forms import Value
from mentorkorps.model import Language

MIGRATIONS = Path(__file__).parent / "migrations"
Kind = Literal["confirm", "notice", "receipt"]
T = TypeVar("T")


class InUse(Exception):
    """Another process has this database open."""

    def __init__(self, database: Path) -> None:
        super().__init__(f"{database} is in use by another process of mentorkorps. Stop that one first.")
        self.database = database


class NoDatabase(Exception):
    """There is nothing to read: the server has not run here yet."""

    def __init__(self, database: Path) -> None:
        super().__init__(f"{database} does not exist. It is made when the server starts.")
        self.database = database


@dataclass(frozen=True, slots=True)
class SignUp:
    """A sign-up as it is kept. `asked_at` is when its confirmation was last asked for."""

    id: str
    form: str
    language: Language
    answers: dict[str, Value]
    flagged: bool
    received_at: datetime
    asked_at: datetime
    confirmed_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Consent:
    consent: str
    version: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in the outbox: queued, sending, sent, retry or failed. `error` holds code and class only."""

    id: str
    sign_up: str
    kind: Kind
    state: Literal["queued", "sending", "sent", "retry", "failed"]
    attempts: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    error: str | None


class Store:
    """The open database of the one process that may write to it."""

    def __init__(self, lock: IO[bytes], writer: Writer) -> None:
        self._lock = lock
        self._writer = writer

    async def do(self, job: Callable[..., T], *values: object) -> T:
        """Runs `job(connection, *values)` in a transaction; its result after COMMIT. See Writer.do."""
        return await self._writer.do(job, *values)

    def close(self) -> None:
        """Finishes what waits, closes the database and gives up its lock."""
        self._writer.stop()
        self._lock.close()


def open_store(database: Path) -> Store:
    """Locks the database for this process and brings its tables up to date. Raises InUse."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as on_failure:
        lock = on_failure.enter_context(_lock(database))
        engine = _engine(database)
        _migrate(engine)
        writer = Writer(engine)
        writer.start()
        on_failure.pop_all()
    return Store(lock, writer)


def sign_ups(settings: Settings) -> list[SignUp]:
    """Every sign-up, oldest first; reads only, also while the server runs. Raises NoDatabase."""
    with _reading(settings.database) as connection:
        return [_sign_up(row) for row in connection.execute(select(SIGN_UPS).order_by(SIGN_UPS.c.received_at))]


def mails(settings: Settings) -> list[Mail]:
    """Every mail of the outbox, oldest first; reads only, also while the server runs. Raises NoDatabase."""
    with _reading(settings.database) as connection:
        return [_mail(row) for row in connection.execute(ALL_MAILS)]


def consents(settings: Settings, sign_up: str) -> list[Consent]:
    """What a person agreed to; reads only. Raises NoDatabase."""
    with _reading(settings.database) as connection:
        return consents_of(connection, sign_up)


INSERT_SIGN_UP = SIGN_UPS.insert()
INSERT_CONSENT = CONSENTS.insert()
INSERT_MAIL = MAILS.insert()
ALL_MAILS = select(MAILS).order_by(MAILS.c.created_at, MAILS.c.kind)
ONE_SIGN_UP = select(SIGN_UPS).where(SIGN_UPS.c.id == bindparam("id"))
SEVERAL_SIGN_UPS = select(SIGN_UPS).where(SIGN_UPS.c.id.in_(bindparam("ids", expanding=True)))
SAME_ANSWERS = select(SIGN_UPS).where(SIGN_UPS.c.fingerprint == bindparam("fingerprint"))
CONSENTS_OF = select(CONSENTS).where(CONSENTS.c.sign_up == bindparam("sign_up")).order_by(CONSENTS.c.consent)
MARK_ASKED = SIGN_UPS.update().where(SIGN_UPS.c.id == bindparam("key")).values(asked_at=bindparam("at"))
MARK_CONFIRMED = SIGN_UPS.update().where(SIGN_UPS.c.id == bindparam("key")).values(confirmed_at=bindparam("at"))
MARK_ANSWERED = SIGN_UPS.update().where(SIGN_UPS.c.id == bindparam("key")).values(answered_at=bindparam("at"))
DUE_MAILS = (
    select(MAILS)
    .where(
        or_(
            and_(MAILS.c.state.in_(("queued", "retry")), MAILS.c.due_at <= bindparam("now")),
            and_(MAILS.c.state == "sending", MAILS.c.leased_until <= bindparam("now")),
        )
    )
    .order_by(MAILS.c.due_at)
    .limit(bindparam("most"))
)
LEASE_MAIL = (
    MAILS.update()
    .where(MAILS.c.id == bindparam("key"))
    .values(state="sending", attempts=MAILS.c.attempts + 1, leased_until=bindparam("until"))
)
SETTLE_MAIL = (
    MAILS.update()
    .where(MAILS.c.id == bindparam("key"))
    .values(
        state=bindparam("new_state"),
        due_at=bindparam("new_due_at"),
        sent_at=bindparam("new_sent_at"),
        error=bindparam("new_error"),
        leased_until=None,
    )
)
OLDEST_UNSENT = select(func.min(MAILS.c.created_at)).where(MAILS.c.state.in_(("queued", "sending", "retry")))


def insert_sign_up(connection: Connection, sign_up: SignUp, fingerprint: str) -> None:
    """A fresh sign-up, not confirmed and not answered."""
    row = {
        "id": sign_up.id,
        "form": sign_up.form,
        "language": sign_up.language,
        "answers": json.dumps(sign_up.answers, ensure_ascii=False),
        "fingerprint": fingerprint,
        "flagged": sign_up.flagged,
        "received_at": sign_up.received_at,
        "asked_at": sign_up.asked_at,
    }
    connection.execute(INSERT_SIGN_UP, row)


def insert_consents(connection: Connection, sign_up: str, versions: dict[str, str], at: datetime) -> None:
    if versions:
        rows = [
            {"sign_up": sign_up, "consent": consent, "version": version, "given_at": at}
            for consent, version in versions.items()
        ]
        connection.execute(INSERT_CONSENT, rows)


def queue_mails(connection: Connection, sign_up: str, kinds: tuple[Kind, ...], at: datetime) -> None:
    rows = [
        {
            "id": uuid4().hex,
            "sign_up": sign_up,
            "kind": kind,
            "state": "queued",
            "attempts": 0,
            "created_at": at,
            "due_at": at,
        }
        for kind in kinds
    ]
    connection.execute(INSERT_MAIL, rows)


def sign_up_by_id(connection: Connection, id: str) -> SignUp | None:
    row = connection.execute(ONE_SIGN_UP, {"id": id}).one_or_none()
    return row and _sign_up(row)


def sign_up_by_fingerprint(connection: Connection, fingerprint: str) -> SignUp | None:
    row = connection.execute(SAME_ANSWERS, {"fingerprint": fingerprint}).one_or_none()
    return row and _sign_up(row)


def consents_of(connection: Connection, sign_up: str) -> list[Consent]:
    rows = connection.execute(CONSENTS_OF, {"sign_up": sign_up})
    return [Consent(row.consent, row.version, row.given_at) for row in rows]


def mark_asked(connection: Connection, sign_up: str, at: datetime) -> None:
    connection.execute(MARK_ASKED, {"key": sign_up, "at": at})


def mark_confirmed(connection: Connection, sign_up: str, at: datetime) -> None:
    connection.execute(MARK_CONFIRMED, {"key": sign_up, "at": at})


def mark_answered(connection: Connection, sign_up: str, at: datetime) -> None:
    connection.execute(MARK_ANSWERED, {"key": sign_up, "at": at})


def lease_due_mails(connection: Connection, now: datetime, until: datetime, most: int) -> list[tuple[Mail, SignUp]]:
    """Takes the mails that are due, and those whose lease ran out, for delivery until `until`."""
    rows = connection.execute(DUE_MAILS, {"now": now, "most": most}).all()
    if not rows:
        return []
    connection.execute(LEASE_MAIL, [{"key": row.id, "until": until} for row in rows])
    about = connection.execute(SEVERAL_SIGN_UPS, {"ids": [row.sign_up for row in rows]})
    sign_ups = {row.id: _sign_up(row) for row in about}
    return [(_mail(row), sign_ups[row.sign_up]) for row in rows]


def settle_mails(connection: Connection, mails: list[Mail]) -> None:
    """Writes down what became of leased mails."""
    rows = [
        {
            "key": mail.id,
            "new_state": mail.state,
            "new_due_at": mail.due_at,
            "new_sent_at": mail.sent_at,
            "new_error": mail.error,
        }
        for mail in mails
    ]
    connection.execute(SETTLE_MAIL, rows)


def oldest_unsent(connection: Connection) -> datetime | None:
    return connection.execute(OLDEST_UNSENT).scalar_one()


def _sign_up(row: Row) -> SignUp:
    answers = {
        name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(row.answers).items()
    }
    return SignUp(
        row.id,
        row.form,
        row.language,
        answers,
        row.flagged,
        row.received_at,
        row.asked_at,
        row.confirmed_at,
        row.answered_at,
    )


def _mail(row: Row) -> Mail:
    return Mail(
        row.id,
        row.sign_up,
        row.kind,
        row.state,
        row.attempts,
        row.created_at,
        row.due_at,
        row.sent_at,
        row.error,
    )


def _lock(database: Path) -> IO[bytes]:
    lock = database.with_name(f"{database.name}.lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise InUse(database) from None
    return lock


def _engine(database: Path) -> Engine:
    # hide_parameters: an error in a log must not carry a person's answers.
    engine = create_engine(URL.create("sqlite", database=str(database)), poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=2000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _reading(database: Path) -> Iterator[Connection]:
    if not database.exists():
        raise NoDatabase(database)
    url = URL.create("sqlite", database=f"file:{quote(str(database.resolve()))}", query={"mode": "ro", "uri": "true"})
    with create_engine(url, poolclass=NullPool, hide_parameters=True).connect() as connection:
        yield connection
