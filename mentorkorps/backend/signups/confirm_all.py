"""All that waits at one mailbox, confirmed at once: for a caseworker with a day of referrals, or a
family with one box.

The link stands in mails to that mailbox only, and on the pages that links in such mails lead to.

A confirmed address is not trusted for the next sign-up: whoever knows it could sign its owner up,
and a receipt that says "already confirmed" would tell an employer who is here.
"""

from functools import partial

from starlette.responses import Response

from mentorkorps.backend.clock import spoken
from mentorkorps.backend.db import sign_up_rows
from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.mail.recipients import hears_at_once
from mentorkorps.backend.mail.sign_up_facts import sign_up_facts
from mentorkorps.backend.security.signed_links import BadToken, ExpiredToken
from mentorkorps.backend.services import Visit
from mentorkorps.backend.signups import lifecycle
from mentorkorps.backend.signups.collected_confirmation import MOST_LISTED
from mentorkorps.backend.web.request_body import JSON, Body, FieldShapes
from mentorkorps.backend.web.responses import PRIVATE, Refusal
from mentorkorps.backend.web.routing import RouteSpec

CHOSEN = Body(
    {
        JSON: {
            "type": "object",
            "description": "With `choose` those alone whose ids are in `chosen`; else all that wait.",
            "properties": {
                "choose": {"type": ["boolean", "string"], "minLength": 1},
                "chosen": {"type": "array", "items": {"type": "string"}, "maxItems": 200},
            },
        }
    },
    FieldShapes(lists=frozenset(["chosen"]), ticks=frozenset(["choose"])),
    is_required=False,
)


async def listed(visit: Visit) -> Response:
    """GET /confirm/all/<token>: when what came by which form, nothing of the answers; opening it
    changes nothing.
    """
    return await _shown(visit, _addressee(visit))


async def confirm_chosen(visit: Visit) -> Response:
    """POST /confirm/all/<token>: those that were chosen, or all where nobody chose."""
    services, addressee = visit.services, _addressee(visit)
    posted = await visit.read_body() if "content-type" in visit.request.headers else {}
    chosen = frozenset(posted.get("chosen", ())) if posted.get("choose") else None
    waiting = await _waiting(visit, addressee)
    visit.speak(waiting[0].language if waiting else "")
    count = await services.database.change(
        lifecycle.confirm_all,
        addressee,
        chosen,
        services.catalogue,
        visit.now,
        partial(hears_at_once, services.catalogue, services.settings),
    )
    services.outbox.wake()
    return await _shown(visit, addressee, count)


async def others(visit: Visit, sign_up: SignUp) -> tuple[int, str] | None:
    """How many more wait at the mailbox of a sign-up that it is asked about, and where they are
    confirmed.
    """
    if sign_up.addressee is None:
        return None
    waiting = await _waiting(visit, sign_up.addressee)
    token = visit.services.tokens.sign("confirm_all", sign_up.addressee, visit.now)
    return sum(other.id != sign_up.id for other in waiting), _path(visit, token)


ROUTES = (
    RouteSpec("GET", "/confirm/all/{token}", listed),
    RouteSpec("POST", "/confirm/all/{token}", confirm_chosen, body=CHOSEN),
)


async def _shown(visit: Visit, addressee: str, count: int | None = None) -> Response:
    waiting = await _waiting(visit, addressee)
    visit.speak(waiting[0].language if waiting else "")
    return visit.page(
        "confirm-all.html",
        headers=PRIVATE,
        count=count,
        rows=[_row(visit, sign_up) for sign_up in waiting],
        action=_path(visit, visit.parameter("token")),
    )


def _row(visit: Visit, sign_up: SignUp) -> dict[str, str | None]:
    facts = sign_up_facts(visit.services.catalogue, sign_up, None, visit.language)
    return {
        "id": sign_up.id,
        "form": ", ".join(filter(None, (facts.noun, facts.about))),
        "received": spoken(sign_up.received_at, visit.language),
        "code": sign_up.code,
    }


async def _waiting(visit: Visit, addressee: str) -> list[SignUp]:
    return await visit.services.database.read(sign_up_rows.unconfirmed_at, addressee, MOST_LISTED)


def _addressee(visit: Visit) -> str:
    try:
        return visit.services.tokens.read("confirm_all", visit.parameter("token"))
    except ExpiredToken:
        raise Refusal(410, "expired", PRIVATE) from None
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None


def _path(visit: Visit, token: str) -> str:
    return f"{visit.root}confirm/all/{token}"
