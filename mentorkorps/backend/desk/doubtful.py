"""The coordinators' list of what may be spam, behind the link in the morning's mail."""

from starlette.responses import Response

from mentorkorps.backend.clock import spoken
from mentorkorps.backend.db import sign_up_rows
from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.mail.compose import COORDINATORS_LANGUAGE
from mentorkorps.backend.mail.recipients import mailbox, mailbox_by_id
from mentorkorps.backend.mail.sign_up_facts import sign_up_facts
from mentorkorps.backend.services import Visit
from mentorkorps.backend.signups import links
from mentorkorps.backend.web.responses import PRIVATE

MOST_SHOWN = 200


async def ask_to_open(visit: Visit) -> Response:
    """GET /desk/doubtful/<token>: a button, so that a mail scanner sees nothing."""
    _id_in_link(visit)
    action = f"{visit.root}desk/doubtful/{visit.parameter('token')}"
    return visit.page("desk-open.html", headers=PRIVATE, action=action)


async def show(visit: Visit) -> Response:
    """POST /desk/doubtful/<token>: the doubtful sign-ups of the mailbox that the link went to,
    newest first.
    """
    services = visit.services
    box = await _mailbox(visit, _id_in_link(visit))
    doubtful = await services.store.do(sign_up_rows.doubtful)
    own = [
        sign_up
        for sign_up in doubtful
        if mailbox(services.catalogue, services.settings, sign_up) == box
    ]
    rows = [_row(visit, sign_up) for sign_up in reversed(own[-MOST_SHOWN:])]
    return visit.page("desk-doubtful.html", headers=PRIVATE, rows=rows, count=len(own))


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
    if known := mailbox_by_id(services.settings, id):
        return known
    # Until December 2026 a link held the id of the newest sign-up of the mailbox, for two weeks.
    known_by = links.present(await services.store.do(sign_up_rows.sign_up_by_id, id))
    return mailbox(services.catalogue, services.settings, known_by)


def _id_in_link(visit: Visit) -> str:
    visit.speak(COORDINATORS_LANGUAGE)
    return links.token_id(visit, "doubtful")
