"""What a link stands for, and the links that pages show."""

from datetime import datetime

from starlette.requests import Request

from mentorkorps.backend.office import Office, office_of
from mentorkorps.backend.reply import PRIVATE, Refusal, speak
from mentorkorps.backend.store import SignUp, sign_up_by_id
from mentorkorps.backend.tokens import BadToken, ExpiredToken, Purpose

AGAIN = "again"


def path(office: Office, purpose: Purpose, kept: SignUp) -> str:
    """The address without the host: it holds wherever the visitor sees the site."""
    return _path(office, purpose, kept.id, kept.received_at)


def path_again(office: Office, kept: SignUp) -> str:
    """A receipt for answers that had come before. Links can be read, so it does not hold when that was."""
    return _path(office, "receipt", f"{kept.id}.{AGAIN}", office.clock())


def _path(office: Office, purpose: Purpose, id: str, given: datetime) -> str:
    return f"{office.settings.root}{purpose}/{office.tokens.sign(purpose, id, given)}"


def is_again(request: Request) -> bool:
    """Whether the receipt was given for answers that had come before, perhaps from somebody else."""
    return request.state.mark == AGAIN


async def found(request: Request, purpose: Purpose) -> SignUp:
    """The sign-up that the link of a request stands for; from here on its language is spoken. Raises Refusal."""
    office = office_of(request)
    is_expired = False
    try:
        id = office.tokens.read(purpose, request.path_params["token"])
    except ExpiredToken as expired:
        id, is_expired = expired.id, True
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None
    id, _, asked = id.partition(".")
    request.state.mark = asked
    kept = await office.store.do(sign_up_by_id, id)
    speak(request, kept.language if kept else "")
    if is_expired and (kept is None or kept.confirmed_at is None):
        raise Refusal(410, "expired", PRIVATE)
    if kept is None:
        raise Refusal(410, "deleted", PRIVATE)
    if kept.withdrawn_at and purpose != "mine":
        raise Refusal(410, "withdrawn", PRIVATE)
    if purpose == "confirm" and asked != kept.asked_stamp:
        raise Refusal(410, "expired", PRIVATE)
    return kept
