"""Rows of places. A course's own row is what two instances wait for: whoever has it counts and gives places alone.

What a job decides by, it locks when it reads it: a place that another instance settles meanwhile is seen as it is then.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, func, or_, select, text

from mentorkorps.backend.db.records import Bookable, PlaceState, Seat, Turn
from mentorkorps.backend.db.tables import BOOKABLES, PLACES, SIGN_UPS
from mentorkorps.backend.db.transaction import Snapshot, Transaction

OCCUPYING: tuple[PlaceState, ...] = ("held", "taken", "offered")
UNCONFIRMED: tuple[PlaceState, ...] = ("held", "doubted", "pending")
"""Nobody has confirmed the address, so nothing but the question goes there."""
QUEUED: tuple[PlaceState, ...] = ("pending", "waiting")
ALIVE: tuple[PlaceState, ...] = (*OCCUPYING, "doubted", "pending", "waiting")

OF_BOOKABLE = (PLACES.c.kind == bindparam("of_kind"), PLACES.c.record == bindparam("of_record"))
NEXT_NUMBER = (
    BOOKABLES.update()
    .where(BOOKABLES.c.kind == bindparam("of_kind"), BOOKABLES.c.record == bindparam("of_record"))
    .values(last_number=BOOKABLES.c.last_number + bindparam("more"))
)
LAST_NUMBER = select(BOOKABLES.c.last_number).where(
    BOOKABLES.c.kind == bindparam("of_kind"), BOOKABLES.c.record == bindparam("of_record")
)
OCCUPIED = (
    select(func.count()).select_from(PLACES).where(*OF_BOOKABLE, PLACES.c.state.in_(OCCUPYING))
)
FIRST_NUMBER = text(
    "INSERT INTO halls (kind, record, last_number) VALUES (:kind, :record, 0) ON CONFLICT DO NOTHING"
)
CONFIRMED_WAITING = (
    select(PLACES)
    .where(*OF_BOOKABLE, PLACES.c.state == "waiting")
    .order_by(PLACES.c.number)
    .limit(bindparam("most"))
)
AHEAD = (
    select(func.count())
    .select_from(PLACES)
    .join(SIGN_UPS, SIGN_UPS.c.id == PLACES.c.sign_up)
    .where(
        *OF_BOOKABLE,
        PLACES.c.state.in_(("pending", "waiting")),
        PLACES.c.number < bindparam("before"),
        ~SIGN_UPS.c.flagged,
    )
)
SEAT_OF = select(PLACES).where(PLACES.c.sign_up == bindparam("of_sign_up"))
SEATS_OF = select(PLACES).where(PLACES.c.sign_up.in_(bindparam("of_sign_ups", expanding=True)))
SEAT_TO_SETTLE = SEAT_OF.with_for_update()
TO_OFFER = CONFIRMED_WAITING.with_for_update(of=PLACES)
SEATS_OF_BOOKABLE = select(PLACES).where(*OF_BOOKABLE).order_by(PLACES.c.number)
SEATS_TO_SETTLE = SEATS_OF_BOOKABLE.with_for_update()
LAPSED = (
    select(PLACES)
    .where(PLACES.c.state.in_(("held", "doubted", "offered")), PLACES.c.until <= bindparam("now"))
    .order_by(PLACES.c.sign_up)
    .with_for_update(skip_locked=True)
)
OF_THIS_BOOKABLE = (PLACES.c.kind == BOOKABLES.c.kind, PLACES.c.record == BOOKABLES.c.record)
BOOKABLES_ALIVE = (
    select(BOOKABLES.c.kind, BOOKABLES.c.record)
    .where(exists().where(*OF_THIS_BOOKABLE, PLACES.c.state.in_(ALIVE)))
    .order_by(BOOKABLES.c.kind, BOOKABLES.c.record)
)
"""By index, for it is asked each second: each place has the row of its bookable."""
SETTLE = (
    PLACES.update()
    .where(PLACES.c.sign_up == bindparam("of_sign_up"))
    .values(state=bindparam("new_state"), until=bindparam("new_until"))
)
MISTAKEN = (
    select(PLACES, SIGN_UPS.c.confirmed_at, SIGN_UPS.c.asked_at)
    .join(SIGN_UPS, SIGN_UPS.c.id == PLACES.c.sign_up)
    .where(
        *OF_BOOKABLE,
        or_(
            and_(PLACES.c.state == "pending", SIGN_UPS.c.confirmed_at.is_not(None)),
            and_(
                PLACES.c.state.in_(("taken", "waiting", "offered")),
                SIGN_UPS.c.confirmed_at.is_(None),
            ),
        ),
    )
    .order_by(PLACES.c.sign_up)
    .with_for_update(of=PLACES)
)
BOOKABLES_KNOWN = select(BOOKABLES.c.kind, BOOKABLES.c.record)
MOVE_SEATS = (
    PLACES.update()
    .where(*OF_BOOKABLE)
    .values(record=bindparam("to_record"), number=PLACES.c.number + bindparam("behind"))
)
DELETE_BOOKABLE = BOOKABLES.delete().where(
    BOOKABLES.c.kind == bindparam("of_kind"), BOOKABLES.c.record == bindparam("of_record")
)
DELETE_SEAT = PLACES.delete().where(PLACES.c.sign_up == bindparam("of_sign_up"))


def lock_bookable(transaction: Transaction, bookable: Bookable, more: int = 0) -> int:
    """Locks a bookable until the transaction ends; returns its last number, raised by `more`."""
    key = _of(bookable)
    if transaction.execute(NEXT_NUMBER, key | {"more": more}).rowcount == 0:
        transaction.execute(FIRST_NUMBER, {"kind": bookable.kind, "record": bookable.record})
        transaction.execute(NEXT_NUMBER, key | {"more": more})
    transaction.end_group()
    return int(transaction.execute(LAST_NUMBER, key).scalar_one())


def occupied(snapshot: Snapshot, bookable: Bookable) -> int:
    """How many places are held, taken or offered."""
    return snapshot.execute(OCCUPIED, _of(bookable)).scalar_one()


def next_waiting(snapshot: Snapshot, bookable: Bookable, most: int) -> list[Seat]:
    """The first in the queue whose address is confirmed."""
    return _seats(snapshot.execute(CONFIRMED_WAITING, _of(bookable) | {"most": most}).all())


def next_to_offer(transaction: Transaction, bookable: Bookable, most: int) -> list[Seat]:
    """The same, to be settled in this transaction."""
    return _seats(transaction.execute(TO_OFFER, _of(bookable) | {"most": most}).all())


def ahead(snapshot: Snapshot, seat: Seat) -> int:
    """How many wait before this one, without those that look like spam."""
    return snapshot.execute(AHEAD, _of(seat.bookable) | {"before": seat.number}).scalar_one()


def seat_of(snapshot: Snapshot, sign_up: str) -> Seat | None:
    row = snapshot.execute(SEAT_OF, {"of_sign_up": sign_up}).one_or_none()
    return _seat(row) if row else None


def turn_of(snapshot: Snapshot, sign_up: str) -> Turn | None:
    """The seat of a sign-up, with how many wait before it."""
    return turns_of(snapshot, [sign_up]).get(sign_up)


def turns_of(snapshot: Snapshot, sign_ups: Sequence[str]) -> dict[str, Turn]:
    """The seats of those among these sign-ups that have one."""
    if not sign_ups:
        return {}
    seats = _seats(snapshot.execute(SEATS_OF, {"of_sign_ups": list(sign_ups)}).all())
    return {
        seat.sign_up: Turn(seat, ahead(snapshot, seat) if seat.state in QUEUED else 0)
        for seat in seats
    }


def seat_to_settle(transaction: Transaction, sign_up: str) -> Seat | None:
    """The same, for a job that settles it by what it is."""
    row = transaction.execute(SEAT_TO_SETTLE, {"of_sign_up": sign_up}).one_or_none()
    return _seat(row) if row else None


def seats_to_settle(transaction: Transaction, bookable: Bookable) -> list[Seat]:
    """All seats of a bookable, to be settled in this transaction."""
    return _seats(transaction.execute(SEATS_TO_SETTLE, _of(bookable)).all())


def seats_in(snapshot: Snapshot, bookable: Bookable) -> list[Seat]:
    """All seats of a bookable in the order in which people came."""
    return _seats(snapshot.execute(SEATS_OF_BOOKABLE, _of(bookable)).all())


def lapsed(transaction: Transaction, now: datetime) -> list[Seat]:
    """Held, doubted and offered places whose time is over, but for those that another instance ends just now."""
    return _seats(transaction.execute(LAPSED, {"now": now}).all())


def mistaken(transaction: Transaction, bookable: Bookable) -> list[tuple[Seat, bool, datetime]]:
    """Seats whose state does not fit the sign-up, to be settled in this transaction.

    With each, whether the address is confirmed, and when that was last asked for.
    """
    rows = transaction.execute(MISTAKEN, _of(bookable)).all()
    return [(_seat(row), row.confirmed_at is not None, row.asked_at) for row in rows]


def bookables_alive(snapshot: Snapshot) -> list[Bookable]:
    """Bookables in which somebody has a place or waits for one."""
    return [Bookable(row.kind, row.record) for row in snapshot.execute(BOOKABLES_ALIVE)]


def bookables(snapshot: Snapshot) -> list[Bookable]:
    """Every bookable in which somebody ever wanted a place."""
    return [Bookable(row.kind, row.record) for row in snapshot.execute(BOOKABLES_KNOWN)]


def move_seats(transaction: Transaction, before: Bookable, after: Bookable) -> int:
    """Moves all seats of a bookable to another of its kind, behind those that are there; how many."""
    behind, more = lock_bookable(transaction, after), lock_bookable(transaction, before)
    moved = transaction.execute(
        MOVE_SEATS, _of(before) | {"to_record": after.record, "behind": behind}
    ).rowcount
    transaction.execute(NEXT_NUMBER, _of(after) | {"more": more})
    transaction.execute(DELETE_BOOKABLE, _of(before))
    return moved


def insert_seat(transaction: Transaction, seat: Seat) -> None:
    transaction.execute(
        PLACES.insert(),
        {
            "sign_up": seat.sign_up,
            "kind": seat.bookable.kind,
            "record": seat.bookable.record,
            "state": seat.state,
            "number": seat.number,
            "until": seat.until,
        },
    )


def settle_seat(
    transaction: Transaction, sign_up: str, state: PlaceState, until: datetime | None = None
) -> None:
    transaction.execute(SETTLE, {"of_sign_up": sign_up, "new_state": state, "new_until": until})


def delete_seat(transaction: Transaction, sign_up: str) -> None:
    transaction.execute(DELETE_SEAT, {"of_sign_up": sign_up})


def _of(bookable: Bookable) -> dict[str, str]:
    return {"of_kind": bookable.kind, "of_record": bookable.record}


def _seats(rows: Sequence[Row[Any]]) -> list[Seat]:
    return [_seat(row) for row in rows]


def _seat(row: Row[Any]) -> Seat:
    return Seat(row.sign_up, Bookable(row.kind, row.record), row.state, row.number, row.until)
