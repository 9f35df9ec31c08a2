"""A fresh link for whose link has ended: it goes by mail to the address of the sign-up, and is shown to nobody."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mentorkorps.backend.services import services_of
from mentorkorps.backend.signups import lifecycle, links
from mentorkorps.backend.web.responses import PRIVATE, page


async def renew(request: Request) -> Response:
    """POST /renew/<token>: the same answer whatever is kept, and whether or not a mail leaves."""
    services = services_of(request)
    id = await links.to_renew(request)
    await services.database.change(lifecycle.renew_link, id, services.settings.secret_keys[0], services.clock())
    services.outbox.wake()
    return page(request, "link-sent.html", headers=PRIVATE)


ROUTES = [Route("/renew/{token}", renew, methods=["POST"])]
