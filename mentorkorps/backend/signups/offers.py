"""An offered place, taken or given to the next, behind the link in the mail that offers it."""

from starlette.responses import Response

from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.db.sign_up_rows import sign_up_by_id
from mentorkorps.backend.services import Visit
from mentorkorps.backend.signups import links
from mentorkorps.backend.signups.facts import linked_facts
from mentorkorps.backend.signups.links import LinkedSignUp
from mentorkorps.backend.web.responses import PRIVATE, Refusal
from mentorkorps.backend.web.routing import RouteSpec


async def ask_to_answer(visit: Visit) -> Response:
    """GET /offer/<token>: what is offered, and two buttons. Opening the link changes nothing."""
    return await _shown(visit, await links.follow_link(visit, "offer"))


async def answer(visit: Visit) -> Response:
    """POST /offer/<token>/yes or /no"""
    services, linked = visit.services, await links.follow_link(visit, "offer")
    job = {"yes": allocation.take, "no": allocation.decline}.get(visit.parameter("answer"))
    if job is None:
        raise Refusal(404, "missing", PRIVATE)
    seat = await services.database.change(job, linked.sign_up.id, visit.now)
    services.outbox.wake()
    if seat is None:
        links.present(await services.database.read(sign_up_by_id, linked.sign_up.id))
    return await _shown(visit, linked)


async def _shown(visit: Visit, linked: LinkedSignUp) -> Response:
    return visit.page(
        "offer.html",
        headers=PRIVATE,
        facts=await linked_facts(visit, linked),
        offer=None,
        action=f"{visit.root}offer/{visit.parameter('token')}",
        mine=linked.onward(visit, "mine"),
    )


ROUTES = (
    RouteSpec("GET", "/offer/{token}", ask_to_answer),
    RouteSpec("POST", "/offer/{token}/{answer}", answer),
)
