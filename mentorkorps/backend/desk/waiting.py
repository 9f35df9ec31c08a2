"""What waits at one coordinator's mailbox, and the lists of the courses and events it looks after."""

from collections.abc import Iterator

from starlette.responses import Response

from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.clock import danish_day
from mentorkorps.backend.db import place_rows, sign_up_rows
from mentorkorps.backend.db.records import Bookable, Seat, SignUp
from mentorkorps.backend.db.transaction import Snapshot
from mentorkorps.backend.desk.link_access import log_looks
from mentorkorps.backend.mail.compose import COORDINATORS_LANGUAGE
from mentorkorps.backend.mail.recipients import gathering_of, host_mailbox, mailbox_by_id
from mentorkorps.backend.mail.sign_up_facts import sign_up_facts
from mentorkorps.backend.mail.waiting import WaitingRequest, waiting_by_mailbox
from mentorkorps.backend.services import Visit
from mentorkorps.backend.signups import links
from mentorkorps.backend.web.responses import PRIVATE, Refusal
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.forms.choices import linked_rows


async def ask_to_open(visit: Visit) -> Response:
    """GET /desk/waiting/<token>: a button, so that a mail scanner sees nobody."""
    _mailbox(visit)
    return visit.page("desk-open.html", headers=PRIVATE, action=_address(visit, "waiting"))


async def show(visit: Visit) -> Response:
    """POST /desk/waiting/<token>: who waits for an answer from the mailbox that the link went to,
    what was promised first in front, and its courses and events.
    """
    services, box = visit.services, _mailbox(visit)
    waiting = await services.database.read(
        waiting_by_mailbox, services.catalogue, services.settings
    )
    seen = [one.id for request in waiting.get(box, []) for one in request.sign_ups]
    await services.database.change(log_looks, seen, visit.now)
    gatherings = [
        (bookable, gathering)
        for bookable, gathering in _gatherings(visit)
        if host_mailbox(services.catalogue, services.settings, gathering) == box
    ]
    seats = await services.database.read(_seats, [bookable for bookable, _ in gatherings])
    return visit.page(
        "desk-waiting.html",
        headers=PRIVATE,
        rows=[_row(visit, request) for request in waiting.get(box, [])],
        gatherings=[
            _gathering_row(visit, bookable, gathering, seats[bookable])
            for bookable, gathering in gatherings
        ],
    )


async def ask_to_open_list(visit: Visit) -> Response:
    """GET /desk/gathering/<token>: a button, so that a mail scanner sees nobody."""
    _bookable(visit)
    return visit.page("desk-open.html", headers=PRIVATE, action=_address(visit, "gathering"))


async def show_list(visit: Visit) -> Response:
    """POST /desk/gathering/<token>: who has a place in a course or an event, and who waits."""
    services, bookable = visit.services, _bookable(visit)
    gathering = gathering_of(services.catalogue, bookable)
    if gathering is None:
        raise Refusal(410, "deleted", PRIVATE)
    people = await services.database.read(_people, bookable)
    seen = [sign_up.id for _, sign_up in people]
    await services.database.change(log_looks, seen, visit.now)
    listed = [_person(visit, seat, sign_up) for seat, sign_up in people]
    return visit.page(
        "desk-gathering.html",
        headers=PRIVATE,
        name=gathering.name.of(COORDINATORS_LANGUAGE),
        example=gathering.example,
        counts=_counts(gathering, [seat for seat, _ in people]),
        placed=[row for row in listed if row["state"] in place_rows.OCCUPYING],
        queued=[row for row in listed if row["state"] not in place_rows.OCCUPYING],
    )


def _gatherings(visit: Visit) -> Iterator[tuple[Bookable, Course | Event]]:
    """All that have not been held yet, by the day on which they begin."""
    today = danish_day(visit.now)
    catalogue = visit.services.catalogue
    gatherings: list[tuple[str, Course | Event]] = [
        *(("courses", course) for course in catalogue.courses.values()),
        *(("events", event) for event in catalogue.events.values()),
    ]
    for kind, gathering in sorted(gatherings, key=lambda pair: pair[1].days[0].date):
        if gathering.days[-1].date >= today:
            yield allocation.bookable_of(kind, gathering), gathering


def _seats(snapshot: Snapshot, bookables: list[Bookable]) -> dict[Bookable, list[Seat]]:
    return {bookable: place_rows.seats_in(snapshot, bookable) for bookable in bookables}


def _people(snapshot: Snapshot, bookable: Bookable) -> list[tuple[Seat, SignUp]]:
    """Who has a place or waits for one, in the order of the queue."""
    seats = [
        seat for seat in place_rows.seats_in(snapshot, bookable) if seat.state in place_rows.ALIVE
    ]
    people = ((seat, sign_up_rows.sign_up_by_id(snapshot, seat.sign_up)) for seat in seats)
    return [(seat, sign_up) for seat, sign_up in people if sign_up and not sign_up.flagged]


def _row(visit: Visit, request: WaitingRequest) -> dict[str, object]:
    services, sign_up = visit.services, request.first
    catalogue, language = services.catalogue, COORDINATORS_LANGUAGE
    municipality = catalogue.municipalities.get(sign_up.answer("place") or "")
    programme = sign_up.answer("programme")
    return {
        "noun": sign_up_facts(catalogue, sign_up, None, language).noun,
        "name": sign_up.answer("name"),
        "town": municipality.name if municipality else None,
        "programme": catalogue.name("programmes", programme, language) if programme else None,
        "by": request.by,
        "is_late": request.by < danish_day(visit.now),
        "times": len(request.sign_ups),
        "action": services.link("desk", sign_up.id, visit.now),
    }


def _gathering_row(
    visit: Visit, bookable: Bookable, gathering: Course | Event, seats: list[Seat]
) -> dict[str, object]:
    token = visit.services.tokens.sign("gathering", f"{bookable.kind}.{bookable.record}", visit.now)
    return {
        "name": gathering.name.of(COORDINATORS_LANGUAGE),
        "counts": _counts(gathering, seats),
        "action": f"{visit.root}desk/gathering/{token}",
    }


def _counts(gathering: Course | Event, seats: list[Seat]) -> dict[str, int]:
    return {
        "taken": sum(seat.state in place_rows.OCCUPYING for seat in seats),
        "seats": allocation.seats(gathering),
        "waiting": sum(seat.state in place_rows.QUEUED for seat in seats),
    }


def _person(visit: Visit, seat: Seat, sign_up: SignUp) -> dict[str, object]:
    catalogue = visit.services.catalogue
    form = catalogue.forms.get(sign_up.form)
    rows = linked_rows(form, catalogue, sign_up.answers, COORDINATORS_LANGUAGE)
    return {
        "name": sign_up.answer("name") or "",
        "links": [(value, link) for _, value, link in rows if link],
        "state": seat.state,
        "is_confirmed": sign_up.confirmed_at is not None,
    }


def _mailbox(visit: Visit) -> str:
    """The mailbox that a link went to. Raises Refusal where it is no longer known."""
    visit.speak(COORDINATORS_LANGUAGE)
    box = mailbox_by_id(visit.services.settings, links.token_id(visit, "waiting"))
    if box is None:
        raise Refusal(410, "desk_expired", PRIVATE)
    return box


def _bookable(visit: Visit) -> Bookable:
    visit.speak(COORDINATORS_LANGUAGE)
    kind, _, record = links.token_id(visit, "gathering").partition(".")
    return Bookable(kind, record)


def _address(visit: Visit, page: str) -> str:
    return f"{visit.root}desk/{page}/{visit.parameter('token')}"
