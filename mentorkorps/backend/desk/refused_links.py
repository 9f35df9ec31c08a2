"""Links to the desk that are refused: they are counted by network, and a network of too many gets nothing."""

import logging
from dataclasses import replace
from datetime import timedelta
from functools import wraps

from starlette.responses import Response

from mentorkorps.backend.services import Visit
from mentorkorps.backend.web.rate_limits import LIMITS
from mentorkorps.backend.web.responses import PRIVATE, Refusal, to_wait
from mentorkorps.backend.web.routing import Handler, RouteSpec

FORGED = ("link", "desk_code")
"""What a refusal says of a link that is none of ours, or whose code was wrong."""
ASK_AGAIN = timedelta(hours=1)

log = logging.getLogger(__name__)


def guarded(route: RouteSpec) -> RouteSpec:
    """A route of the desk that counts what it refuses, and is closed to whom it was refused too often."""
    return replace(route, handler=_counting(route.handler))


def _counting(handler: Handler) -> Handler:
    @wraps(handler)
    async def answer(visit: Visit) -> Response:
        limits = visit.services.rate_limits.of(visit.request.scope, visit.now)
        if limits.is_used_up("refused_link"):
            raise to_wait(ASK_AGAIN)
        try:
            return await handler(visit)
        except Refusal as refusal:
            if refusal.words in FORGED:
                limits.add("refused_link", 1)
                if limits.is_used_up("refused_link"):
                    hours = LIMITS["refused_link"].window // timedelta(hours=1)
                    log.error(
                        "desk: a network is refused for up to %s hours: too many false links", hours
                    )
            raise

    return answer


def false_link() -> Refusal:
    return Refusal(404, "link", PRIVATE)
