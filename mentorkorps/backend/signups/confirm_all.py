"""All that waits at one mailbox, confirmed at once: for a caseworker with a day of referrals, or a family with one box.

The link stands in mails to that mailbox only, and on the pages that links in such mails lead to.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mentorkorps.backend.clock import spoken
from mentorkorps.backend.db import sign_up_rows
from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.security.signed_links import BadToken, ExpiredToken
from mentorkorps.backend.services import services_of
from mentorkorps.backend.signups import collected_confirmation, lifecycle
from mentorkorps.backend.web import request_body
from mentorkorps.backend.web.responses import PRIVATE, Refusal, language_of, page, use_language

CHOSEN = request_body.Shapes(lists=frozenset(["chosen"]), ticks=frozenset(["choose"]))


async def listed(request: Request) -> Response:
    """GET /confirm/all/<token>: when what came by which form, nothing of the answers; opening it changes nothing."""
    return await _shown(request, _addressee(request))


async def confirm(request: Request) -> Response:
    """POST /confirm/all/<token>: those that were chosen, or all where nobody chose."""
    services, addressee = services_of(request), _addressee(request)
    given = await request_body.read_body(request, CHOSEN) if "content-type" in request.headers else {}
    chosen = frozenset(given.get("chosen", ())) if given.get("choose") else None
    waiting = await _waiting(request, addressee)
    use_language(request, waiting[0].language if waiting else "")
    count = await services.database.change(lifecycle.confirm_all, addressee, chosen, services.catalogue, services.clock())
    services.outbox.wake()
    return await _shown(request, addressee, count)


async def others(request: Request, kept: SignUp) -> tuple[int, str] | None:
    """How many more wait at the mailbox of a sign-up that it is asked about, and where they are confirmed."""
    if kept.addressee is None:
        return None
    services = services_of(request)
    count = sum(one.id != kept.id for one in await _waiting(request, kept.addressee))
    return count, _path(request, services.tokens.sign("confirm_all", kept.addressee, services.clock()))


ROUTES = [
    Route("/confirm/all/{token}", listed, methods=["GET"]),
    Route("/confirm/all/{token}", confirm, methods=["POST"]),
]


async def _shown(request: Request, addressee: str, count: int | None = None) -> Response:
    waiting = await _waiting(request, addressee)
    use_language(request, waiting[0].language if waiting else "")
    return page(
        request,
        "confirm-all.html",
        headers=PRIVATE,
        count=count,
        rows=[_row(request, one) for one in waiting],
        action=_path(request, request.path_params["token"]),
    )


def _row(request: Request, one: SignUp) -> dict[str, str | None]:
    form = services_of(request).catalogue.forms.get(one.form)
    language = language_of(request)
    return {
        "id": one.id,
        "form": form.title.of(language) if form else one.form,
        "received": spoken(one.received_at, language),
        "code": one.code,
    }


async def _waiting(request: Request, addressee: str) -> list[SignUp]:
    return await services_of(request).database.read(
        sign_up_rows.unconfirmed_at, addressee, collected_confirmation.MOST_LISTED
    )


def _addressee(request: Request) -> str:
    try:
        return services_of(request).tokens.read("confirm_all", request.path_params["token"])
    except ExpiredToken:
        raise Refusal(410, "expired", PRIVATE) from None
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None


def _path(request: Request, token: str) -> str:
    return f"{services_of(request).settings.root}confirm/all/{token}"
