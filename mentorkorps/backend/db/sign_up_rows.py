"""Sign-ups and consents. Answers are sealed on their way in and opened on their way out; the seal travels with
the connections of the engine."""

import hmac
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, LargeBinary, Row, bindparam, func, select

from mentorkorps.backend.db.compiled_statements import CompiledStatement
from mentorkorps.backend.db.records import GivenConsent, SignUp
from mentorkorps.backend.db.tables import CONSENTS, DOUBTFUL, SIGN_UPS
from mentorkorps.backend.security.encryption import MARK_BYTES, Cipher
from mentorkorps.forms.answers import Answers, Value


def fingerprint(key: str, form: str, answers: Answers, once: str = "") -> str:
    """The same for the same answers to the same form; tells nothing about them without the key.

    `once` tells apart what several people answer alike.
    """
    return hmac.digest(
        key.encode(), f"{form}{once}\n{answers.canonical()}".encode(), "sha256"
    ).hex()


INSERT_SIGN_UP = CompiledStatement(
    SIGN_UPS.insert(),
    "id", "form", "language", "sealed", "fingerprint", "flagged", "silenced", "signs", "received_at", "asked_at",
    "confirmed_at", "awaited", "code", "addressee",
)  # fmt: skip

INSERT_CONSENT = CompiledStatement(CONSENTS.insert(), "sign_up", "consent", "version", "given_at")

ALL_SIGN_UPS = select(SIGN_UPS).order_by(SIGN_UPS.c.received_at)

ONE_SIGN_UP = select(SIGN_UPS).where(SIGN_UPS.c.id == bindparam("id"))

# Not against the mails and places that refer to it: they may come and go meanwhile.
SIGN_UP_TO_CHANGE = ONE_SIGN_UP.with_for_update(key_share=True)

SEVERAL_SIGN_UPS = select(SIGN_UPS).where(SIGN_UPS.c.id.in_(bindparam("ids", expanding=True)))

SAME_ANSWERS = CompiledStatement(
    select(SIGN_UPS.c.id).where(SIGN_UPS.c.fingerprint == bindparam("fingerprint"))
)

RESEAL = (
    SIGN_UPS.update()
    .where(SIGN_UPS.c.id == bindparam("key"))
    .values(sealed=bindparam("new_sealed"), fingerprint=bindparam("new_fingerprint"))
)

MARK = func.substr(SIGN_UPS.c.sealed, 1, MARK_BYTES, type_=LargeBinary)

MARKS = select(MARK).distinct()

DOUBTFUL_SIGN_UPS = ALL_SIGN_UPS.where(DOUBTFUL)

CONSENTS_OF = (
    select(CONSENTS).where(CONSENTS.c.sign_up == bindparam("sign_up")).order_by(CONSENTS.c.consent)
)

CONSENTS_OF_EACH = (
    select(CONSENTS)
    .where(CONSENTS.c.sign_up.in_(bindparam("sign_ups", expanding=True)))
    .order_by(CONSENTS.c.consent)
)

MARK_ASKED = (
    SIGN_UPS.update()
    .where(SIGN_UPS.c.id == bindparam("key"))
    .values(asked_at=bindparam("at"), addressee=bindparam("new_addressee"))
)

MARK_CONFIRMED = (
    SIGN_UPS.update().where(SIGN_UPS.c.id == bindparam("key")).values(confirmed_at=bindparam("at"))
)

MARK_READDRESSED = (
    SIGN_UPS.update()
    .where(SIGN_UPS.c.id == bindparam("key"))
    .values(
        confirmed_at=None,
        asked_at=bindparam("at"),
        addressee=bindparam("new_addressee"),
        readdressed=SIGN_UPS.c.readdressed + 1,
    )
)

UNCONFIRMED_AT = (
    select(SIGN_UPS)
    .where(
        SIGN_UPS.c.addressee == bindparam("of_addressee"),
        SIGN_UPS.c.confirmed_at.is_(None),
        SIGN_UPS.c.withdrawn_at.is_(None),
    )
    .order_by(SIGN_UPS.c.flagged, SIGN_UPS.c.received_at)
    .limit(bindparam("most"))
)

MARK_WITHDRAWN = (
    SIGN_UPS.update()
    .where(SIGN_UPS.c.id == bindparam("key"))
    .values(withdrawn_at=bindparam("at"), fingerprint=bindparam("nothing"))
)

MARK_RESUMED = (
    SIGN_UPS.update()
    .where(SIGN_UPS.c.id == bindparam("key"))
    .values(withdrawn_at=None, fingerprint=bindparam("known_by"))
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

DROP_CONSENT = CONSENTS.delete().where(
    CONSENTS.c.sign_up == bindparam("key"), CONSENTS.c.consent == bindparam("which")
)

MARK_CLEARED = SIGN_UPS.update().where(SIGN_UPS.c.id == bindparam("key")).values(flagged=False)

MARK_SILENCED = (
    SIGN_UPS.update()
    .where(SIGN_UPS.c.id == bindparam("key"))
    .values(silenced=bindparam("is_silenced"))
)

MARK_ANSWERED = (
    SIGN_UPS.update().where(SIGN_UPS.c.id == bindparam("key")).values(answered_at=bindparam("at"))
)


def insert_sign_up(connection: Connection, sign_up: SignUp, fingerprint: str) -> None:
    """A fresh sign-up, which nobody has answered."""
    row = {
        "id": sign_up.id,
        "form": sign_up.form,
        "language": sign_up.language,
        "sealed": sealed(connection, sign_up.id, sign_up.answers),
        "fingerprint": fingerprint,
        "flagged": sign_up.flagged,
        "silenced": sign_up.silenced,
        "signs": " ".join(sign_up.signs),
        "received_at": sign_up.received_at,
        "asked_at": sign_up.asked_at,
        "confirmed_at": sign_up.confirmed_at,
        "awaited": sign_up.awaited,
        "code": sign_up.code,
        "addressee": sign_up.addressee,
    }
    INSERT_SIGN_UP.run(connection, row)


def insert_consents(
    connection: Connection, sign_up: str, versions: dict[str, str], at: datetime
) -> None:
    rows = [
        {"sign_up": sign_up, "consent": consent, "version": version, "given_at": at}
        for consent, version in versions.items()
    ]
    INSERT_CONSENT.run_each(connection, rows)


def sign_up_by_id(connection: Connection, id: str) -> SignUp | None:
    row = connection.execute(ONE_SIGN_UP, {"id": id}).one_or_none()
    return row and as_sign_up(connection, row)


def sign_up_to_change(connection: Connection, id: str) -> SignUp | None:
    """The same, for a job that changes it by what it is; other instances wait until that is done."""
    row = connection.execute(SIGN_UP_TO_CHANGE, {"id": id}).one_or_none()
    return row and as_sign_up(connection, row)


def sign_up_by_fingerprint(connection: Connection, fingerprints: Sequence[str]) -> SignUp | None:
    """The sign-up with one of these fingerprints: those of the same answers under each of the keys."""
    for one in fingerprints:
        if row := SAME_ANSWERS.run(connection, {"fingerprint": one}).fetchone():
            return sign_up_by_id(connection, row[0])
    return None


def doubtful(connection: Connection) -> list[SignUp]:
    """Those that look like spam and wait for somebody to say, oldest first."""
    return [as_sign_up(connection, row) for row in connection.execute(DOUBTFUL_SIGN_UPS)]


def consents_of(connection: Connection, sign_up: str) -> list[GivenConsent]:
    rows = connection.execute(CONSENTS_OF, {"sign_up": sign_up})
    return [GivenConsent(row.consent, row.version, row.given_at, row.withdrawn_at) for row in rows]


def consents_of_each(
    connection: Connection, sign_ups: Sequence[str]
) -> dict[str, list[GivenConsent]]:
    """The same of several, by their numbers; also those that gave none."""
    found: dict[str, list[GivenConsent]] = {id: [] for id in sign_ups}
    for row in connection.execute(CONSENTS_OF_EACH, {"sign_ups": sign_ups}):
        found[row.sign_up].append(
            GivenConsent(row.consent, row.version, row.given_at, row.withdrawn_at)
        )
    return found


def mark_asked(connection: Connection, sign_up: str, at: datetime, addressee: str | None) -> None:
    """The mailbox was asked once more to confirm."""
    connection.execute(MARK_ASKED, {"key": sign_up, "at": at, "new_addressee": addressee})


def mark_confirmed(connection: Connection, sign_up: str, at: datetime) -> None:
    connection.execute(MARK_CONFIRMED, {"key": sign_up, "at": at})


def mark_answered(connection: Connection, sign_up: str, at: datetime) -> None:
    connection.execute(MARK_ANSWERED, {"key": sign_up, "at": at})


def mark_readdressed(connection: Connection, sign_up: str, addressee: str, at: datetime) -> None:
    """The address is another one: nobody has confirmed it, and it was asked to at `at`."""
    connection.execute(MARK_READDRESSED, {"key": sign_up, "new_addressee": addressee, "at": at})


def unconfirmed_at(connection: Connection, addressee: str, most: int) -> list[SignUp]:
    """The sign-ups that one mailbox has yet to confirm, oldest first, those that look like spam behind the others."""
    known = {"of_addressee": addressee, "most": most}
    return [as_sign_up(connection, row) for row in connection.execute(UNCONFIRMED_AT, known)]


def mark_silenced(connection: Connection, sign_up: str, is_silenced: bool) -> None:
    connection.execute(MARK_SILENCED, {"key": sign_up, "is_silenced": is_silenced})


def mark_cleared(connection: Connection, sign_up: str) -> None:
    """Nobody takes it for spam any more."""
    connection.execute(MARK_CLEARED, {"key": sign_up})


def mark_withdrawn(connection: Connection, sign_up: str, at: datetime) -> None:
    """From now on the same answers are a sign-up of their own."""
    connection.execute(
        MARK_WITHDRAWN, {"key": sign_up, "at": at, "nothing": f"withdrawn-{sign_up}"}
    )


def mark_resumed(connection: Connection, sign_up: str, known_by: str) -> None:
    """Nobody has withdrawn it any more."""
    connection.execute(MARK_RESUMED, {"key": sign_up, "known_by": known_by})


def replace_answers(
    connection: Connection, sign_up: str, answers: dict[str, Value], known_by: str
) -> None:
    new_sealed = sealed(connection, sign_up, answers)
    connection.execute(
        RESEAL, {"key": sign_up, "new_sealed": new_sealed, "new_fingerprint": known_by}
    )


def withdraw_consent(connection: Connection, sign_up: str, consent: str, at: datetime) -> None:
    connection.execute(WITHDRAW_CONSENT, {"key": sign_up, "which": consent, "at": at})


def renew_consents(
    connection: Connection, sign_up: str, versions: dict[str, str], at: datetime
) -> None:
    """Brings the consents to what was ticked now; one that was given and still stands keeps its time."""
    standing = {
        one.consent: one.version
        for one in consents_of(connection, sign_up)
        if one.withdrawn_at is None
    }
    fresh = {
        consent: version
        for consent, version in versions.items()
        if standing.get(consent) != version
    }
    for consent in standing.keys() - versions.keys():
        withdraw_consent(connection, sign_up, consent, at)
    for consent in fresh:
        connection.execute(DROP_CONSENT, {"key": sign_up, "which": consent})
    insert_consents(connection, sign_up, fresh, at)


def as_sign_up(connection: Connection, row: Row) -> SignUp:
    told = json.loads(seal_of(connection).open(row.id, row.sealed))
    answers = {
        name: tuple(value) if isinstance(value, list) else value for name, value in told.items()
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
        row.withdrawn_at,
        row.silenced,
        row.awaited,
        row.code,
        tuple(row.signs.split()),
        row.addressee,
        row.readdressed,
    )


def sealed(connection: Connection, id: str, answers: dict[str, Value]) -> bytes:
    return seal_of(connection).close(id, json.dumps(answers, ensure_ascii=False).encode())


def seal_of(connection: Connection) -> Cipher:
    return connection.get_execution_options()["seal"]


def renew_fingerprint(connection: Connection, kept: SignUp, key: str) -> None:
    """After a consent was taken back: what is known is what stands."""
    known_by = fingerprint_of(connection, kept, key)
    if sign_up_by_fingerprint(connection, [known_by]) is None:
        replace_answers(connection, kept.id, kept.answers, known_by)


def fingerprint_of(connection: Connection, kept: SignUp, key: str) -> str:
    standing = {
        one.consent: one.version
        for one in consents_of(connection, kept.id)
        if one.withdrawn_at is None
    }
    return fingerprint(key, kept.form, Answers(kept.answers, standing))
