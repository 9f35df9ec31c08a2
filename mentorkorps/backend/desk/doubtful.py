"""The coordinators' list of what may be spam, behind the link in the morning's mail."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.responses import Response

from mentorkorps.backend.clock import spoken
from mentorkorps.backend.db import sign_up_rows
from mentorkorps.backend.db.access_log_rows import log_access
from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.db.sign_up_rows import Position
from mentorkorps.backend.desk.link_access import by_link
from mentorkorps.backend.mail.compose import COORDINATORS_LANGUAGE
from mentorkorps.backend.mail.recipients import mailbox, mailbox_by_id
from mentorkorps.backend.mail.sign_up_facts import sign_up_facts
from mentorkorps.backend.services import Services, Visit
from mentorkorps.backend.signups import links
from mentorkorps.backend.web.responses import PRIVATE, Refusal

PAGE = 25
"""Sign-ups on one page, and rows that are decrypted at a time."""
MOST_LOOKED_AT = 1000
"""Rows of all mailboxes that one answer goes through; the next page goes on behind them."""


async def ask_to_open(visit: Visit) -> Response:
    """GET /desk/doubtful/<token>: a button, so that a mail scanner sees nothing."""
    _id_in_link(visit)
    return visit.page("desk-open.html", headers=PRIVATE, action=_address(visit))


async def show(visit: Visit) -> Response:
    """POST /desk/doubtful/<token>: the doubtful sign-ups of the mailbox that the link went to,
    newest first.

    `before` in the address goes on behind a sign-up: its time and its number.
    """
    services = visit.services
    box = await _mailbox(visit, _id_in_link(visit))
    await services.database.change(log_access, by_link("list"), visit.now)
    before = _position(visit)
    sign_ups, older = await _of_mailbox(services, box, before)
    return visit.page(
        "desk-doubtful.html",
        headers=PRIVATE,
        rows=[_row(visit, sign_up) for sign_up in sign_ups],
        count=len(sign_ups),
        is_all=before is None and older is None,
        older=older and f"{_address(visit)}?{urlencode({'before': _text_of(older)})}",
    )


async def _of_mailbox(
    services: Services, box: str, before: Position | None
) -> tuple[list[SignUp], Position | None]:
    """One page of a mailbox's, and where the next begins; None at the end. Whose a sign-up is tell
    its answers.
    """
    sign_ups: list[SignUp] = []
    for _ in range(MOST_LOOKED_AT // PAGE):
        portion = await services.database.read(sign_up_rows.doubtful_page, before, PAGE)
        for sign_up in portion:
            before = Position(sign_up.received_at, sign_up.id)
            if mailbox(services.catalogue, services.settings, sign_up) == box:
                sign_ups.append(sign_up)
            if len(sign_ups) == PAGE:
                return sign_ups, before
        if len(portion) < PAGE:
            return sign_ups, None
    return sign_ups, before


def _position(visit: Visit) -> Position | None:
    text = visit.query.get("before")
    if text is None:
        return None
    moment, _, id = text.partition(" ")
    try:
        return Position(datetime.fromisoformat(moment).astimezone(UTC), id)
    except (ValueError, OverflowError):
        raise Refusal(404, "link", PRIVATE) from None


def _text_of(position: Position) -> str:
    return f"{position.received_at.isoformat()} {position.id}"


def _address(visit: Visit) -> str:
    return f"{visit.root}desk/doubtful/{visit.parameter('token')}"


def _row(visit: Visit, sign_up: SignUp) -> dict[str, object]:
    services = visit.services
    return {
        "received": spoken(sign_up.received_at, COORDINATORS_LANGUAGE),
        "form": sign_up_facts(services.catalogue, sign_up, None, COORDINATORS_LANGUAGE).noun,
        "signs": sign_up.signs,
        "action": services.link("desk", sign_up.id, visit.now),
    }


async def _mailbox(visit: Visit, id: str) -> str:
    """The mailbox that a link went to. Raises Refusal where it is no longer known."""
    services = visit.services
    if address := mailbox_by_id(services.settings, id):
        return address
    # Until December 2026 a link held the id of the newest sign-up of the mailbox, for two weeks.
    known_by = links.present(await services.database.read(sign_up_rows.sign_up_by_id, id))
    return mailbox(services.catalogue, services.settings, known_by)


def _id_in_link(visit: Visit) -> str:
    visit.speak(COORDINATORS_LANGUAGE)
    return links.token_id(visit, "doubtful")
