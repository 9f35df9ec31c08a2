"""The outbox's rows: queued with what they are about, leased for delivery, settled, deleted."""

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from secrets import token_hex
from typing import Protocol

from sqlalchemy import (
    Row,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
)

from mentorkorps.backend.db.compiled_statements import CompiledStatement
from mentorkorps.backend.db.records import Mail, SignUp, Subject, SubjectKind
from mentorkorps.backend.db.sign_up_rows import (
    DOUBTFUL_SIGN_UPS,
    KEPT_AT,
    SEVERAL_SIGN_UPS,
    as_sign_up,
)
from mentorkorps.backend.db.tables import MAILS, SIGN_UPS
from mentorkorps.backend.db.transaction import Snapshot, Transaction
from mentorkorps.backend.security.encryption import Damaged


class Kind(Protocol):
    """What a row keeps of a kind of mail: its name, and what the id of its subject names."""

    @property
    def name(self) -> str: ...

    @property
    def about(self) -> SubjectKind: ...


UNSENT = ("queued", "sending", "retry")

STATES = (*UNSENT, "sent", "failed")

MOST_VALUES = 500
"""SQLite before 3.32 takes 999 values in a statement."""

INSERT_MAIL = CompiledStatement(
    MAILS.insert(),
    "id",
    "subject_kind",
    "subject_id",
    "kind",
    "state",
    "attempts",
    "waiting",
    "details",
    "created_at",
    "due_at",
)

ALL_MAILS = select(MAILS).order_by(MAILS.c.created_at, MAILS.c.kind)

ABOUT_SIGN_UP = and_(
    MAILS.c.subject_kind == "sign_up", MAILS.c.subject_id == bindparam("of_sign_up")
)

MAILS_ABOUT_SIGN_UP = ALL_MAILS.where(ABOUT_SIGN_UP)

DROP_WAITING_MAILS = MAILS.delete().where(
    ABOUT_SIGN_UP,
    MAILS.c.kind.in_(bindparam("kinds", expanding=True)),
    # One that is being sent goes to where it was meant for, and must not be tried again elsewhere.
    MAILS.c.state.in_(UNSENT),
)

OF_LANE = MAILS.c.kind.in_(bindparam("bulk_kinds", expanding=True)) == bindparam("is_bulk")
"""Bulk mails alone, or all others."""

FRESH_MAILS = (
    select(MAILS)
    .where(MAILS.c.state == "queued", MAILS.c.due_at <= bindparam("now"), OF_LANE)
    .order_by(MAILS.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
"""Nearly all that leave: in the order of ix_mails_state_due_at, which no other row delays."""

OTHER_DUE_MAILS = (
    select(MAILS)
    .where(
        OF_LANE,
        or_(
            and_(MAILS.c.state == "retry", MAILS.c.due_at <= bindparam("now")),
            and_(
                MAILS.c.state.in_(("queued", "retry")), MAILS.c.due_at > bindparam("never_so_late")
            ),
            and_(MAILS.c.state == "sending", MAILS.c.leased_until <= bindparam("now")),
            and_(MAILS.c.state == "sending", MAILS.c.leased_until > bindparam("never_so_late")),
        ),
    )
    .order_by(MAILS.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)

DELETE_MAIL = MAILS.delete().where(MAILS.c.id == bindparam("key"))

QUEUED_BEFORE = select(MAILS.c.id).where(ABOUT_SIGN_UP, MAILS.c.kind == bindparam("of_kind"))

LEASE_MAIL = CompiledStatement(
    MAILS.update()
    .where(MAILS.c.id == bindparam("key"))
    .values(
        state=literal_column("'sending'"),
        attempts=MAILS.c.attempts + literal_column("1"),
        leased_until=bindparam("until"),
    )
)

SETTLE_MAIL = CompiledStatement(
    MAILS.update()
    .where(MAILS.c.id == bindparam("key"))
    .values(
        state=bindparam("new_state"),
        attempts=bindparam("new_attempts"),
        due_at=bindparam("new_due_at"),
        sent_at=bindparam("new_sent_at"),
        error=bindparam("new_error"),
        leased_until=null(),
    )
)

FORGET_ERASED = (
    MAILS.update()
    .where(MAILS.c.id == bindparam("key"), MAILS.c.subject_kind == "erased")
    .values(details=None)
)

ONE_MAIL = select(MAILS.c.id).where(MAILS.c.id == bindparam("id"))

HOW_MANY_GIVEN_UP = (
    select(func.count())
    .select_from(MAILS)
    .where(MAILS.c.state == "failed", MAILS.c.kind != bindparam("but_for"))
    .where(MAILS.c.due_at > bindparam("after"), MAILS.c.due_at <= bindparam("until"))
)

SEND_AGAIN = MAILS.update().values(
    state="queued", attempts=0, due_at=bindparam("at"), created_at=bindparam("at"), error=None
)

FAILED_AGAIN = SEND_AGAIN.where(MAILS.c.state == "failed")

MAILS_OF_SIGN_UPS = select(MAILS.c.id).where(
    MAILS.c.subject_kind == "sign_up", MAILS.c.subject_id.in_(bindparam("ids", expanding=True))
)

MAILS_OF_NOBODY = select(MAILS.c.id).where(
    MAILS.c.subject_kind.in_(("mailbox", "address")),
    ~exists().where(SIGN_UPS.c.addressee == MAILS.c.subject_id),
)

SETTLED_ABOUT_NO_PERSON = select(MAILS.c.id).where(
    MAILS.c.subject_kind.in_(("recipient", "service", "erased", "login")),
    MAILS.c.state.in_(("sent", "failed")),
    MAILS.c.created_at <= bindparam("before"),
)

NEWEST_SILENCED_AT = (
    select(SIGN_UPS)
    .where(
        SIGN_UPS.c.addressee == bindparam("of_addressee"),
        SIGN_UPS.c.silenced,
        SIGN_UPS.c.confirmed_at.is_(None),
        SIGN_UPS.c.withdrawn_at.is_(None),
    )
    .order_by(SIGN_UPS.c.received_at.desc())
    .limit(1)
)


def queue_mails(
    transaction: Transaction,
    subject: str,
    kinds: Sequence[Kind],
    at: datetime,
    details: str | None = None,
) -> None:
    """Queues mails about one subject, whose id is of what each kind is about."""
    rows = [_row(token_hex(16), kind, subject, None, at, details) for kind in kinds]
    INSERT_MAIL.run_each(transaction, rows)


def queue_once(
    transaction: Transaction,
    id: str,
    kind: Kind,
    subject: str,
    waiting: int,
    at: datetime,
    details: str | None = None,
) -> bool:
    """Queues a mail that says how many wait, unless one of that id was queued; whether it did."""
    if transaction.execute(ONE_MAIL, {"id": id}).one_or_none():
        return False
    INSERT_MAIL.run(transaction, _row(id, kind, subject, waiting, at, details))
    return True


def queue_about_erased(transaction: Transaction, kind: Kind, sign_up: SignUp, at: datetime) -> None:
    """Queues a mail about a sign-up that is being erased. It keeps no more of it than `sign_up`,
    encrypted, and no longer than until it has left or is given up.
    """
    subject = token_hex(16)
    details_of_sign_up = {
        "form": sign_up.form,
        "language": sign_up.language,
        "answers": sign_up.answers,
        "received": sign_up.received_at.isoformat(),
        "code": sign_up.code,
    }
    text = json.dumps(details_of_sign_up, ensure_ascii=False).encode()
    details = b64encode(transaction.cipher.close(subject, text)).decode()
    queue_mails(transaction, subject, (kind,), at, details)


def _row(
    id: str,
    kind: Kind,
    subject: str,
    waiting: int | None,
    at: datetime,
    details: str | None = None,
) -> dict[str, object]:
    return {
        "id": id,
        "subject_kind": kind.about,
        "subject_id": subject,
        "kind": kind.name,
        "state": "queued",
        "attempts": 0,
        "waiting": waiting,
        "details": details,
        "created_at": at,
        "due_at": at,
    }


def count_given_up(snapshot: Snapshot, after: datetime, until: datetime, but_for: Kind) -> int:
    """How many mails were given up in that time; those of the kind `but_for` do not count."""
    values = {"after": after, "until": until, "but_for": but_for.name}
    count: int = snapshot.execute(HOW_MANY_GIVEN_UP, values).scalar_one()
    return count


def send_again(transaction: Transaction, id: str | None, at: datetime) -> int:
    """Queues a mail that waits or was given up, or without an id all given up; how many.

    It keeps its Message-ID, and has as long as a fresh one before it is given up again.
    """
    change = FAILED_AGAIN
    if id:
        change = SEND_AGAIN.where(MAILS.c.id == id, MAILS.c.state.in_(("failed", "retry")))
    return transaction.execute(change, {"at": at}).rowcount


def was_queued(snapshot: Snapshot, sign_up: str, kind: Kind) -> bool:
    """Whether there is such a mail about a sign-up, whatever became of it."""
    values = {"of_sign_up": sign_up, "of_kind": kind.name}
    return snapshot.execute(QUEUED_BEFORE, values).first() is not None


def drop_waiting_mails(transaction: Transaction, sign_up: str, kinds: Collection[str]) -> None:
    """Deletes mails of these kinds about a sign-up that have not arrived yet."""
    transaction.execute(DROP_WAITING_MAILS, {"of_sign_up": sign_up, "kinds": list(kinds)})


def mails_of(snapshot: Snapshot, sign_up: str) -> list[Mail]:
    """The mails about a sign-up, oldest first."""
    rows = snapshot.execute(MAILS_ABOUT_SIGN_UP, {"of_sign_up": sign_up})
    return [as_mail(row) for row in rows]


def delete_mails_of(transaction: Transaction, sign_ups: Sequence[str]) -> list[str]:
    """Deletes the mails about sign-ups, and those to mailboxes that no sign-up has; their ids.

    After the sign-ups are deleted: whoever queues one meanwhile holds a lock on the sign-up.
    """
    ids = list(transaction.execute(MAILS_OF_NOBODY).scalars())
    for start in range(0, len(sign_ups), MOST_VALUES):
        part = sign_ups[start : start + MOST_VALUES]
        ids += transaction.execute(MAILS_OF_SIGN_UPS, {"ids": part}).scalars()
    delete_mails(transaction, ids)
    return ids


def delete_old_mails(transaction: Transaction, before: datetime) -> list[str]:
    """Deletes what was sent about no sign-up that is kept until then; the ids."""
    ids = list(transaction.execute(SETTLED_ABOUT_NO_PERSON, {"before": before}).scalars())
    delete_mails(transaction, ids)
    return ids


def delete_mails(transaction: Transaction, ids: Sequence[str]) -> None:
    if ids:
        transaction.execute(DELETE_MAIL, [{"key": id} for id in ids])


def due_mails(
    transaction: Transaction,
    now: datetime,
    never_so_late: datetime,
    most: int,
    bulk_kinds: Collection[str] = (),
    is_bulk: bool = False,
) -> list[Mail]:
    """The mails that are due, locked for this transaction; others have what others hold.

    Of the bulk kinds, or of all others. Those that were tried before come behind fresh ones.
    """
    values = {"now": now, "most": most, "bulk_kinds": list(bulk_kinds), "is_bulk": is_bulk}
    mails = [as_mail(row) for row in transaction.execute(FRESH_MAILS, values)]
    if len(mails) < most:
        values |= {"never_so_late": never_so_late, "most": most - len(mails)}
        mails += [as_mail(row) for row in transaction.execute(OTHER_DUE_MAILS, values)]
    return mails


def lease_mails(transaction: Transaction, ids: Sequence[str], until: datetime) -> None:
    LEASE_MAIL.run_each(transaction, [{"key": id, "until": until} for id in ids])


def settle_mails(transaction: Transaction, mails: Sequence[Mail]) -> None:
    """Writes down what became of leased mails; one that is queued again was not tried.

    Of an erased sign-up nothing stays once its mail has left or is given up.
    """
    rows = [
        {
            "key": mail.id,
            "new_state": mail.state,
            "new_attempts": mail.attempts + (mail.state != "queued"),
            "new_due_at": mail.due_at,
            "new_sent_at": mail.sent_at,
            "new_error": mail.error,
        }
        for mail in mails
    ]
    SETTLE_MAIL.run_each(transaction, rows)
    over = [mail for mail in mails if mail.state in ("sent", "failed")]
    if erased := [{"key": mail.id} for mail in over if mail.subject.kind == "erased"]:
        transaction.execute(FORGET_ERASED, erased)


def read_subjects(
    snapshot: Snapshot, subjects: Collection[Subject]
) -> dict[Subject, SignUp | Damaged]:
    """The sign-ups that subjects name, of a mailbox the newest that waits to be asked for, and of
    an address the newest of all.

    What is gone is not among them; what cannot be read stands there as its error.
    """
    ids = [subject.id for subject in subjects if subject.kind == "sign_up"]
    readings: dict[Subject, SignUp | Damaged] = {}
    if ids:
        for row in snapshot.execute(SEVERAL_SIGN_UPS, {"ids": ids}):
            readings[Subject("sign_up", row.id)] = _reading(snapshot, row)
    for subject in subjects:
        if subject.kind == "mailbox":
            values = {"of_addressee": subject.id}
            if newest := snapshot.execute(NEWEST_SILENCED_AT, values).one_or_none():
                readings[subject] = _reading(snapshot, newest)
        elif subject.kind == "address":
            newest_alone = {"of_addressee": subject.id, "most": 1}
            if latest := snapshot.execute(KEPT_AT, newest_alone).one_or_none():
                readings[subject] = _reading(snapshot, latest)
    return readings


def read_erased(snapshot: Snapshot, mail: Mail) -> SignUp | None:
    """What a mail has kept of an erased sign-up; None where that is gone or cannot be read."""
    try:
        text = snapshot.cipher.open(mail.subject.id, b64decode(mail.details or ""))
    except Damaged:
        return None
    details = json.loads(text)
    moment = datetime.fromisoformat(details["received"])
    return SignUp(
        id=mail.subject.id,
        form=details["form"],
        language=details["language"],
        answers=details["answers"],
        flagged=False,
        received_at=moment,
        asked_at=moment,
        confirmed_at=moment,
        answered_at=None,
        withdrawn_at=None,
        silenced=False,
        code=details["code"],
    )


def readable_doubtful(snapshot: Snapshot) -> Iterator[SignUp]:
    """The sign-ups that look like spam and wait for somebody to say, but for damaged ones."""
    for row in snapshot.execute(DOUBTFUL_SIGN_UPS):
        reading = _reading(snapshot, row)
        if isinstance(reading, SignUp):
            yield reading


def _reading(snapshot: Snapshot, row: Row[tuple[object, ...]]) -> SignUp | Damaged:
    try:
        return as_sign_up(snapshot, row)
    except Damaged as error:
        return error


def as_mail(row: Row[tuple[object, ...]]) -> Mail:
    return Mail(
        row.id,
        Subject(row.subject_kind, row.subject_id),
        row.kind,
        row.state,
        row.attempts,
        row.created_at,
        row.due_at,
        row.sent_at,
        row.error,
        row.waiting,
        row.details,
    )
