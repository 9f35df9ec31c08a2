"""A fresh link for whose link has ended: it goes by mail to the address of the sign-up, and is
shown to nobody.
"""

from starlette.responses import Response

from mentorkorps.backend.services import Visit
from mentorkorps.backend.signups import lifecycle, links
from mentorkorps.backend.web.responses import PRIVATE
from mentorkorps.backend.web.routing import RouteSpec


async def renew(visit: Visit) -> Response:
    """POST /renew/<token>: the same answer whatever is kept, and whether or not a mail leaves."""
    services = visit.services
    id = await links.sign_up_to_renew(visit)
    await services.database.change(
        lifecycle.renew_link, id, services.settings.secret_keys[0], visit.now
    )
    services.outbox.wake()
    return visit.page("link-sent.html", headers=PRIVATE)


ROUTES = (RouteSpec("POST", "/renew/{token}", renew),)
