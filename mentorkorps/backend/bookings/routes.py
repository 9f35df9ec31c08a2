"""A place in words, for those who have one, wait for one, are offered one, or only look."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.bookings.seat_view import seat
from mentorkorps.backend.db.records import Bookable, SignUp
from mentorkorps.backend.services import services_of
from mentorkorps.backend.signups import links
from mentorkorps.backend.web.responses import PRIVATE, Refusal, page

FRESH = {"Cache-Control": "public, max-age=5"}


async def filling(request: Request) -> Response:
    """GET /places/<kind>/<id>: free, few or full. Never how many, which would tell who withdrew."""
    services = services_of(request)
    hall = Bookable(request.path_params["kind"], request.path_params["id"])
    record = allocation.record_of(services.catalogue, hall)
    if record is None:
        raise Refusal(404, "missing")
    told = await services.database.read(
        allocation.fill_level, allocation.hall_of(hall.kind, record), allocation.seats(record)
    )
    return JSONResponse({"places": told}, headers=FRESH)


async def ask_to_answer(request: Request) -> Response:
    """GET /offer/<token>: what is offered, and two buttons. Opening the link changes nothing."""
    kept = await links.found(request, "offer")
    return await _shown(request, kept)


async def answer(request: Request) -> Response:
    """POST /offer/<token>/yes or /no"""
    services, kept = services_of(request), await links.found(request, "offer")
    job = {"yes": allocation.take, "no": allocation.decline}.get(request.path_params["answer"])
    if job is None:
        raise Refusal(404, "missing", PRIVATE)
    await services.database.change(job, kept.id, services.clock())
    services.outbox.wake()
    return await _shown(request, kept)


async def _shown(request: Request, kept: SignUp) -> Response:
    services = services_of(request)
    return page(
        request,
        "offer.html",
        headers=PRIVATE,
        seat=await seat(request, kept),
        action=f"{services.settings.root}offer/{request.path_params['token']}",
        mine=links.path(request, "mine", kept),
    )


ROUTES = [
    Route("/places/{kind}/{id}", filling, methods=["GET"]),
    Route("/offer/{token}", ask_to_answer, methods=["GET"]),
    Route("/offer/{token}/{answer}", answer, methods=["POST"]),
]
