"""What a link stands for, the links that pages show, and what is said where one has ended."""

from dataclasses import dataclass
from datetime import datetime

from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.db.sign_up_rows import sign_up_by_id
from mentorkorps.backend.security.signed_links import BadToken, ExpiredToken, Purpose
from mentorkorps.backend.services import Visit
from mentorkorps.backend.web.responses import PRIVATE, Refusal

AGAIN = "again"


@dataclass(frozen=True, slots=True)
class LinkedSignUp:
    """The sign-up that a link stands for. `ends`: when the link does.

    `is_again`: a receipt that was given for answers which had come before, perhaps from somebody
    else.
    """

    sign_up: SignUp
    ends: datetime
    is_again: bool

    def onward(self, visit: Visit, purpose: Purpose) -> str:
        """A link to the same sign-up that a page shows, which lasts no longer than this one."""
        return visit.services.onward_link(purpose, self.sign_up.id, visit.now, self.ends)


def receipt_path(visit: Visit, sign_up: SignUp, is_again: bool) -> str:
    """The receipt that a form gets, the same for a double click.

    For answers that had come before it does not hold when that was, since links can be read.
    """
    if is_again:
        return visit.services.link("receipt", f"{sign_up.id}.{AGAIN}", visit.now)
    return visit.services.link("receipt", sign_up.id, sign_up.received_at)


async def follow_link(visit: Visit, purpose: Purpose) -> LinkedSignUp:
    """Reads the sign-up that the link of a request stands for, and speaks its language. Raises
    Refusal.
    """
    services, token = visit.services, visit.parameter("token")
    is_ended = False
    try:
        id = services.tokens.read(purpose, token)
    except ExpiredToken as expired:
        id, is_ended = expired.id, True
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None
    id, _, mark = id.partition(".")
    sign_up = await services.database.read(sign_up_by_id, id)
    address = f"{visit.root}{purpose}/{token}"
    visit.speak_as_asked(sign_up.language if sign_up else "", address)
    if is_ended:
        raise _ended(visit, purpose, id, sign_up)
    sign_up = present(sign_up)
    if sign_up.withdrawn_at and purpose != "mine":
        raise Refusal(410, "withdrawn", PRIVATE)
    if purpose == "confirm" and mark != sign_up.asked_stamp:
        raise Refusal(410, "replaced", PRIVATE)
    return LinkedSignUp(sign_up, services.tokens.ends(purpose, token), mark == AGAIN)


def present(sign_up: SignUp | None) -> SignUp:
    """A sign-up that was looked up, unless somebody erased it. Raises Refusal."""
    if sign_up is None:
        raise Refusal(410, "deleted", PRIVATE)
    return sign_up


async def sign_up_to_renew(visit: Visit) -> str:
    """The id of the sign-up to which a fresh link is asked for. Raises Refusal."""
    services = visit.services
    try:
        id = services.tokens.read("renew", visit.parameter("token"))
    except ExpiredToken as expired:
        raise _ended(visit, "renew", expired.id, None) from None
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None
    sign_up = await services.database.read(sign_up_by_id, id)
    visit.speak(sign_up.language if sign_up else "")
    return id


def token_id(visit: Visit, purpose: Purpose) -> str:
    """The id in a link to the desk. Raises Refusal."""
    try:
        return visit.services.tokens.read(purpose, visit.parameter("token"))
    except ExpiredToken:
        raise Refusal(410, "desk_expired", PRIVATE) from None
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None


def _ended(visit: Visit, purpose: Purpose, id: str, sign_up: SignUp | None) -> Refusal:
    """Whether a sign-up is kept is told to nobody whose link has ended, unless it was to be
    confirmed.
    """
    if purpose == "confirm" and (sign_up is None or sign_up.confirmed_at is None):
        return Refusal(410, "expired", PRIVATE)
    if sign_up and sign_up.is_anonymous:
        return Refusal(410, "ended_anonymous", PRIVATE)
    sentences = "ended_confirmed" if purpose == "confirm" else "ended"
    return Refusal(410, sentences, PRIVATE, action=visit.services.link("renew", id, visit.now))
