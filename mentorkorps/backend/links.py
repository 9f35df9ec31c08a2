"""What a link stands for, the links that pages show, and what is said where one has ended."""

from datetime import datetime

from starlette.requests import Request

from mentorkorps.backend.office import Office, office_of
from mentorkorps.backend.reply import PRIVATE, Refusal, speak
from mentorkorps.backend.store import SignUp, sign_up_by_id
from mentorkorps.backend.tokens import SHOWN, BadToken, ExpiredToken, Purpose

AGAIN = "again"


def path(request: Request, purpose: Purpose, kept: SignUp) -> str:
    """The address without the host: it holds wherever the visitor sees the site.

    It lasts for some hours, and no longer than the link by which the page was reached: following one link after
    another leads nobody further than the first would have.
    """
    office, now = office_of(request), office_of(request).clock()
    lifetime = min(SHOWN, getattr(request.state, "ends", now + SHOWN) - now)
    return f"{office.settings.root}{purpose}/{office.tokens.sign(purpose, kept.id, now, lifetime)}"


def receipt(office: Office, kept: SignUp) -> str:
    """The receipt that a form gets, the same for a double click."""
    return _path(office, "receipt", kept.id, kept.received_at)


def receipt_again(office: Office, kept: SignUp) -> str:
    """A receipt for answers that had come before. Links can be read, so it does not hold when that was."""
    return _path(office, "receipt", f"{kept.id}.{AGAIN}", office.clock())


def is_again(request: Request) -> bool:
    """Whether the receipt was given for answers that had come before, perhaps from somebody else."""
    return request.state.mark == AGAIN


async def found(request: Request, purpose: Purpose) -> SignUp:
    """The sign-up that the link of a request stands for; from here on its language is spoken. Raises Refusal."""
    office, token = office_of(request), request.path_params["token"]
    is_ended = False
    try:
        id = office.tokens.read(purpose, token)
    except ExpiredToken as expired:
        id, is_ended = expired.id, True
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None
    id, _, asked = id.partition(".")
    request.state.mark, request.state.ends = asked, office.tokens.ends(purpose, token)
    kept = await office.store.do(sign_up_by_id, id)
    speak(request, kept.language if kept else "")
    if is_ended:
        raise _ended(office, purpose, id, kept)
    if kept is None:
        raise Refusal(410, "deleted", PRIVATE)
    if kept.withdrawn_at and purpose != "mine":
        raise Refusal(410, "withdrawn", PRIVATE)
    if purpose == "confirm" and asked != kept.asked_stamp:
        raise Refusal(410, "expired", PRIVATE)
    return kept


async def to_renew(request: Request) -> str:
    """The id of the sign-up to which a fresh link is asked for. Raises Refusal."""
    office = office_of(request)
    try:
        id = office.tokens.read("renew", request.path_params["token"])
    except ExpiredToken as expired:
        raise _ended(office, "renew", expired.id, None) from None
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None
    kept = await office.store.do(sign_up_by_id, id)
    speak(request, kept.language if kept else "")
    return id


def _ended(office: Office, purpose: Purpose, id: str, kept: SignUp | None) -> Refusal:
    """Whether a sign-up is kept is told to nobody whose link has ended, unless it was to be confirmed."""
    if purpose == "confirm" and (kept is None or kept.confirmed_at is None):
        return Refusal(410, "expired", PRIVATE)
    if kept and "email" not in kept.answers:
        return Refusal(410, "ended_anonymous", PRIVATE)
    words = "ended_confirmed" if purpose == "confirm" else "ended"
    return Refusal(410, words, PRIVATE, action=_path(office, "renew", id, office.clock()))


def _path(office: Office, purpose: Purpose, id: str, given: datetime) -> str:
    return f"{office.settings.root}{purpose}/{office.tokens.sign(purpose, id, given)}"
