"""How full a course or event is, for those who only look."""

from starlette.responses import Response

from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.db.records import Bookable
from mentorkorps.backend.services import Visit
from mentorkorps.backend.web.responses import Refusal
from mentorkorps.backend.web.routing import RouteSpec

FRESH = {"Cache-Control": "public, max-age=5"}


async def fill_level(visit: Visit) -> Response:
    """GET /places/<kind>/<id>: free, few or full. Never how many, which would tell who withdrew."""
    bookable = Bookable(visit.parameter("kind"), visit.parameter("id"))
    record = allocation.record_of(visit.services.catalogue, bookable)
    if record is None:
        raise Refusal(404, "missing")
    lasting, seats = allocation.bookable_of(bookable.kind, record), allocation.seats(record)
    level = await visit.services.database.read(allocation.fill_level, lasting, seats)
    return visit.json({"places": level}, headers=FRESH)


ROUTES = (RouteSpec("GET", "/places/{kind}/{id}", fill_level, answer="json"),)
