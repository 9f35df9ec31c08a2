"""All that waits at one mailbox, confirmed at once: for a caseworker with a day of referrals, or a family with one box.

The link stands in mails to that mailbox only, and on the pages that links in such mails lead to.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mentorkorps.backend import collected, intake, posted, store
from mentorkorps.backend.clock import spoken
from mentorkorps.backend.office import office_of
from mentorkorps.backend.reply import PRIVATE, Refusal, language_of, page, speak
from mentorkorps.backend.store import SignUp
from mentorkorps.backend.tokens import BadToken, ExpiredToken

CHOSEN = posted.Shapes(lists=frozenset(["chosen"]), ticks=frozenset(["choose"]))


async def listed(request: Request) -> Response:
    """GET /confirm/all/<token>: when what came by which form, nothing of the answers; opening it changes nothing."""
    return await _shown(request, _addressee(request))


async def confirm(request: Request) -> Response:
    """POST /confirm/all/<token>: those that were chosen, or all where nobody chose."""
    office, addressee = office_of(request), _addressee(request)
    given = await posted.read(request, CHOSEN) if "content-type" in request.headers else {}
    chosen = frozenset(given.get("chosen", ())) if given.get("choose") else None
    waiting = await _waiting(request, addressee)
    speak(request, waiting[0].language if waiting else "")
    count = await office.store.do(intake.confirm_all, addressee, chosen, office.catalogue, office.clock())
    office.outbox.wake()
    return await _shown(request, addressee, count)


async def others(request: Request, kept: SignUp) -> tuple[int, str] | None:
    """How many more wait at the mailbox of a sign-up that it is asked about, and where they are confirmed."""
    if kept.addressee is None:
        return None
    office = office_of(request)
    count = sum(one.id != kept.id for one in await _waiting(request, kept.addressee))
    return count, _path(request, office.tokens.sign("confirm_all", kept.addressee, office.clock()))


ROUTES = [
    Route("/confirm/all/{token}", listed, methods=["GET"]),
    Route("/confirm/all/{token}", confirm, methods=["POST"]),
]


async def _shown(request: Request, addressee: str, count: int | None = None) -> Response:
    waiting = await _waiting(request, addressee)
    speak(request, waiting[0].language if waiting else "")
    return page(
        request,
        "confirm-all.html",
        headers=PRIVATE,
        count=count,
        rows=[_row(request, one) for one in waiting],
        action=_path(request, request.path_params["token"]),
    )


def _row(request: Request, one: SignUp) -> dict[str, str | None]:
    form = office_of(request).catalogue.forms.get(one.form)
    language = language_of(request)
    return {
        "id": one.id,
        "form": form.title.of(language) if form else one.form,
        "received": spoken(one.received_at, language),
        "code": one.code,
    }


async def _waiting(request: Request, addressee: str) -> list[SignUp]:
    return await office_of(request).store.do(store.unconfirmed_at, addressee, collected.MOST_LISTED)


def _addressee(request: Request) -> str:
    try:
        return office_of(request).tokens.read("confirm_all", request.path_params["token"])
    except ExpiredToken:
        raise Refusal(410, "expired", PRIVATE) from None
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None


def _path(request: Request, token: str) -> str:
    return f"{office_of(request).settings.root}confirm/all/{token}"
