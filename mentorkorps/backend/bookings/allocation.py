"""Who gets a place: counted in the transaction of the sign-up, offered by turns, never twice and never past anybody.

A course's own row is the lock: whoever raises its number counts places alone, on every instance. A
booking that looks like spam has a number and no place until it is confirmed, since robots must not
fill a course; who confirms gets a place while there is one, else waits by that number, before all
who came later. A new place goes first to who waits and has confirmed; who has not is passed by but
keeps the number.

The state says whether the address is confirmed: `held`, `doubted` and `pending` are not, `taken`,
`waiting` and `offered` are. So a change of address moves a place between them, and no mail asks
twice.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mentorkorps.backend.clock import DENMARK
from mentorkorps.backend.db import mail_rows, place_rows
from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.db.records import Bookable, PlaceState, Seat, SignUp
from mentorkorps.backend.db.transaction import Snapshot, Transaction
from mentorkorps.backend.jobs.clock_guard import ClockGuard
from mentorkorps.backend.jobs.periodic import PeriodicJob
from mentorkorps.backend.mail import kinds
from mentorkorps.backend.mail.outbox import Outbox
from mentorkorps.backend.security.signed_links import LIFETIMES
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.forms import BOOKABLE, MEANING_OF, Form
from mentorkorps.catalogue.model.lasting import known_as, lasting_id
from mentorkorps.forms.answers import Answers

OFFER_HOLDS = timedelta(hours=48)
SHORT_OFFER_HOLDS = timedelta(hours=12)
SOON = timedelta(days=5)
"""Shortly before it begins an offer is short, so that the next in the queue can still plan for it."""
FEW = 3

FillLevel = Literal["free", "few", "full"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Booking:
    """What a sign-up wants a place in, and how many there are."""

    bookable: Bookable
    seats: int


def booking(form: Form, answers: Answers, catalogue: Catalogue) -> Booking | None:
    """What these answers book, if the form books anything."""
    if form.books is None:
        return None
    # by the first id that the record had
    bookable = Bookable(form.books, str(answers.values[MEANING_OF[form.books]]))
    return Booking(bookable, seats(record_of(catalogue, bookable)))


def booking_of(form: Form, sign_up: SignUp, catalogue: Catalogue) -> Booking | None:
    """What the answers of a sign-up book that is kept already."""
    id = sign_up.answer(MEANING_OF[form.books]) if form.books else None
    if form.books is None or id is None:
        return None
    bookable = Bookable(form.books, id)
    return Booking(bookable, seats(record_of(catalogue, bookable)))


def record_of(catalogue: Catalogue, bookable: Bookable) -> Course | Event | None:
    match bookable.kind:
        case "courses":
            return catalogue.courses.get(bookable.record)
        case "events":
            return catalogue.events.get(bookable.record)
    return None


def bookable_of(kind: str, record: Course | Event) -> Bookable:
    """Where the seats of a record are kept: under the first id that it had."""
    return Bookable(kind, lasting_id(record))


def bookables_of(catalogue: Catalogue, id: str) -> list[Bookable]:
    """Where the seats of a course or an event may be, under any id that it had; of an unknown one under its own."""
    for kind, table in (("courses", catalogue.courses), ("events", catalogue.events)):
        if id in table:
            return [Bookable(kind, former_id) for former_id in known_as(table[id])]
    return [Bookable(kind, id) for kind in BOOKABLE]


def seats(record: Course | Event | None) -> int:
    """How many places can be given: none in what is cancelled, gone, not open yet, or said to be full."""
    return record.seats if record is not None and record.status == "open" else 0


def fill_level(snapshot: Snapshot, bookable: Bookable, seats: int) -> FillLevel:
    """How full it is for somebody who comes now: who waits already goes first."""
    free = seats - place_rows.occupied(snapshot, bookable)
    if free <= 0 or place_rows.next_waiting(snapshot, bookable, 1):
        return "full"
    return "few" if free <= FEW else "free"


def allot(
    transaction: Transaction,
    sign_up: str,
    booking: Booking,
    at: datetime,
    is_doubtful: bool = False,
    is_confirmed: bool = False,
) -> Seat:
    """A place while there is one, or a turn in the queue. Part of the job that keeps the sign-up.

    What looks like spam has a number and holds no place: robots must not fill a course.
    """
    number = place_rows.lock_bookable(transaction, booking.bookable, more=1)
    state: PlaceState
    if fill_level(transaction, booking.bookable, booking.seats) == "full":
        state = "waiting" if is_confirmed else "pending"
    else:
        state = "taken" if is_confirmed else "doubted" if is_doubtful else "held"
    until = at + LIFETIMES["confirm"] if state in ("doubted", "held") else None
    seat = Seat(sign_up, booking.bookable, state, number, until)
    place_rows.insert_seat(transaction, seat)
    return seat


def move(
    transaction: Transaction,
    sign_up: str,
    booking: Booking,
    at: datetime,
    is_confirmed: bool,
    is_doubtful: bool = False,
) -> None:
    """After the person chose another course, or came back to one whose place had lapsed: at the end of the queue."""
    before = place_rows.seat_to_settle(transaction, sign_up)
    if before and before.bookable == booking.bookable and before.state in place_rows.ALIVE:
        return
    place_rows.delete_seat(transaction, sign_up)
    allot(transaction, sign_up, booking, at, is_doubtful, is_confirmed)


def confirmed(transaction: Transaction, sign_up: str, catalogue: Catalogue, at: datetime) -> None:
    """The address is confirmed: what was held is taken. What lapsed meanwhile is asked for anew.

    Who was taken for a robot gets a place while there is one, else the turn that came with the number. Of what was
    cancelled meanwhile nobody wrote to an address that might be a stranger's, so that is told now.
    """
    seat = place_rows.seat_to_settle(transaction, sign_up)
    if seat and seat.state == "held":
        place_rows.settle_seat(transaction, sign_up, "taken")
    elif seat and seat.state == "pending":
        place_rows.settle_seat(transaction, sign_up, "waiting")
    elif (
        seat
        and seat.state == "cancelled"
        and not mail_rows.was_queued(transaction, sign_up, kinds.CANCELLED)
    ):
        mail_rows.queue_mails(transaction, sign_up, (kinds.CANCELLED,), at)
    elif seat and seat.state == "doubted":
        has_place = _is_next(transaction, seat, seats(record_of(catalogue, seat.bookable)))
        place_rows.settle_seat(transaction, sign_up, "taken" if has_place else "waiting")
    elif seat and seat.state == "expired":
        move(
            transaction,
            sign_up,
            Booking(seat.bookable, seats(record_of(catalogue, seat.bookable))),
            at,
            is_confirmed=True,
        )


def _is_next(transaction: Transaction, seat: Seat, seats: int) -> bool:
    place_rows.lock_bookable(transaction, seat.bookable)
    is_overtaking = any(
        waiting.number < seat.number
        for waiting in place_rows.next_waiting(transaction, seat.bookable, 1)
    )
    return seats > place_rows.occupied(transaction, seat.bookable) and not is_overtaking


def unconfirmed(transaction: Transaction, sign_up: str, at: datetime) -> None:
    """The address is another one, which nobody has confirmed: the place or the turn waits for that."""
    if seat := place_rows.seat_to_settle(transaction, sign_up):
        _unconfirm(transaction, seat, at)


def _unconfirm(transaction: Transaction, seat: Seat, asked_at: datetime) -> None:
    """A place is held until the address is confirmed, an offered one as long as the offer stands."""
    if seat.state == "waiting":
        place_rows.settle_seat(transaction, seat.sign_up, "pending")
    elif seat.state in ("taken", "offered"):
        until = seat.until or asked_at + LIFETIMES["confirm"]
        place_rows.settle_seat(transaction, seat.sign_up, "held", until)


def renew(transaction: Transaction, sign_up: str, at: datetime) -> None:
    """The address is asked again to confirm: what waits for that waits as long again."""
    seat = place_rows.seat_to_settle(transaction, sign_up)
    if seat and seat.state in ("held", "doubted"):
        place_rows.settle_seat(transaction, sign_up, seat.state, at + LIFETIMES["confirm"])


def give_up(transaction: Transaction, sign_up: str) -> None:
    place_rows.settle_seat(transaction, sign_up, "given_up")


def take(transaction: Transaction, sign_up: str, at: datetime) -> Seat | None:
    """Takes an offered place, if the offer still stands. Returns what was there before."""
    before = place_rows.seat_to_settle(transaction, sign_up)
    if before and _stands(before, at):
        place_rows.settle_seat(transaction, sign_up, "taken")
        mail_rows.queue_mails(transaction, sign_up, (kinds.RECEIPT,), at)
    return before


def decline(transaction: Transaction, sign_up: str, at: datetime) -> Seat | None:
    """Gives an offered place to the next. Returns what was there before."""
    before = place_rows.seat_to_settle(transaction, sign_up)
    if before and _stands(before, at):
        place_rows.settle_seat(transaction, sign_up, "given_up")
    return before


def advance_waiting_lists(
    transaction: Transaction, catalogue: Catalogue, now: datetime, is_clock_believed: bool = True
) -> int:
    """Ends what has lapsed or is cancelled, and offers what is free to the next. Returns how many mails that made.

    While the clock is not believed nothing lapses, and nothing is offered until a time that may be wrong.
    """
    lapsed = place_rows.lapsed(transaction, now) if is_clock_believed else []
    mails = sum(_lapse(transaction, seat, now) for seat in lapsed)
    for bookable in place_rows.bookables_alive(transaction):
        record = record_of(catalogue, bookable)
        if record is not None and record.status == "cancelled":
            mails += _cancel(transaction, bookable, now)
        elif record is not None and is_clock_believed and now < begins(record):
            mails += _offer(transaction, bookable, record, now)
    return mails


def displaced(catalogue: Catalogue) -> list[tuple[Bookable, Bookable]]:
    """Bookables under a later id of a record, where they belong, and in which order they come there."""
    return [
        (Bookable(kind, later), bookable_of(kind, record))
        for kind, table in (("courses", catalogue.courses), ("events", catalogue.events))
        for record in table.values()
        for later in known_as(record)[1:]
    ]


def gather(transaction: Transaction, moves: Sequence[tuple[Bookable, Bookable]]) -> int:
    """Brings seats together that were given under a later id, before anybody said what the record was called.

    They keep their states and stand behind those who were there before. How many there were.
    """
    occupied = set(place_rows.bookables(transaction))
    return sum(
        place_rows.move_seats(transaction, before, after)
        for before, after in moves
        if before in occupied
    )


def begins(record: Course | Event) -> datetime:
    first = record.days[0]
    return datetime.combine(first.date, first.start, DENMARK)


def _stands(seat: Seat, at: datetime) -> bool:
    return seat.state == "offered" and seat.until is not None and at < seat.until


def _lapse(transaction: Transaction, seat: Seat, now: datetime) -> int:
    place_rows.settle_seat(transaction, seat.sign_up, "expired")
    if (
        seat.state in place_rows.UNCONFIRMED
    ):  # nobody has confirmed the address, so nobody is written to
        return 0
    mail_rows.queue_mails(transaction, seat.sign_up, (kinds.LAPSED,), now)
    return 1


def _cancel(transaction: Transaction, bookable: Bookable, now: datetime) -> int:
    place_rows.lock_bookable(transaction, bookable)
    _align(transaction, bookable)
    ended = [
        seat
        for seat in place_rows.seats_to_settle(transaction, bookable)
        if seat.state in place_rows.ALIVE
    ]
    for seat in ended:
        place_rows.settle_seat(transaction, seat.sign_up, "cancelled")
        if seat.state not in place_rows.UNCONFIRMED:
            mail_rows.queue_mails(transaction, seat.sign_up, (kinds.CANCELLED,), now)
    return len(ended)


def _offer(
    transaction: Transaction, bookable: Bookable, record: Course | Event, now: datetime
) -> int:
    if seats(record) <= place_rows.occupied(transaction, bookable):
        return 0
    place_rows.lock_bookable(transaction, bookable)
    _align(transaction, bookable)
    free = max(0, seats(record) - place_rows.occupied(transaction, bookable))
    offered = place_rows.next_to_offer(transaction, bookable, free) if free else []
    start = begins(record)
    until = min(now + (SHORT_OFFER_HOLDS if start - now < SOON else OFFER_HOLDS), start)
    for seat in offered:
        place_rows.settle_seat(transaction, seat.sign_up, "offered", until)
        mail_rows.queue_mails(transaction, seat.sign_up, (kinds.OFFERED,), now)
    return len(offered)


def _align(transaction: Transaction, bookable: Bookable) -> None:
    """Instances of before 0013_pending, one of which may still run beside this one, know no `pending`."""
    for seat, is_confirmed, asked_at in place_rows.mistaken(transaction, bookable):
        if is_confirmed:
            place_rows.settle_seat(transaction, seat.sign_up, "waiting")
        else:
            _unconfirm(transaction, seat, asked_at)


class WaitingListJob(PeriodicJob):
    """Looks whether a place is free for somebody who waits, or an offer is over."""

    name = "places"

    def __init__(
        self, database: Database, catalogue: Catalogue, outbox: Outbox, guard: ClockGuard
    ) -> None:
        super().__init__()
        self._database = database
        self._catalogue = catalogue
        self._outbox = outbox
        self._guard = guard
        self._moves = displaced(catalogue)

    async def look(self) -> None:
        if self._moves and (moved := await self._database.change(gather, self._moves)):
            log.warning("places: %s seats had been given under a later id of their record", moved)
        verdict = await self._guard.look()
        if await self._database.change(
            advance_waiting_lists, self._catalogue, verdict.now, verdict.is_believed
        ):
            self._outbox.wake()
