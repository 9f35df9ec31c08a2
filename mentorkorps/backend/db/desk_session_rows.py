"""Who asked to log in at the desk, the sessions that came of it, and second factors.

Nothing here can be used by who reads the database: sessions are known by a hash of what the browser keeps, codes
by a keyed hash, people by a keyed hash of their address, and the secret of a second factor lies encrypted.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from mentorkorps.backend.db.tables import DESK_LOGINS, DESK_SECOND_FACTORS, DESK_SESSIONS
from mentorkorps.backend.db.transaction import Snapshot, Transaction

LOGINS_KEPT = timedelta(days=1)
"""After they have ended."""

LOGIN = select(DESK_LOGINS).where(DESK_LOGINS.c.id == bindparam("of_id"))
LOGIN_TO_CHANGE = LOGIN.with_for_update()
CHANGE_LOGIN = DESK_LOGINS.update().where(DESK_LOGINS.c.id == bindparam("of_id"))
USE_LOGIN = CHANGE_LOGIN.values(used_at=bindparam("now"))
COUNT_TRY = CHANGE_LOGIN.values(tries=DESK_LOGINS.c.tries + 1)
SESSION = select(DESK_SESSIONS).where(DESK_SESSIONS.c.id == bindparam("of_id"))
SESSION_TO_CHANGE = SESSION.with_for_update()
CHANGE_SESSION = DESK_SESSIONS.update().where(DESK_SESSIONS.c.id == bindparam("of_id"))
COUNT_SESSION_TRY = CHANGE_SESSION.values(tries=DESK_SESSIONS.c.tries + 1)
PROVE_SESSION = CHANGE_SESSION.values(proved_at=bindparam("now"))
OPEN_SESSIONS = DESK_SESSIONS.c.ended_at.is_(None) & (DESK_SESSIONS.c.until > bindparam("now"))
END_ALL = DESK_SESSIONS.update().where(OPEN_SESSIONS).values(ended_at=bindparam("at"))
END_OF_PERSON = END_ALL.where(DESK_SESSIONS.c.person.in_(bindparam("people", expanding=True)))
END_ONE = END_ALL.where(DESK_SESSIONS.c.id == bindparam("of_id"))
SPOIL_LOGINS = (
    DESK_LOGINS.update()
    .where(DESK_LOGINS.c.used_at.is_(None), DESK_LOGINS.c.until > bindparam("now"))
    .values(used_at=bindparam("at"))
)
SPOIL_OF_PERSON = SPOIL_LOGINS.where(DESK_LOGINS.c.person.in_(bindparam("people", expanding=True)))
FACTOR = select(DESK_SECOND_FACTORS).where(
    DESK_SECOND_FACTORS.c.person.in_(bindparam("people", expanding=True))
)
FACTOR_TO_CHANGE = FACTOR.with_for_update()
DROP_FACTORS = DESK_SECOND_FACTORS.delete().where(
    DESK_SECOND_FACTORS.c.person.in_(bindparam("people", expanding=True))
)
FORGET_LOGINS = DESK_LOGINS.delete().where(DESK_LOGINS.c.until < bindparam("before"))
FORGET_SESSIONS = DESK_SESSIONS.delete().where(DESK_SESSIONS.c.until < bindparam("before"))
STILL_ASKED = select(DESK_LOGINS.c.id).where(
    DESK_LOGINS.c.id.in_(bindparam("ids", expanding=True)),
    DESK_LOGINS.c.used_at.is_(None),
    DESK_LOGINS.c.until > bindparam("now"),
)


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody's wish to log in. `code`: a keyed hash of the six figures that the asking page shows.

    `path`: where it goes on afterwards. `person`: also of an address that is nobody's.
    """

    id: str
    person: str
    asked_at: datetime
    until: datetime
    code: str
    tries: int = 0
    path: str = ""
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """`proved_at`: when a second factor was given in it. `tries`: codes of a second factor that were wrong."""

    id: str
    person: str
    opened_at: datetime
    until: datetime
    proved_at: datetime | None = None
    tries: int = 0
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """`secret`: of the codes. `proved_at`: since when it is in force. `last_step`: of the code used last."""

    person: str
    secret: bytes
    made_at: datetime
    proved_at: datetime | None
    last_step: int


def session_id(token: str) -> str:
    """What a session is kept by: a hash of what the browser has."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_login(transaction: Transaction, login: Login) -> None:
    transaction.execute(
        DESK_LOGINS.insert(),
        {
            "id": login.id,
            "person": login.person,
            "asked_at": login.asked_at,
            "until": login.until,
            "code": login.code,
            "tries": login.tries,
            "path": login.path,
        },
    )


def login_by_id(snapshot: Snapshot, id: str) -> Login | None:
    row = snapshot.execute(LOGIN, {"of_id": id}).one_or_none()
    return Login(*row) if row else None


def login_to_change(transaction: Transaction, id: str) -> Login | None:
    row = transaction.execute(LOGIN_TO_CHANGE, {"of_id": id}).one_or_none()
    return Login(*row) if row else None


def still_asked(snapshot: Snapshot, ids: Sequence[str], now: datetime) -> set[str]:
    """Those of these that may still be used."""
    return set(snapshot.execute(STILL_ASKED, {"ids": list(ids), "now": now}).scalars())


def use_login(transaction: Transaction, id: str, now: datetime) -> None:
    transaction.execute(USE_LOGIN, {"of_id": id, "now": now})


def count_try(transaction: Transaction, id: str) -> None:
    transaction.execute(COUNT_TRY, {"of_id": id})


def open_session(transaction: Transaction, session: Session) -> None:
    transaction.execute(
        DESK_SESSIONS.insert(),
        {
            "id": session.id,
            "person": session.person,
            "opened_at": session.opened_at,
            "until": session.until,
            "proved_at": session.proved_at,
            "tries": session.tries,
        },
    )


def session_by_id(snapshot: Snapshot, id: str) -> Session | None:
    row = snapshot.execute(SESSION, {"of_id": id}).one_or_none()
    return Session(*row) if row else None


def session_to_change(transaction: Transaction, id: str) -> Session | None:
    row = transaction.execute(SESSION_TO_CHANGE, {"of_id": id}).one_or_none()
    return Session(*row) if row else None


def count_session_try(transaction: Transaction, id: str) -> None:
    transaction.execute(COUNT_SESSION_TRY, {"of_id": id})


def prove_session(transaction: Transaction, id: str, now: datetime) -> None:
    transaction.execute(PROVE_SESSION, {"of_id": id, "now": now})


def end_session(transaction: Transaction, id: str, now: datetime) -> int:
    return transaction.execute(END_ONE, {"of_id": id, "now": now, "at": now}).rowcount


def end_sessions(transaction: Transaction, people: Sequence[str] | None, now: datetime) -> int:
    """Ends every open session, or those of the person with these ids; how many. Links under way end too."""
    known: dict[str, object] = {"now": now, "at": now}
    if people is None:
        transaction.execute(SPOIL_LOGINS, known)
        return transaction.execute(END_ALL, known).rowcount
    known["people"] = list(people)
    transaction.execute(SPOIL_OF_PERSON, known)
    return transaction.execute(END_OF_PERSON, known).rowcount


def second_factor_of(snapshot: Snapshot, people: Sequence[str]) -> SecondFactor | None:
    """The second factor of the person with these ids. Raises MissingKey or Damaged."""
    return _factor(snapshot, people, is_changed=False)


def second_factor_to_change(transaction: Transaction, people: Sequence[str]) -> SecondFactor | None:
    return _factor(transaction, people, is_changed=True)


def put_second_factor(
    transaction: Transaction, factor: SecondFactor, people: Sequence[str]
) -> None:
    """Keeps it in place of whatever the person with these ids had, encrypted with the first key."""
    drop_second_factor(transaction, people)
    transaction.execute(
        DESK_SECOND_FACTORS.insert(),
        {
            "person": factor.person,
            "sealed": transaction.cipher.close(_name(factor.person), factor.secret),
            "made_at": factor.made_at,
            "proved_at": factor.proved_at,
            "last_step": factor.last_step,
        },
    )


def drop_second_factor(transaction: Transaction, people: Sequence[str]) -> int:
    return transaction.execute(DROP_FACTORS, {"people": list(people)}).rowcount


def forget_logins(transaction: Transaction, now: datetime) -> None:
    """Deletes what has ended a day ago."""
    transaction.execute(FORGET_LOGINS, {"before": now - LOGINS_KEPT})
    transaction.execute(FORGET_SESSIONS, {"before": now - LOGINS_KEPT})


def _factor(snapshot: Snapshot, people: Sequence[str], is_changed: bool) -> SecondFactor | None:
    statement = FACTOR_TO_CHANGE if is_changed else FACTOR
    row = snapshot.execute(statement, {"people": list(people)}).first()
    if row is None:
        return None
    secret = snapshot.cipher.open(_name(row.person), row.sealed)
    return SecondFactor(row.person, secret, row.made_at, row.proved_at, row.last_step)


def _name(person: str) -> str:
    return f"desk_second_factors {person}"
