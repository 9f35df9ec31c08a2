"""What a link stands for, the links that pages show, and what is said where one has ended."""

from datetime import datetime

from starlette.requests import Request

from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.db.sign_up_rows import sign_up_by_id
from mentorkorps.backend.security.signed_links import SHOWN, BadToken, ExpiredToken, Purpose
from mentorkorps.backend.services import Services, services_of
from mentorkorps.backend.web.responses import PRIVATE, Refusal, use_language

AGAIN = "again"


def path(request: Request, purpose: Purpose, kept: SignUp) -> str:
    """The address without the host: it holds wherever the visitor sees the site.

    It lasts for some hours, and no longer than the link by which the page was reached: following one link after
    another leads nobody further than the first would have.
    """
    services, now = services_of(request), services_of(request).clock()
    lifetime = min(SHOWN, getattr(request.state, "ends", now + SHOWN) - now)
    return f"{services.settings.root}{purpose}/{services.tokens.sign(purpose, kept.id, now, lifetime)}"


def receipt(services: Services, kept: SignUp) -> str:
    """The receipt that a form gets, the same for a double click."""
    return _path(services, "receipt", kept.id, kept.received_at)


def receipt_again(services: Services, kept: SignUp) -> str:
    """A receipt for answers that had come before. Links can be read, so it does not hold when that was."""
    return _path(services, "receipt", f"{kept.id}.{AGAIN}", services.clock())


def is_again(request: Request) -> bool:
    """Whether the receipt was given for answers that had come before, perhaps from somebody else."""
    return request.state.mark == AGAIN


async def found(request: Request, purpose: Purpose) -> SignUp:
    """The sign-up that the link of a request stands for; from here on its language is spoken. Raises Refusal."""
    services, token = services_of(request), request.path_params["token"]
    is_ended = False
    try:
        id = services.tokens.read(purpose, token)
    except ExpiredToken as expired:
        id, is_ended = expired.id, True
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None
    id, _, asked = id.partition(".")
    request.state.mark, request.state.ends = asked, services.tokens.ends(purpose, token)
    kept = await services.database.read(sign_up_by_id, id)
    use_language(request, kept.language if kept else "")
    if is_ended:
        raise _ended(services, purpose, id, kept)
    if kept is None:
        raise Refusal(410, "deleted", PRIVATE)
    if kept.withdrawn_at and purpose != "mine":
        raise Refusal(410, "withdrawn", PRIVATE)
    if purpose == "confirm" and asked != kept.asked_stamp:
        raise Refusal(410, "expired", PRIVATE)
    return kept


async def to_renew(request: Request) -> str:
    """The id of the sign-up to which a fresh link is asked for. Raises Refusal."""
    services = services_of(request)
    try:
        id = services.tokens.read("renew", request.path_params["token"])
    except ExpiredToken as expired:
        raise _ended(services, "renew", expired.id, None) from None
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None
    kept = await services.database.read(sign_up_by_id, id)
    use_language(request, kept.language if kept else "")
    return id


def _ended(services: Services, purpose: Purpose, id: str, kept: SignUp | None) -> Refusal:
    """Whether a sign-up is kept is told to nobody whose link has ended, unless it was to be confirmed."""
    if purpose == "confirm" and (kept is None or kept.confirmed_at is None):
        return Refusal(410, "expired", PRIVATE)
    if kept and "email" not in kept.answers:
        return Refusal(410, "ended_anonymous", PRIVATE)
    words = "ended_confirmed" if purpose == "confirm" else "ended"
    return Refusal(410, words, PRIVATE, action=_path(services, "renew", id, services.clock()))


def _path(services: Services, purpose: Purpose, id: str, given: datetime) -> str:
    return f"{services.settings.root}{purpose}/{services.tokens.sign(purpose, id, given)}"
