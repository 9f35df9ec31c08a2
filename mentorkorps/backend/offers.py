"""A place in words, for those who have one, wait for one, are offered one, or only look."""

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mentorkorps.backend import links, places, posted
from mentorkorps.backend.clock import spoken
from mentorkorps.backend.office import office_of
from mentorkorps.backend.reply import PRIVATE, Refusal, language_of, page
from mentorkorps.backend.store import Hall, Seat, SignUp, place_rows
from mentorkorps.model import BOOKED_BY, Form
from mentorkorps.rendering import words

FRESH = {"Cache-Control": "public, max-age=5"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A seat as pages tell it: what it is called, when an offer ends, where an offer is answered."""

    state: str
    text: str
    offer: str | None


async def filling(request: Request) -> Response:
    """GET /places/<kind>/<id>: free, few or full. Never how many, which would tell who withdrew."""
    office = office_of(request)
    hall = Hall(request.path_params["kind"], request.path_params["id"])
    record = places.held(office.catalogue, hall)
    if record is None:
        raise Refusal(404, "missing")
    told = await office.store.do(places.filled, places.hall_of(hall.kind, record), places.seats(record))
    return JSONResponse({"places": told}, headers=FRESH)


async def notice(request: Request, form: Form, told: posted.Posted) -> str:
    """What the form says beforehand about the course or event that its address names."""
    office = office_of(request)
    chosen = told.get(BOOKED_BY[form.books]) if form.books else None
    record = places.held(office.catalogue, Hall(form.books, chosen[0])) if chosen else None
    if record is None:
        return ""
    state = await office.store.do(places.filled, places.hall_of(form.books, record), places.seats(record))
    return str(words(language_of(request))["places"]["before"][state])


async def seat(request: Request, kept: SignUp) -> Shown | None:
    """The place of a sign-up, if it books one."""
    office, language = office_of(request), language_of(request)
    found = await office.store.do(_seat_and_ahead, kept.id)
    if found is None:
        return None
    seat, ahead = found
    until = spoken(seat.until, language) if seat.until else ""
    text = str(words(language)["places"]["states"][seat.state]).format(number=ahead + 1, until=until)
    return Shown(seat.state, text, links.path(request, "offer", kept) if seat.state == "offered" else None)


async def door(request: Request) -> Response:
    """GET /offer/<token>: what is offered, and two buttons. Opening the link changes nothing."""
    kept = await links.found(request, "offer")
    return await _shown(request, kept)


async def answer(request: Request) -> Response:
    """POST /offer/<token>/yes or /no"""
    office, kept = office_of(request), await links.found(request, "offer")
    job = {"yes": places.take, "no": places.decline}.get(request.path_params["answer"])
    if job is None:
        raise Refusal(404, "missing", PRIVATE)
    await office.store.do(job, kept.id, office.clock())
    office.outbox.wake()
    return await _shown(request, kept)


async def _shown(request: Request, kept: SignUp) -> Response:
    office = office_of(request)
    return page(
        request,
        "offer.html",
        headers=PRIVATE,
        seat=await seat(request, kept),
        action=f"{office.settings.root}offer/{request.path_params['token']}",
        mine=links.path(request, "mine", kept),
    )


def _seat_and_ahead(connection: Connection, sign_up: str) -> tuple[Seat, int] | None:
    seat = place_rows.seat_of(connection, sign_up)
    return seat and (seat, place_rows.ahead(connection, seat))


ROUTES = [
    Route("/places/{kind}/{id}", filling, methods=["GET"]),
    Route("/offer/{token}", door, methods=["GET"]),
    Route("/offer/{token}/{answer}", answer, methods=["POST"]),
]
