"""Leaving the lists by one click: from the mail program (RFC 8058), or by a button on a page.

Opening the link changes nothing, since mail scanners open links too. Leaving ends all mails of
lists to that mailbox, and is not followed by another mail. News is passed on to friends, so these
pages tell nothing of the person, and lead to no page that does.
"""

from datetime import datetime

from starlette.responses import Response

from mentorkorps.backend.db import audience_rows, sign_up_rows
from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.lists.audience import list_forms
from mentorkorps.backend.security.signed_links import BadToken
from mentorkorps.backend.services import Visit
from mentorkorps.backend.signups import lifecycle
from mentorkorps.backend.web.responses import PRIVATE, Refusal
from mentorkorps.backend.web.routing import RouteSpec
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.forms import Form


def leave_lists(
    transaction: Transaction, id: str, catalogue: Catalogue, key: str, at: datetime
) -> None:
    """Ends news to the mailbox of a sign-up. A job for the writer.

    A sign-up that is there for the news is withdrawn; of any other the consents to news are taken
    back.
    """
    known = sign_up_rows.sign_up_by_id(transaction, id)
    if known is None:
        return
    ids = audience_rows.standing_at(transaction, known.addressee) if known.addressee else [id]
    forms = list_forms(catalogue)
    for one in ids:
        sign_up = sign_up_rows.sign_up_by_id(transaction, one)
        if sign_up and sign_up.form in forms:
            _leave(transaction, sign_up, forms[sign_up.form], key, at)


def _leave(transaction: Transaction, sign_up: SignUp, form: Form, key: str, at: datetime) -> None:
    allowing = [consent for consent in form.consents if consent.allows]
    if any(consent.required for consent in allowing):
        lifecycle.withdraw(transaction, sign_up.id, at, is_answered_by_mail=False)
        return
    for consent in allowing:
        lifecycle.refuse(transaction, sign_up.id, consent.id, key, at)


async def ask_to_leave(visit: Visit) -> Response:
    """GET /leave/<token>: what one leaves, and a button."""
    await _linked(visit)
    return visit.page(
        "leave.html", headers=PRIVATE, action=f"{visit.root}leave/{visit.parameter('token')}"
    )


async def leave(visit: Visit) -> Response:
    """POST /leave/<token>: ends the mails, also for a mail program that posts for its reader."""
    services, id = visit.services, await _linked(visit)
    keys = services.settings.secret_keys
    await services.database.change(leave_lists, id, services.catalogue, keys[0], visit.now)
    services.outbox.wake()
    return visit.page("left.html", headers=PRIVATE)


async def _linked(visit: Visit) -> str:
    """The id of the sign-up by which the mail came, in whose language the page speaks. Raises
    Refusal.
    """
    token = visit.parameter("token")
    try:
        id = visit.services.tokens.read("leave", token)
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None
    sign_up = await visit.services.database.read(sign_up_rows.sign_up_by_id, id)
    visit.speak_as_asked(sign_up.language if sign_up else "", f"{visit.root}leave/{token}")
    return id


ROUTES = (
    RouteSpec("GET", "/leave/{token}", ask_to_leave),
    RouteSpec("POST", "/leave/{token}", leave),
)
