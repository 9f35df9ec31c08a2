"""The links to all that an address has sent, once more, for whoever lost them.

Whether anything is kept shows nowhere: the answer is the same, and so is the work behind it. A mail
is queued for every address, and the outbox drops it where nothing is kept.
"""

from collections.abc import Sequence
from datetime import datetime

from starlette.responses import Response

from mentorkorps.backend.clock import danish_day, spoken
from mentorkorps.backend.db import asked_rows, mail_rows, sign_up_rows
from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.mail import kinds
from mentorkorps.backend.mail.sign_up_facts import sign_up_facts
from mentorkorps.backend.security.signed_links import BadToken, ExpiredToken
from mentorkorps.backend.services import Visit
from mentorkorps.backend.signups.collected_confirmation import MOST_LISTED
from mentorkorps.backend.web.rate_limits import UNPROVED
from mentorkorps.backend.web.request_body import JSON, MOST_FIELDS, URLENCODED, Body, first_text
from mentorkorps.backend.web.responses import PRIVATE, Refusal, to_wait
from mentorkorps.backend.web.routing import RouteSpec
from mentorkorps.forms.json_schema import Schema
from mentorkorps.forms.validation import mail_address

ASKED: Schema = {
    "type": "object",
    "required": ["email"],
    "additionalProperties": {"type": "string"},
    "maxProperties": MOST_FIELDS,
    "properties": {
        "email": {"type": "string", "pattern": r"^[a-z0-9]{1,40}@[a-z0-9]{1,40}\.[a-z]{2,10}$"},
        "language": {"type": "string"},
    },
}
"""What programs are told to send: simple addresses; people may write any that there is."""
MOST_A_DAY = 3
"""Mails with links to one address: enough for somebody who lost one, too few to fill a mailbox."""
LONGEST_TYPED = 254


async def ask(visit: Visit) -> Response:
    """POST /links: has the links of an address mailed to it; the same answer whatever is kept."""
    services, posted = visit.services, await visit.read_body()
    visit.speak(first_text(posted, "language"))
    typed = first_text(posted, "email")[:LONGEST_TYPED]
    try:
        email = mail_address(typed)
    except ValueError:
        return visit.page("links-form.html", 422, PRIVATE, typed=typed, wrong=True)
    limits = services.rate_limits.of(visit.request.scope, visit.now)
    if wait := limits.take("submission", UNPROVED):
        raise to_wait(wait)
    keys = services.settings.secret_keys
    addressees = [asked_rows.addressee(key, email) for key in keys]
    await services.database.change(queue_links, addressees, visit.now)
    services.outbox.wake()
    return visit.page("links-sent.html", headers=PRIVATE)


def queue_links(transaction: Transaction, addressees: Sequence[str], at: datetime) -> None:
    """Queues the mail with the links of a mailbox, which is known under each of the keys. A job for
    the writer.
    """
    counted = asked_rows.counted_as("links", addressees[0])
    if asked_rows.ask(transaction, counted, danish_day(at), MOST_A_DAY):
        for addressee in addressees:
            mail_rows.queue_mails(transaction, addressee, (kinds.LINKS,), at)


async def listed(visit: Visit) -> Response:
    """GET /links/<token>: what came from an address, each with its link; nothing of the answers."""
    services = visit.services
    try:
        addressee = services.tokens.read("links", visit.parameter("token"))
    except ExpiredToken:
        raise Refusal(410, "expired_links", PRIVATE) from None
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None
    kept = await services.database.read(sign_up_rows.kept_at, addressee, MOST_LISTED)
    visit.speak_as_asked(kept[0].language if kept else "", visit.request.url.path)
    items = [_item(visit, sign_up) for sign_up in kept]
    return visit.page("links.html", headers=PRIVATE, items=items)


ROUTES = (
    RouteSpec("POST", "/links", ask, body=Body({URLENCODED: ASKED, JSON: ASKED})),
    RouteSpec("GET", "/links/{token}", listed),
)


def _item(visit: Visit, sign_up: SignUp) -> dict[str, str | None]:
    services = visit.services
    ends = services.tokens.ends("links", visit.parameter("token"))
    state = _state(sign_up)
    if state == "unconfirmed":
        id = f"{sign_up.id}.{sign_up.asked_stamp}"
        url = services.onward_link("confirm", id, visit.now, ends)
    else:
        url = services.onward_link("mine", sign_up.id, visit.now, ends)
    return {
        "noun": sign_up_facts(services.catalogue, sign_up, None, visit.language).noun,
        "received": spoken(sign_up.received_at, visit.language),
        "code": sign_up.code,
        "state": state,
        "url": url,
    }


def _state(sign_up: SignUp) -> str:
    if sign_up.withdrawn_at:
        return "withdrawn"
    if sign_up.confirmed_at is None:
        return "unconfirmed"
    return "answered" if sign_up.answered_at else "confirmed"
