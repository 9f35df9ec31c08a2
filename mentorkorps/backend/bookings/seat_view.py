from dataclasses import dataclass

from starlette.requests import Request

from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.clock import spoken
from mentorkorps.backend.db import place_rows
from mentorkorps.backend.db.records import Bookable, Seat, SignUp
from mentorkorps.backend.db.transaction import Snapshot
from mentorkorps.backend.services import services_of
from mentorkorps.backend.signups import links
from mentorkorps.backend.web import request_body
from mentorkorps.backend.web.responses import language_of
from mentorkorps.catalogue.model.forms import BOOKED_BY, Form
from mentorkorps.interface.i18n import words


@dataclass(frozen=True, slots=True)
class SeatView:
    """A seat as pages tell it: what it is called, when an offer ends, where an offer is answered."""

    state: str
    text: str
    offer: str | None


async def notice(request: Request, form: Form, told: request_body.Posted) -> str:
    """What the form says beforehand about the course or event that its address names."""
    services = services_of(request)
    chosen = told.get(BOOKED_BY[form.books]) if form.books else None
    record = allocation.record_of(services.catalogue, Bookable(form.books, chosen[0])) if chosen else None
    if record is None:
        return ""
    state = await services.database.read(
        allocation.fill_level, allocation.hall_of(form.books, record), allocation.seats(record)
    )
    return str(words(language_of(request))["places"]["before"][state])


async def seat(request: Request, kept: SignUp) -> SeatView | None:
    """The place of a sign-up, if it books one."""
    services, language = services_of(request), language_of(request)
    found = await services.database.read(_seat_and_ahead, kept.id)
    if found is None:
        return None
    seat, ahead = found
    until = spoken(seat.until, language) if seat.until else ""
    text = str(words(language)["places"]["states"][seat.state]).format(number=ahead + 1, until=until)
    return SeatView(seat.state, text, links.path(request, "offer", kept) if seat.state == "offered" else None)


def _seat_and_ahead(snapshot: Snapshot, sign_up: str) -> tuple[Seat, int] | None:
    seat = place_rows.seat_of(snapshot, sign_up)
    return seat and (seat, place_rows.ahead(snapshot, seat))
