"""Sign-ups and consents. Answers are encrypted on their way in and decrypted on their way out, by the
cipher of the transaction or snapshot."""

import hmac
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import LargeBinary, Row, and_, bindparam, func, or_, select

from mentorkorps.backend.db.compiled_statements import CompiledStatement
from mentorkorps.backend.db.records import GivenConsent, SignUp, standing_versions
from mentorkorps.backend.db.tables import CONSENTS, DOUBTFUL, SIGN_UPS, UNANSWERED
from mentorkorps.backend.db.transaction import Snapshot, Transaction
from mentorkorps.backend.security.encryption import MARK_BYTES, Damaged
from mentorkorps.forms.answers import Answers, Value


class Position(NamedTuple):
    """Where a list by time goes on: behind this sign-up."""

    received_at: datetime
    id: str


def fingerprint(key: str, form: str, answers: Answers, once: str = "") -> str:
    """The same for the same answers to the same form; tells nothing about them without the key.

    `once` tells apart what several people answer alike.
    """
    return hmac.digest(
        key.encode(), f"{form}{once}\n{answers.canonical()}".encode(), "sha256"
    ).hex()


INSERT_SIGN_UP = CompiledStatement(
    SIGN_UPS.insert(),
    "id",
    "form",
    "language",
    "sealed",
    "fingerprint",
    "flagged",
    "silenced",
    "signs",
    "received_at",
    "asked_at",
    "confirmed_at",
    "awaited",
    "code",
    "addressee",
)

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

UNANSWERED_SIGN_UPS = ALL_SIGN_UPS.where(UNANSWERED)

NEWEST_DOUBTFUL = (
    select(SIGN_UPS)
    .where(DOUBTFUL)
    .order_by(SIGN_UPS.c.received_at.desc(), SIGN_UPS.c.id.desc())
    .limit(bindparam("most"))
)

OLDER_DOUBTFUL = NEWEST_DOUBTFUL.where(
    or_(
        SIGN_UPS.c.received_at < bindparam("before"),
        and_(SIGN_UPS.c.received_at == bindparam("before"), SIGN_UPS.c.id < bindparam("before_id")),
    )
)

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

KEPT_AT = (
    select(SIGN_UPS)
    .where(SIGN_UPS.c.addressee == bindparam("of_addressee"))
    .order_by(SIGN_UPS.c.received_at.desc())
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


def insert_sign_up(transaction: Transaction, sign_up: SignUp, fingerprint: str) -> None:
    """A fresh sign-up, which nobody has answered."""
    row = {
        "id": sign_up.id,
        "form": sign_up.form,
        "language": sign_up.language,
        "sealed": sealed(transaction, sign_up.id, sign_up.answers),
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
    INSERT_SIGN_UP.run(transaction, row)
    if sign_up.confirmed_at:
        transaction.note_changed(sign_up.id, sign_up.received_at)


def insert_consents(
    transaction: Transaction, sign_up: str, versions: dict[str, str], at: datetime
) -> None:
    rows = [
        {"sign_up": sign_up, "consent": consent, "version": version, "given_at": at}
        for consent, version in versions.items()
    ]
    INSERT_CONSENT.run_each(transaction, rows)


def sign_up_by_id(snapshot: Snapshot, id: str) -> SignUp | None:
    row = snapshot.execute(ONE_SIGN_UP, {"id": id}).one_or_none()
    return as_sign_up(snapshot, row) if row else None


def sign_up_to_change(transaction: Transaction, id: str) -> SignUp | None:
    """The same, for a job that changes it by what it is; other instances wait until that is done."""
    row = transaction.execute(SIGN_UP_TO_CHANGE, {"id": id}).one_or_none()
    return as_sign_up(transaction, row) if row else None


def sign_up_by_fingerprint(snapshot: Snapshot, fingerprints: Sequence[str]) -> SignUp | None:
    """The sign-up with one of these fingerprints: those of the same answers under each of the keys."""
    for fingerprint in fingerprints:
        if row := SAME_ANSWERS.run(snapshot, {"fingerprint": fingerprint}).fetchone():
            return sign_up_by_id(snapshot, row[0])
    return None


def doubtful(snapshot: Snapshot) -> list[SignUp]:
    """Those that look like spam and wait for somebody to say, oldest first."""
    return [as_sign_up(snapshot, row) for row in snapshot.execute(DOUBTFUL_SIGN_UPS)]


def doubtful_page(snapshot: Snapshot, before: Position | None, most: int) -> list[SignUp]:
    """The same, newest first: at most so many, those before a position where one is given."""
    if before is None:
        rows = snapshot.execute(NEWEST_DOUBTFUL, {"most": most})
    else:
        values = {"most": most, "before": before.received_at, "before_id": before.id}
        rows = snapshot.execute(OLDER_DOUBTFUL, values)
    return [as_sign_up(snapshot, row) for row in rows]


def consents_of(snapshot: Snapshot, sign_up: str) -> list[GivenConsent]:
    rows = snapshot.execute(CONSENTS_OF, {"sign_up": sign_up})
    return [GivenConsent(row.consent, row.version, row.given_at, row.withdrawn_at) for row in rows]


def consents_of_each(snapshot: Snapshot, sign_ups: Sequence[str]) -> dict[str, list[GivenConsent]]:
    """The same of several, by their numbers; also those that gave none."""
    consents: dict[str, list[GivenConsent]] = {id: [] for id in sign_ups}
    for row in snapshot.execute(CONSENTS_OF_EACH, {"sign_ups": sign_ups}):
        consents[row.sign_up].append(
            GivenConsent(row.consent, row.version, row.given_at, row.withdrawn_at)
        )
    return consents


def mark_asked(transaction: Transaction, sign_up: str, at: datetime, addressee: str | None) -> None:
    """The mailbox was asked once more to confirm."""
    transaction.execute(MARK_ASKED, {"key": sign_up, "at": at, "new_addressee": addressee})


def mark_confirmed(transaction: Transaction, sign_up: str, at: datetime) -> None:
    transaction.execute(MARK_CONFIRMED, {"key": sign_up, "at": at})
    transaction.note_changed(sign_up, at)


def mark_answered(transaction: Transaction, sign_up: str, at: datetime) -> None:
    transaction.execute(MARK_ANSWERED, {"key": sign_up, "at": at})
    transaction.note_changed(sign_up, at)


def mark_readdressed(transaction: Transaction, sign_up: str, addressee: str, at: datetime) -> None:
    """The address is another one: nobody has confirmed it, and it was asked to at `at`."""
    transaction.execute(MARK_READDRESSED, {"key": sign_up, "new_addressee": addressee, "at": at})


def unconfirmed_at(snapshot: Snapshot, addressee: str, most: int) -> list[SignUp]:
    """The sign-ups that one mailbox has yet to confirm, oldest first, those that look like spam behind the others."""
    values = {"of_addressee": addressee, "most": most}
    return [as_sign_up(snapshot, row) for row in snapshot.execute(UNCONFIRMED_AT, values)]


def readable_unanswered(snapshot: Snapshot) -> Iterator[SignUp]:
    """The confirmed sign-ups that somebody is to answer and nobody has, oldest first; none that
    cannot be decrypted.
    """
    for row in snapshot.execute(UNANSWERED_SIGN_UPS):
        try:
            yield as_sign_up(snapshot, row)
        except Damaged:
            continue


def kept_at(snapshot: Snapshot, addressee: str, most: int) -> list[SignUp]:
    """All sign-ups of one mailbox, confirmed or not, withdrawn or not, newest first."""
    known = {"of_addressee": addressee, "most": most}
    return [as_sign_up(snapshot, row) for row in snapshot.execute(KEPT_AT, known)]


def mark_silenced(transaction: Transaction, sign_up: str, is_silenced: bool) -> None:
    transaction.execute(MARK_SILENCED, {"key": sign_up, "is_silenced": is_silenced})


def mark_cleared(transaction: Transaction, sign_up: str, at: datetime) -> None:
    """Nobody takes it for spam any more."""
    transaction.execute(MARK_CLEARED, {"key": sign_up})
    transaction.note_changed(sign_up, at)


def mark_withdrawn(transaction: Transaction, sign_up: str, at: datetime) -> None:
    """From now on the same answers are a sign-up of their own."""
    transaction.execute(
        MARK_WITHDRAWN, {"key": sign_up, "at": at, "nothing": f"withdrawn-{sign_up}"}
    )
    transaction.note_changed(sign_up, at)


def mark_resumed(transaction: Transaction, sign_up: str, known_by: str, at: datetime) -> None:
    """Nobody has withdrawn it any more."""
    transaction.execute(MARK_RESUMED, {"key": sign_up, "known_by": known_by})
    transaction.note_changed(sign_up, at)


def replace_answers(
    transaction: Transaction, sign_up: str, answers: dict[str, Value], known_by: str
) -> None:
    new_sealed = sealed(transaction, sign_up, answers)
    transaction.execute(
        RESEAL, {"key": sign_up, "new_sealed": new_sealed, "new_fingerprint": known_by}
    )


def withdraw_consent(transaction: Transaction, sign_up: str, consent: str, at: datetime) -> None:
    transaction.execute(WITHDRAW_CONSENT, {"key": sign_up, "which": consent, "at": at})


def renew_consents(
    transaction: Transaction, sign_up: str, versions: dict[str, str], at: datetime
) -> None:
    """Brings the consents to what was ticked now; one that was given and still stands keeps its time."""
    standing = standing_versions(consents_of(transaction, sign_up))
    fresh = {
        consent: version
        for consent, version in versions.items()
        if standing.get(consent) != version
    }
    for consent in standing.keys() - versions.keys():
        withdraw_consent(transaction, sign_up, consent, at)
    for consent in fresh:
        transaction.execute(DROP_CONSENT, {"key": sign_up, "which": consent})
    insert_consents(transaction, sign_up, fresh, at)


def as_sign_up(snapshot: Snapshot, row: Row[Any]) -> SignUp:
    kept_answers = json.loads(snapshot.cipher.open(row.id, row.sealed))
    answers = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in kept_answers.items()
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


def sealed(snapshot: Snapshot, id: str, answers: dict[str, Value]) -> bytes:
    return snapshot.cipher.close(id, json.dumps(answers, ensure_ascii=False).encode())


def renew_fingerprint(transaction: Transaction, sign_up: SignUp, key: str) -> None:
    """After a consent was taken back: what is known is what stands."""
    known_by = fingerprint_of(transaction, sign_up, key)
    if sign_up_by_fingerprint(transaction, [known_by]) is None:
        replace_answers(transaction, sign_up.id, sign_up.answers, known_by)


def fingerprint_of(snapshot: Snapshot, sign_up: SignUp, key: str) -> str:
    standing = standing_versions(consents_of(snapshot, sign_up.id))
    return fingerprint(key, sign_up.form, Answers(sign_up.answers, standing))
