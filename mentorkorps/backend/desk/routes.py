"""The coordinators' side: from the link in a mail to the answers, and a note that the person was
contacted.

Whoever holds the link may read: it is signed, lasts 30 days and stands only in the coordinator's mail.

It is the way of coordinators who are not in the file of people. Opening the link shows nothing before
a button is pressed, since mail scanners open links.
"""

from datetime import datetime

from starlette.responses import Response

from mentorkorps.backend.clock import spoken
from mentorkorps.backend.db.access_log_rows import log_access
from mentorkorps.backend.db.place_rows import turn_of
from mentorkorps.backend.db.sign_up_rows import consents_of, sign_up_by_id
from mentorkorps.backend.db.transaction import Transaction
from mentorkorps.backend.desk import doubtful, waiting
from mentorkorps.backend.desk.consent_rows import consent_rows
from mentorkorps.backend.desk.link_access import by_link
from mentorkorps.backend.desk.refused_links import guarded
from mentorkorps.backend.mail.compose import COORDINATORS_LANGUAGE
from mentorkorps.backend.mail.sign_up_facts import sign_up_facts
from mentorkorps.backend.security import spam
from mentorkorps.backend.services import Visit
from mentorkorps.backend.signups import lifecycle, links
from mentorkorps.backend.web.responses import PRIVATE
from mentorkorps.backend.web.routing import RouteSpec
from mentorkorps.forms.choices import linked_rows


async def ask_to_open(visit: Visit) -> Response:
    """GET /desk/<token>: a button, so that a mail scanner sees no answers."""
    _sign_up_id(visit)
    return visit.page("desk-open.html", headers=PRIVATE, action=_address(visit))


async def show(visit: Visit) -> Response:
    """POST /desk/<token>"""
    id = _sign_up_id(visit)
    await visit.services.database.change(log_access, by_link("look", id), visit.now)
    return await _shown(visit, id)


async def mark_answered(visit: Visit) -> Response:
    """POST /desk/<token>/answered"""
    services, id = visit.services, _sign_up_id(visit)
    await services.database.change(answer, id, visit.now)
    return await _shown(visit, id)


async def restore(visit: Visit) -> Response:
    """POST /desk/<token>/restore: it is not spam."""
    services, id = visit.services, _sign_up_id(visit)
    await services.database.change(take_doubt_away, id, visit.now)
    services.outbox.wake()
    return await _shown(visit, id)


def answer(transaction: Transaction, id: str, now: datetime) -> None:
    """Notes that the person was contacted. A job for the writer."""
    lifecycle.answer(transaction, id, now)
    log_access(transaction, by_link("change", id), now)


def take_doubt_away(transaction: Transaction, id: str, now: datetime) -> None:
    """Somebody says that it is no spam. A job for the writer."""
    lifecycle.restore(transaction, id, now)
    log_access(transaction, by_link("change", id), now)


LINK_ROUTES = tuple(
    guarded(route)
    for route in (
        RouteSpec("GET", "/desk/doubtful/{token}", doubtful.ask_to_open, is_public=False),
        RouteSpec(
            "POST", "/desk/doubtful/{token}", doubtful.show, query=("before",), is_public=False
        ),
        RouteSpec("GET", "/desk/waiting/{token}", waiting.ask_to_open, is_public=False),
        RouteSpec("POST", "/desk/waiting/{token}", waiting.show, is_public=False),
        RouteSpec("GET", "/desk/gathering/{token}", waiting.ask_to_open_list, is_public=False),
        RouteSpec("POST", "/desk/gathering/{token}", waiting.show_list, is_public=False),
        RouteSpec("GET", "/desk/{token}", ask_to_open, is_public=False),
        RouteSpec("POST", "/desk/{token}", show, is_public=False),
        RouteSpec("POST", "/desk/{token}/answered", mark_answered, is_public=False),
        RouteSpec("POST", "/desk/{token}/restore", restore, is_public=False),
    )
)
"""For who has a link of a coordinator's mail. The coordinators' side is no interface for programs."""


def _address(visit: Visit) -> str:
    return f"{visit.root}desk/{visit.parameter('token')}"


def _sign_up_id(visit: Visit) -> str:
    visit.speak(COORDINATORS_LANGUAGE)
    return links.token_id(visit, "desk")


async def _shown(visit: Visit, id: str) -> Response:
    services = visit.services
    sign_up = links.present(await services.database.read(sign_up_by_id, id))
    consents = await services.database.read(consents_of, id)
    turn = await services.database.read(turn_of, id)
    form = services.catalogue.forms.get(sign_up.form)
    language = COORDINATORS_LANGUAGE
    return visit.page(
        "desk.html",
        headers=PRIVATE,
        facts=sign_up_facts(services.catalogue, sign_up, turn, language),
        sign_up=sign_up,
        answers=linked_rows(form, services.catalogue, sign_up.answers, language),
        consents=consent_rows(form, consents, language),
        received=spoken(sign_up.received_at, language),
        confirmed=sign_up.confirmed_at and spoken(sign_up.confirmed_at, language),
        answered=sign_up.answered_at and spoken(sign_up.answered_at, language),
        withdrawn=sign_up.withdrawn_at and spoken(sign_up.withdrawn_at, language),
        action=f"{_address(visit)}/answered",
        restore=f"{_address(visit)}/restore",
        signs=sign_up.signs if spam.is_doubtful(sign_up.signs) else (),
    )
