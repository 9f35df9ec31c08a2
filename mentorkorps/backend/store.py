"""The database: sign-ups, consents and mails. Statements are SQLAlchemy Core, without SQL that only SQLite knows.

Answers are sealed on their way in and opened on their way out; the seal travels with the engine's connections.
"""

import fcntl
import hashlib
import hmac
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Literal, TypeVar
from urllib.parse import quote
from uuid import uuid4

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    LargeBinary,
    NullPool,
    Row,
    and_,
    bindparam,
    case,
    create_engine,
    event,
    exists,
    func,
    not_,
    or_,
    select,
)

from mentorkorps.backend.sealing import KEY_BYTES, MARK_BYTES, Damaged, MissingKey, Seal, derived
from mentorkorps.backend.settings import Settings
from mentorkorps.backend.tables import ASKED, CONSENTS, COUNTS, MAILS, SIGN_UPS
from mentorkorps.backend.writer import Writer, sweep
from mentorkorps.forms import Answers, Value
from mentorkorps.model import Language

MIGRATIONS = Path(__file__).parent / "migrations"
Kind = Literal["confirm", "notice", "receipt", "withdrawn"]
MOST_VALUES = 500
"""SQLite before 3.32 takes 999 values in a statement."""
T = TypeVar("T")

log = logging.getLogger(__name__)


class CannotOpen(Exception):
    """The database cannot be used here; the text says why and what to do."""


class InUse(CannotOpen):
    """Another process has this database open."""

    def __init__(self, database: Path) -> None:
        super().__init__(f"{database} is in use by another process of mentorkorps. Stop that one first.")
        self.database = database


class NoDatabase(CannotOpen):
    """There is nothing to read: the server has not run here yet."""

    def __init__(self, database: Path) -> None:
        super().__init__(f"{database} does not exist. It is made when the server starts.")
        self.database = database


class OtherVersion(CannotOpen):
    """The database has the shape of another version of the code."""

    def __init__(self, database: Path) -> None:
        super().__init__(f"{database} belongs to another version of mentorkorps. Restart the server to bring it along.")
        self.database = database


@dataclass(frozen=True, slots=True)
class SignUp:
    """A sign-up as it is kept. `asked_at` is when its confirmation was last asked for.

    `silenced`: its address had been asked too often that day, so no mail went there.
    """

    id: str
    form: str
    language: Language
    answers: dict[str, Value]
    flagged: bool
    received_at: datetime
    asked_at: datetime
    confirmed_at: datetime | None
    answered_at: datetime | None
    withdrawn_at: datetime | None
    silenced: bool

    @property
    def asked_stamp(self) -> str:
        """Tells one asking for confirmation from another."""
        return f"{self.asked_at.timestamp() * 1_000_000:.0f}"


@dataclass(frozen=True, slots=True)
class Life:
    """What became of a sign-up, without its answers: withdrawn, unconfirmed, unanswered or answered."""

    id: str
    form: str
    received_at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class Figures:
    """How many there are by outcome and by state, and since when the oldest of them wait."""

    sign_ups: dict[str, int]
    mails: dict[str, int]
    oldest_unsent: datetime | None
    oldest_unanswered: datetime | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many sign-ups of a month (2026-11, when they came) were deleted, by what had become of them."""

    form: str
    month: str
    outcome: str
    count: int


@dataclass(frozen=True, slots=True)
class Consent:
    consent: str
    version: str
    given_at: datetime
    withdrawn_at: datetime | None


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

    def __init__(self, writer: Writer, afterwards: ExitStack) -> None:
        self._writer = writer
        self._afterwards = afterwards

    async def do(self, job: Callable[..., T], *values: object) -> T:
        """Runs `job(connection, *values)` in a transaction; its result after COMMIT. See Writer.do."""
        return await self._writer.do(job, *values)

    def close(self) -> None:
        """Finishes what waits, closes the database and gives up its lock."""
        self._writer.stop()
        self._afterwards.close()


def open_store(settings: Settings) -> Store:
    """Locks the database for this process and brings its tables up to date. Raises CannotOpen or MissingKey."""
    with ExitStack() as on_failure:
        engine = on_failure.enter_context(owned(settings))
        writer = Writer(engine)
        writer.start()
        return Store(writer, on_failure.pop_all())


@contextmanager
def owned(settings: Settings) -> Iterator[Engine]:
    """The database, for this process alone, with its tables up to date. Raises CannotOpen or MissingKey."""
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with locked(settings.database):
        engine = _engine(settings)
        _migrate(engine)
        with engine.connect() as connection:
            _refuse_missing_key(connection)
        yield engine


def rotate(settings: Settings, portion: int = 100) -> int:
    """Encrypts every answer anew with the first key, and knows it by its fingerprint under that key.

    Each portion is a transaction: whatever happens, every answer can be read with the keys there are. Returns how
    many sign-ups there are. Raises CannotOpen or MissingKey.
    """
    count, last = 0, ""
    with owned(settings) as engine:
        while True:
            with engine.begin() as connection:
                rows = connection.execute(NEXT_SIGN_UPS, {"last": last, "most": portion}).all()
                for row in rows:
                    _reseal(connection, row, settings.secret_keys[0])
            if not rows:
                break
            count, last = count + len(rows), rows[-1].id
        with engine.connect() as connection:
            sweep(connection)
    return count


def addressee(key: str, email: str) -> str:
    """What a mailbox is counted by: a keyed hash of its address. What stands behind a + leads to the same box."""
    name, _, domain = email.casefold().rpartition("@")
    counted = f"{name.partition('+')[0]}@{domain}"
    return hmac.new(derived(key, "addressees", KEY_BYTES), counted.encode(), hashlib.sha256).hexdigest()


def fingerprint(key: str, form: str, answers: Answers) -> str:
    """The same for the same answers to the same form; tells nothing about them without the key."""
    return hmac.new(key.encode(), f"{form}\n{answers.canonical()}".encode(), hashlib.sha256).hexdigest()


def sign_ups(settings: Settings) -> list[SignUp]:
    """Every sign-up, oldest first; reads only, also while the server runs. Raises NoDatabase."""
    with _reading(settings) as connection:
        return [_sign_up(connection, row) for row in connection.execute(ALL_SIGN_UPS)]


def mails(settings: Settings) -> list[Mail]:
    """Every mail of the outbox, oldest first; reads only, also while the server runs. Raises NoDatabase."""
    with _reading(settings) as connection:
        return [_mail(row) for row in connection.execute(ALL_MAILS)]


def consents(settings: Settings, sign_up: str) -> list[Consent]:
    """What a person agreed to; reads only. Raises NoDatabase."""
    with _reading(settings) as connection:
        return consents_of(connection, sign_up)


def counts(settings: Settings) -> list[Count]:
    """What stays of deleted sign-ups; reads only. Raises NoDatabase."""
    with _reading(settings) as connection:
        return [Count(*row) for row in connection.execute(ALL_COUNTS)]


INSERT_SIGN_UP = SIGN_UPS.insert()
INSERT_CONSENT = CONSENTS.insert()
INSERT_MAIL = MAILS.insert()
ALL_SIGN_UPS = select(SIGN_UPS).order_by(SIGN_UPS.c.received_at)
ALL_MAILS = select(MAILS).order_by(MAILS.c.created_at, MAILS.c.kind)
ONE_SIGN_UP = select(SIGN_UPS).where(SIGN_UPS.c.id == bindparam("id"))
SEVERAL_SIGN_UPS = select(SIGN_UPS).where(SIGN_UPS.c.id.in_(bindparam("ids", expanding=True)))
SAME_ANSWERS = select(SIGN_UPS).where(SIGN_UPS.c.fingerprint.in_(bindparam("fingerprints", expanding=True))).limit(1)
NEXT_SIGN_UPS = (
    select(SIGN_UPS).where(SIGN_UPS.c.id > bindparam("last")).order_by(SIGN_UPS.c.id).limit(bindparam("most"))
)
RESEAL = (
    SIGN_UPS.update()
    .where(SIGN_UPS.c.id == bindparam("key"))
    .values(sealed=bindparam("new_sealed"), fingerprint=bindparam("new_fingerprint"))
)
MARKS = select(func.substr(SIGN_UPS.c.sealed, 1, MARK_BYTES, type_=LargeBinary)).distinct()
CONSENTS_OF = select(CONSENTS).where(CONSENTS.c.sign_up == bindparam("sign_up")).order_by(CONSENTS.c.consent)
MARK_ASKED = SIGN_UPS.update().where(SIGN_UPS.c.id == bindparam("key")).values(asked_at=bindparam("at"))
MARK_CONFIRMED = SIGN_UPS.update().where(SIGN_UPS.c.id == bindparam("key")).values(confirmed_at=bindparam("at"))
MARK_UNCONFIRMED = (
    SIGN_UPS.update().where(SIGN_UPS.c.id == bindparam("key")).values(confirmed_at=None, asked_at=bindparam("at"))
)
MARK_WITHDRAWN = (
    SIGN_UPS.update()
    .where(SIGN_UPS.c.id == bindparam("key"))
    .values(withdrawn_at=bindparam("at"), fingerprint=bindparam("nothing"))
)
WITHDRAW_CONSENT = (
    CONSENTS.update()
    .where(
        CONSENTS.c.sign_up == bindparam("key"),
        CONSENTS.c.consent == bindparam("which"),
        CONSENTS.c.withdrawn_at.is_(None),
    )
    .values(withdrawn_at=bindparam("at"))
)
DROP_CONSENT = CONSENTS.delete().where(CONSENTS.c.sign_up == bindparam("key"), CONSENTS.c.consent == bindparam("which"))
DROP_WAITING_MAILS = MAILS.delete().where(
    MAILS.c.sign_up == bindparam("key"),
    MAILS.c.kind.in_(("confirm", "receipt")),
    MAILS.c.state.in_(("queued", "retry")),
)
MARK_SILENCED = SIGN_UPS.update().where(SIGN_UPS.c.id == bindparam("key")).values(silenced=bindparam("is_silenced"))
TIMES_ASKED = select(ASKED.c.count).where(ASKED.c.addressee == bindparam("addressee"), ASKED.c.day == bindparam("day"))
ADD_TO_ASKED = (
    ASKED.update()
    .where(ASKED.c.addressee == bindparam("whom"), ASKED.c.day == bindparam("when"))
    .values(count=ASKED.c.count + 1)
)
FORGET_ASKED = ASKED.delete().where(ASKED.c.day < bindparam("today"))
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
UNSENT = ("queued", "sending", "retry")
STATES = (*UNSENT, "sent", "failed")
OLDEST_UNSENT = select(func.min(MAILS.c.created_at)).where(MAILS.c.state.in_(UNSENT))
FORMS_SIGNED_UP_FOR = select(SIGN_UPS.c.form).distinct()
STILL_ASKED = exists().where(
    MAILS.c.sign_up == SIGN_UPS.c.id,
    MAILS.c.kind == "confirm",
    or_(MAILS.c.state.in_(UNSENT), MAILS.c.sent_at > bindparam("unconfirmed")),
)
OUTCOMES = ("withdrawn", "unconfirmed", "unanswered", "answered")
OUTCOME = case(
    (SIGN_UPS.c.withdrawn_at.is_not(None), OUTCOMES[0]),
    (SIGN_UPS.c.confirmed_at.is_(None), OUTCOMES[1]),
    (SIGN_UPS.c.answered_at.is_(None), OUTCOMES[2]),
    else_=OUTCOMES[3],
)
LIVES = select(SIGN_UPS.c.id, SIGN_UPS.c.form, SIGN_UPS.c.received_at, OUTCOME.label("outcome"))
SIGN_UPS_BY_OUTCOME = select(OUTCOME, func.count()).group_by(OUTCOME)
MAILS_BY_STATE = select(MAILS.c.state, func.count()).group_by(MAILS.c.state)
OLDEST_UNANSWERED = select(func.min(SIGN_UPS.c.confirmed_at)).where(OUTCOME == "unanswered")
ONE_LIFE = LIVES.where(SIGN_UPS.c.id == bindparam("id"))
LIVES_OVER = LIVES.where(
    SIGN_UPS.c.form == bindparam("form"),
    or_(
        and_(SIGN_UPS.c.confirmed_at.is_(None), SIGN_UPS.c.asked_at <= bindparam("unconfirmed"), not_(STILL_ASKED)),
        SIGN_UPS.c.confirmed_at <= bindparam("confirmed"),
        SIGN_UPS.c.withdrawn_at <= bindparam("withdrawn"),
    ),
)
MAILS_OF = select(MAILS.c.id).where(MAILS.c.sign_up.in_(bindparam("ids", expanding=True)))
DELETE_SIGN_UPS = SIGN_UPS.delete().where(SIGN_UPS.c.id == bindparam("key"))
ALL_COUNTS = select(COUNTS).order_by(COUNTS.c.form, COUNTS.c.month, COUNTS.c.outcome)
ADD_TO_COUNT = (
    COUNTS.update()
    .where(
        COUNTS.c.form == bindparam("of_form"),
        COUNTS.c.month == bindparam("of_month"),
        COUNTS.c.outcome == bindparam("of_outcome"),
    )
    .values(count=COUNTS.c.count + bindparam("more"))
)


def insert_sign_up(connection: Connection, sign_up: SignUp, fingerprint: str) -> None:
    """A fresh sign-up, not confirmed and not answered."""
    row = {
        "id": sign_up.id,
        "form": sign_up.form,
        "language": sign_up.language,
        "sealed": _sealed(connection, sign_up.id, sign_up.answers),
        "fingerprint": fingerprint,
        "flagged": sign_up.flagged,
        "silenced": sign_up.silenced,
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
    return row and _sign_up(connection, row)


def sign_up_by_fingerprint(connection: Connection, fingerprints: Sequence[str]) -> SignUp | None:
    """The sign-up with one of these fingerprints: those of the same answers under each of the keys."""
    row = connection.execute(SAME_ANSWERS, {"fingerprints": fingerprints}).one_or_none()
    return row and _sign_up(connection, row)


def consents_of(connection: Connection, sign_up: str) -> list[Consent]:
    rows = connection.execute(CONSENTS_OF, {"sign_up": sign_up})
    return [Consent(row.consent, row.version, row.given_at, row.withdrawn_at) for row in rows]


def mark_asked(connection: Connection, sign_up: str, at: datetime) -> None:
    connection.execute(MARK_ASKED, {"key": sign_up, "at": at})


def mark_confirmed(connection: Connection, sign_up: str, at: datetime) -> None:
    connection.execute(MARK_CONFIRMED, {"key": sign_up, "at": at})


def mark_answered(connection: Connection, sign_up: str, at: datetime) -> None:
    connection.execute(MARK_ANSWERED, {"key": sign_up, "at": at})


def mark_unconfirmed(connection: Connection, sign_up: str, at: datetime) -> None:
    """The address is another one: it was asked to confirm at `at`."""
    connection.execute(MARK_UNCONFIRMED, {"key": sign_up, "at": at})


def mark_silenced(connection: Connection, sign_up: str, is_silenced: bool) -> None:
    connection.execute(MARK_SILENCED, {"key": sign_up, "is_silenced": is_silenced})


def times_asked(connection: Connection, addressee: str, day: date) -> int:
    """How many confirmations an address, known by its keyed hash, was asked for on a day."""
    return connection.execute(TIMES_ASKED, {"addressee": addressee, "day": day.isoformat()}).scalar_one_or_none() or 0


def note_asked(connection: Connection, addressee: str, day: date) -> None:
    known = {"whom": addressee, "when": day.isoformat()}
    if connection.execute(ADD_TO_ASKED, known).rowcount == 0:
        connection.execute(ASKED.insert(), {"addressee": addressee, "day": day.isoformat(), "count": 1})


def forget_asked(connection: Connection, today: date) -> None:
    connection.execute(FORGET_ASKED, {"today": today.isoformat()})


def mark_withdrawn(connection: Connection, sign_up: str, at: datetime) -> None:
    """From now on the same answers are a sign-up of their own."""
    connection.execute(MARK_WITHDRAWN, {"key": sign_up, "at": at, "nothing": f"withdrawn-{sign_up}"})


def replace_answers(connection: Connection, sign_up: str, answers: dict[str, Value], known_by: str) -> None:
    sealed = _sealed(connection, sign_up, answers)
    connection.execute(RESEAL, {"key": sign_up, "new_sealed": sealed, "new_fingerprint": known_by})


def withdraw_consent(connection: Connection, sign_up: str, consent: str, at: datetime) -> None:
    connection.execute(WITHDRAW_CONSENT, {"key": sign_up, "which": consent, "at": at})


def renew_consents(connection: Connection, sign_up: str, versions: dict[str, str], at: datetime) -> None:
    """Brings the consents to what was ticked now; one that was given and still stands keeps its time."""
    standing = {one.consent: one.version for one in consents_of(connection, sign_up) if one.withdrawn_at is None}
    fresh = {consent: version for consent, version in versions.items() if standing.get(consent) != version}
    for consent in standing.keys() - versions.keys():
        withdraw_consent(connection, sign_up, consent, at)
    for consent in fresh:
        connection.execute(DROP_CONSENT, {"key": sign_up, "which": consent})
    insert_consents(connection, sign_up, fresh, at)


def drop_waiting_mails(connection: Connection, sign_up: str) -> None:
    """Those to the person that have not left yet."""
    connection.execute(DROP_WAITING_MAILS, {"key": sign_up})


def mails_of(connection: Connection, sign_up: str) -> list[Mail]:
    return [_mail(row) for row in connection.execute(ALL_MAILS.where(MAILS.c.sign_up == sign_up))]


def lease_due_mails(connection: Connection, now: datetime, until: datetime, most: int) -> list[tuple[Mail, SignUp]]:
    """Takes the mails that are due, and those whose lease ran out, for delivery until `until`."""
    rows = connection.execute(DUE_MAILS, {"now": now, "most": most}).all()
    if not rows:
        return []
    connection.execute(LEASE_MAIL, [{"key": row.id, "until": until} for row in rows])
    about = connection.execute(SEVERAL_SIGN_UPS, {"ids": [row.sign_up for row in rows]})
    sign_ups = {}
    for row in about:
        try:
            sign_ups[row.id] = _sign_up(connection, row)
        except Damaged as error:  # its mails wait; the others leave
            log.error("store: %s", error)
    return [(_mail(row), sign_ups[row.sign_up]) for row in rows if row.sign_up in sign_ups]


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


def figures(connection: Connection) -> Figures:
    by_outcome = dict(connection.execute(SIGN_UPS_BY_OUTCOME).all())
    by_state = dict(connection.execute(MAILS_BY_STATE).all())
    return Figures(
        dict.fromkeys(OUTCOMES, 0) | by_outcome,
        dict.fromkeys(STATES, 0) | by_state,
        connection.execute(OLDEST_UNSENT).scalar_one(),
        connection.execute(OLDEST_UNANSWERED).scalar_one(),
    )


def forms_signed_up_for(connection: Connection) -> list[str]:
    return list(connection.execute(FORMS_SIGNED_UP_FOR).scalars())


def lives_over(
    connection: Connection, form: str, *, unconfirmed: datetime, confirmed: datetime, withdrawn: datetime
) -> list[Life]:
    """Sign-ups confirmed or withdrawn before these times, and those asked to confirm before `unconfirmed` in vain.

    They were asked when the mail left, however long a mail server kept it waiting.
    """
    values = {"form": form, "unconfirmed": unconfirmed, "confirmed": confirmed, "withdrawn": withdrawn}
    return [Life(*row) for row in connection.execute(LIVES_OVER, values)]


def life_of(connection: Connection, id: str) -> Life | None:
    row = connection.execute(ONE_LIFE, {"id": id}).one_or_none()
    return row and Life(*row)


def mail_ids(connection: Connection, sign_ups: Sequence[str]) -> list[str]:
    parts = (sign_ups[start : start + MOST_VALUES] for start in range(0, len(sign_ups), MOST_VALUES))
    return [id for ids in parts for id in connection.execute(MAILS_OF, {"ids": ids}).scalars()]


def delete_sign_ups(connection: Connection, ids: Sequence[str]) -> None:
    """With their consents and mails."""
    if ids:
        connection.execute(DELETE_SIGN_UPS, [{"key": id} for id in ids])


def add_count(connection: Connection, form: str, month: str, outcome: str, count: int) -> None:
    known = {"of_form": form, "of_month": month, "of_outcome": outcome, "more": count}
    if connection.execute(ADD_TO_COUNT, known).rowcount == 0:
        connection.execute(COUNTS.insert(), {"form": form, "month": month, "outcome": outcome, "count": count})


def _sign_up(connection: Connection, row: Row) -> SignUp:
    told = json.loads(_seal(connection).open(row.id, row.sealed))
    answers = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
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
        row.withdrawn_at,
        row.silenced,
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


def _sealed(connection: Connection, id: str, answers: dict[str, Value]) -> bytes:
    return _seal(connection).close(id, json.dumps(answers, ensure_ascii=False).encode())


def _seal(connection: Connection) -> Seal:
    return connection.get_execution_options()["seal"]


def _reseal(connection: Connection, row: Row, key: str) -> None:
    kept = _sign_up(connection, row)
    known_by = _known_by(connection, kept, key)
    same = sign_up_by_fingerprint(connection, [known_by])
    # Two rows may hold the same answers if a key was missing in between; each keeps a fingerprint of its own.
    replace_answers(connection, kept.id, kept.answers, row.fingerprint if same or kept.withdrawn_at else known_by)


def renew_fingerprint(connection: Connection, kept: SignUp, key: str) -> None:
    """After a consent was taken back: what is known is what stands."""
    known_by = _known_by(connection, kept, key)
    if sign_up_by_fingerprint(connection, [known_by]) is None:
        replace_answers(connection, kept.id, kept.answers, known_by)


def _known_by(connection: Connection, kept: SignUp, key: str) -> str:
    standing = {one.consent: one.version for one in consents_of(connection, kept.id) if one.withdrawn_at is None}
    return fingerprint(key, kept.form, Answers(kept.answers, standing))


def _refuse_missing_key(connection: Connection) -> None:
    if not all(_seal(connection).knows(mark) for mark in connection.execute(MARKS).scalars()):
        raise MissingKey


def locked(database: Path) -> IO[bytes]:
    """Keeps every other process of ours away for as long as it is open. Raises InUse."""
    lock = database.with_name(f"{database.name}.lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise InUse(database) from None
    return lock


def _engine(settings: Settings) -> Engine:
    # hide_parameters: an error in a log must not carry what a person is known by.
    engine = create_engine(
        URL.create("sqlite", database=str(settings.database)),
        poolclass=NullPool,
        hide_parameters=True,
        execution_options={"seal": Seal(settings.secret_keys)},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=2000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _migrate(engine: Engine) -> None:
    config = _migrations()
    with engine.begin() as connection:
        config.attributes |= {"connection": connection, "seal": _seal(connection)}
        before = MigrationContext.configure(connection).get_current_revision()
        command.upgrade(config, "head")
        after = MigrationContext.configure(connection).get_current_revision()
    if before != after:
        with engine.connect() as connection:
            sweep(connection)


@contextmanager
def _reading(settings: Settings) -> Iterator[Connection]:
    if not settings.database.exists():
        raise NoDatabase(settings.database)
    file = f"file:{quote(str(settings.database.resolve()))}"
    engine = create_engine(
        URL.create("sqlite", database=file, query={"mode": "ro", "uri": "true"}),
        poolclass=NullPool,
        hide_parameters=True,
        execution_options={"seal": Seal(settings.secret_keys)},
    )
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_heads() != tuple(_newest().get_heads()):
            raise OtherVersion(settings.database)
        yield connection


def _newest() -> ScriptDirectory:
    return ScriptDirectory.from_config(_migrations())
