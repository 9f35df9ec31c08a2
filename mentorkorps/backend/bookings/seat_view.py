"""A place as pages show it: free, few or full, never how many, since the number would tell who
withdrew.
"""

from dataclasses import dataclass
from datetime import datetime

from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.clock import spoken
from mentorkorps.backend.db import place_rows
from mentorkorps.backend.db.records import Bookable, Seat, SignUp
from mentorkorps.backend.db.transaction import Snapshot
from mentorkorps.backend.services import Visit
from mentorkorps.backend.web.request_body import Posted
from mentorkorps.catalogue.model.forms import MEANING_OF, Form
from mentorkorps.interface.i18n import words


@dataclass(frozen=True, slots=True)
class SeatView:
    """A seat as pages tell it: what it is called, when an offer ends, where an offer is
    answered.
    """

    state: str
    text: str
    offer: str | None


async def fill_level_notice(visit: Visit, form: Form, answers: Posted) -> str:
    """What the form says beforehand about the course or event that its address names."""
    field = form.meaning(MEANING_OF[form.books]) if form.books else None
    chosen = answers.get(field.id) if field else None
    if form.books is None or not chosen:
        return ""
    record = allocation.record_of(visit.services.catalogue, Bookable(form.books, chosen[0]))
    if record is None:
        return ""
    hall, seats = allocation.hall_of(form.books, record), allocation.seats(record)
    level = await visit.services.database.read(allocation.fill_level, hall, seats)
    return str(words(visit.language)["places"]["before"][level])


async def seat_view(visit: Visit, sign_up: SignUp, link_ends: datetime | None) -> SeatView | None:
    """The place of a sign-up, if it books one. `link_ends`: when the link ends by which the page
    was reached.
    """
    found = await visit.services.database.read(_seat_and_ahead, sign_up.id)
    if found is None:
        return None
    seat, ahead = found
    until = spoken(seat.until, visit.language) if seat.until else ""
    sentence = str(words(visit.language)["places"]["states"][seat.state])
    text = sentence.format(number=ahead + 1, until=until)
    is_offered = seat.state == "offered"
    return SeatView(
        seat.state,
        text,
        visit.services.onward_link("offer", sign_up.id, visit.now, link_ends)
        if is_offered
        else None,
    )


def _seat_and_ahead(snapshot: Snapshot, sign_up: str) -> tuple[Seat, int] | None:
    seat = place_rows.seat_of(snapshot, sign_up)
    return (seat, place_rows.ahead(snapshot, seat)) if seat else None
