"""The outbox's rows: queued with the sign-up they are about, leased for delivery, settled."""

import logging
from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex

from sqlalchemy import Row, and_, bindparam, or_, select

from mentorkorps.backend.db.compiled_statements import CompiledStatement
from mentorkorps.backend.db.records import TO_PERSON, Kind, Mail, SignUp
from mentorkorps.backend.db.sign_up_rows import SEVERAL_SIGN_UPS, as_sign_up
from mentorkorps.backend.db.sign_up_state import state
from mentorkorps.backend.db.tables import MAILS
from mentorkorps.backend.db.transaction import Snapshot, Transaction
from mentorkorps.backend.security.encryption import Damaged

log = logging.getLogger(__name__)


INSERT_MAIL = CompiledStatement(
    MAILS.insert(), "id", "sign_up", "kind", "state", "attempts", "waiting", "created_at", "due_at"
)

ALL_MAILS = select(MAILS).order_by(MAILS.c.created_at, MAILS.c.kind)

DROP_WAITING_MAILS = MAILS.delete().where(
    MAILS.c.sign_up == bindparam("key"),
    MAILS.c.kind.in_(TO_PERSON),
    # One that is being sent goes to where it was meant for, and must not be tried again elsewhere.
    MAILS.c.state.in_(("queued", "sending", "retry")),
)

DUE_MAILS = (
    select(MAILS)
    .where(
        or_(
            and_(MAILS.c.state.in_(("queued", "retry")), MAILS.c.due_at <= bindparam("now")),
            and_(MAILS.c.state.in_(("queued", "retry")), MAILS.c.due_at > bindparam("never_so_late")),
            and_(MAILS.c.state == "sending", MAILS.c.leased_until <= bindparam("now")),
            and_(MAILS.c.state == "sending", MAILS.c.leased_until > bindparam("never_so_late")),
        )
    )
    .order_by(MAILS.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)

DROP_MAIL = MAILS.delete().where(MAILS.c.id == bindparam("key"))

QUEUED_ONCE = select(MAILS.c.id).where(MAILS.c.sign_up == bindparam("of_sign_up"), MAILS.c.kind == bindparam("of_kind"))

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

ONE_MAIL = select(MAILS.c.id).where(MAILS.c.id == bindparam("id"))

GIVEN_UP = (
    select(MAILS.c.sign_up)
    .where(MAILS.c.state == "failed", MAILS.c.kind != "given_up")
    .where(MAILS.c.due_at > bindparam("after"), MAILS.c.due_at <= bindparam("until"))
    .order_by(MAILS.c.due_at)
)

SEND_AGAIN = MAILS.update().values(
    state="queued", attempts=0, due_at=bindparam("at"), created_at=bindparam("at"), error=None
)

FAILED_AGAIN = SEND_AGAIN.where(MAILS.c.state == "failed")

MAILS_OF = select(MAILS.c.id).where(MAILS.c.sign_up.in_(bindparam("ids", expanding=True)))

MOST_VALUES = 500
"""SQLite before 3.32 takes 999 values in a statement."""


def queue_mails(transaction: Transaction, sign_up: str, kinds: tuple[Kind, ...], at: datetime) -> None:
    rows = [
        {
            "id": token_hex(16),
            "sign_up": sign_up,
            "kind": kind,
            "state": "queued",
            "attempts": 0,
            "waiting": None,
            "created_at": at,
            "due_at": at,
        }
        for kind in kinds
    ]
    INSERT_MAIL.run_each(transaction, rows)


def queue_digest(
    transaction: Transaction, id: str, sign_up: str, kind: Kind, waiting: int, at: datetime
) -> bool:  # fmt: skip
    """Queues a mail that tells how many are waiting, unless one of that id was queued before; whether it did."""
    if transaction.execute(ONE_MAIL, {"id": id}).one_or_none():
        return False
    row = {"id": id, "sign_up": sign_up, "kind": kind, "state": "queued", "attempts": 0, "waiting": waiting}
    INSERT_MAIL.run(transaction, row | {"created_at": at, "due_at": at})
    return True


def given_up_between(snapshot: Snapshot, after: datetime, until: datetime) -> list[str]:
    """The sign-ups whose mails were given up in that time, one for each mail; not those mails that told of it."""
    return list(snapshot.execute(GIVEN_UP, {"after": after, "until": until}).scalars())


def send_again(transaction: Transaction, id: str | None, at: datetime) -> int:
    """Queues a mail that waits or was given up, or without an id all that were given up; how many.

    It keeps its Message-ID, and has as long as a fresh one before it is given up again.
    """
    change = SEND_AGAIN.where(MAILS.c.id == id, MAILS.c.state.in_(("failed", "retry"))) if id else FAILED_AGAIN
    return transaction.execute(change, {"at": at}).rowcount


def was_queued(snapshot: Snapshot, sign_up: str, kind: Kind) -> bool:
    """Whether there is such a mail, whatever became of it."""
    found = snapshot.execute(QUEUED_ONCE, {"of_sign_up": sign_up, "of_kind": kind})
    return found.first() is not None


def drop_waiting_mails(transaction: Transaction, sign_up: str) -> None:
    """Those to the person that have not arrived yet."""
    transaction.execute(DROP_WAITING_MAILS, {"key": sign_up})


def mails_of(snapshot: Snapshot, sign_up: str) -> list[Mail]:
    return [as_mail(row) for row in snapshot.execute(ALL_MAILS.where(MAILS.c.sign_up == sign_up))]


def mail_ids(snapshot: Snapshot, sign_ups: Sequence[str]) -> list[str]:
    parts = (sign_ups[start : start + MOST_VALUES] for start in range(0, len(sign_ups), MOST_VALUES))
    return [id for ids in parts for id in snapshot.execute(MAILS_OF, {"ids": ids}).scalars()]


def lease_due_mails(
    transaction: Transaction, now: datetime, until: datetime, never_so_late: datetime, most: int
) -> list[tuple[Mail, SignUp]]:
    """Takes the mails that are due, and those whose lease ran out, for delivery until `until`.

    What is due after `never_so_late` was put off or leased while the clock was wrong, and is due too. What
    another instance takes just now is left to it. What may not leave any more is deleted.
    """
    rows = transaction.execute(DUE_MAILS, {"now": now, "never_so_late": never_so_late, "most": most}).all()
    if not rows:
        return []
    sign_ups = _sign_ups_of(transaction, rows)
    kept = [row for row in rows if row.sign_up not in sign_ups or _may_leave(row.kind, sign_ups[row.sign_up])]
    if dropped := [{"key": row.id} for row in rows if row not in kept]:
        transaction.execute(DROP_MAIL, dropped)
    if kept:
        transaction.execute(LEASE_MAIL, [{"key": row.id, "until": until} for row in kept])
    return [(as_mail(row), sign_ups[row.sign_up]) for row in kept if row.sign_up in sign_ups]


def _sign_ups_of(transaction: Transaction, rows: Sequence[Row]) -> dict[str, SignUp]:
    about = transaction.execute(SEVERAL_SIGN_UPS, {"ids": [row.sign_up for row in rows]})
    sign_ups = {}
    for row in about:
        try:
            sign_ups[row.id] = as_sign_up(transaction, row)
        except Damaged as error:  # its mails wait; the others leave
            log.error("store: %s", error)
    return sign_ups


def _may_leave(kind: Kind, sign_up: SignUp) -> bool:
    """Nobody who withdrew is written to, and an address that is not confirmed gets the question and nothing else.

    A mail that was under way when the address was changed would else reach the other one with its next attempt.
    """
    if kind not in TO_PERSON:
        return True
    holds = state(sign_up).conditions
    return "reachable" in holds or (kind == "confirm" and "withdrawn" not in holds)


def settle_mails(transaction: Transaction, mails: list[Mail]) -> None:
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
    transaction.execute(SETTLE_MAIL, rows)


def as_mail(row: Row) -> Mail:
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
        row.waiting,
    )
