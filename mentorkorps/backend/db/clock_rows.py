"""The one row about the clock: the last moment that was seen, and how long a doubtful clock has been steady."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, text, update

from mentorkorps.backend.db.records import ClockRecord
from mentorkorps.backend.db.tables import CLOCK, CONSENTS, MAILS, PLACES, SIGN_UPS, Moment
from mentorkorps.backend.db.transaction import Snapshot, Transaction

CLOCK_RECORD = select(
    CLOCK.c.seen_at, CLOCK.c.stop, CLOCK.c.doubted_at, CLOCK.c.steady_seconds
).with_for_update()

KEEP_CLOCK_RECORD = text(
    "INSERT INTO clock (id, seen_at, stop, doubted_at, steady_seconds)"
    " VALUES (1, :seen_at, :stop, :doubted_at, :steady_seconds)"
    " ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, stop = excluded.stop,"
    " doubted_at = excluded.doubted_at, steady_seconds = excluded.steady_seconds"
).bindparams(bindparam("seen_at", type_=Moment), bindparam("doubted_at", type_=Moment))

NEWEST = [
    select(func.max(column))
    for column in (
        SIGN_UPS.c.received_at,
        SIGN_UPS.c.asked_at,
        SIGN_UPS.c.confirmed_at,
        MAILS.c.created_at,
    )
]

HAPPENED = (
    SIGN_UPS.c.received_at,
    SIGN_UPS.c.confirmed_at,
    SIGN_UPS.c.answered_at,
    SIGN_UPS.c.withdrawn_at,
    CONSENTS.c.given_at,
    CONSENTS.c.withdrawn_at,
    MAILS.c.created_at,
    MAILS.c.sent_at,
)
"""Moments that lie in the past. Not `asked_at`, which is part of the links that were mailed."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""Between two instances, or when a clock is put right."""


def clock_record(snapshot: Snapshot) -> ClockRecord | None:
    """What is known of the clock, locked for this transaction; None before the first look."""
    row = snapshot.execute(CLOCK_RECORD).one_or_none()
    return row and ClockRecord(*row)


def keep_clock_record(transaction: Transaction, record: ClockRecord) -> None:
    transaction.execute(
        KEEP_CLOCK_RECORD,
        {
            "seen_at": record.seen_at,
            "stop": record.stop,
            "doubted_at": record.doubted_at,
            "steady_seconds": record.steady_seconds,
        },
    )


def newest_moment(snapshot: Snapshot) -> datetime | None:
    """The newest moment that stands in a row, for a database that comes from a time without a clock record."""
    moments = [snapshot.execute(statement).scalar_one() for statement in NEWEST]
    return max((moment for moment in moments if moment), default=None)


def correct_future(transaction: Transaction, now: datetime, longest_held: timedelta) -> None:
    """What a wrong clock dated into the future has happened now, and a place is held no longer than `longest_held`.

    Else a place would be held, and a sign-up be kept, for as long as the clock was ahead.
    """
    for column in HAPPENED:
        transaction.execute(
            update(column.table).where(column > now + CLOCKS_DIFFER).values({column.key: now})
        )
    until = now + longest_held
    transaction.execute(update(PLACES).where(PLACES.c.until > until).values(until=until))
    given_up = (MAILS.c.state == "failed", MAILS.c.due_at > now + CLOCKS_DIFFER)
    transaction.execute(update(MAILS).where(*given_up).values(due_at=now))
