"""A fresh link for whose link has ended: it goes by mail to the address of the sign-up, and is shown to nobody."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mentorkorps.backend import intake, links
from mentorkorps.backend.office import office_of
from mentorkorps.backend.reply import PRIVATE, page


async def renew(request: Request) -> Response:
    """POST /renew/<token>: the same answer whatever is kept, and whether or not a mail leaves."""
    office = office_of(request)
    id = await links.to_renew(request)
    await office.store.do(intake.renew_link, id, office.settings.secret_keys[0], office.clock())
    office.outbox.wake()
    return page(request, "link-sent.html", headers=PRIVATE)


ROUTES = [Route("/renew/{token}", renew, methods=["POST"])]
