"""The coordinators' list of what may be spam, behind the link in the morning's mail."""

from starlette.requests import Request
from starlette.responses import Response

from mentorkorps.backend.clock import spoken
from mentorkorps.backend.db import sign_up_rows
from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.mail.compose import COORDINATORS_LANGUAGE
from mentorkorps.backend.mail.recipients import mailbox, mailbox_by_id
from mentorkorps.backend.security.signed_links import BadToken, ExpiredToken
from mentorkorps.backend.services import Services, services_of
from mentorkorps.backend.web.responses import PRIVATE, Refusal, page, use_language

MOST_SHOWN = 200


async def ask_to_open(request: Request) -> Response:
    """GET /desk/doubtful/<token>: a button, so that a mail scanner sees nothing."""
    _id_in_link(request)
    action = f"{services_of(request).settings.root}desk/doubtful/{request.path_params['token']}"
    return page(request, "desk-door.html", headers=PRIVATE, action=action)


async def show(request: Request) -> Response:
    """POST /desk/doubtful/<token>: the doubtful sign-ups of the mailbox that the link went to, newest first."""
    services = services_of(request)
    box = await _mailbox(services, _id_in_link(request))
    if box is None:
        raise Refusal(410, "deleted", PRIVATE)
    found = [
        one
        for one in await services.store.do(sign_up_rows.doubtful)
        if mailbox(services.catalogue, services.settings, one) == box
    ]  # fmt: skip
    rows = [_row(services, one) for one in reversed(found[-MOST_SHOWN:])]
    return page(request, "desk-doubtful.html", headers=PRIVATE, rows=rows, count=len(found))


def _row(services: Services, one: SignUp) -> dict[str, object]:
    token = services.tokens.sign("desk", one.id, services.clock())
    return {
        "received": spoken(one.received_at, COORDINATORS_LANGUAGE),
        "form": services.catalogue.name("forms", one.form, COORDINATORS_LANGUAGE),
        "signs": one.signs,
        "action": f"{services.settings.root}desk/{token}",
    }


async def _mailbox(services: Services, id: str) -> str | None:
    """The mailbox that a link went to; None where it is no longer known."""
    if known := mailbox_by_id(services.settings, id):
        return known
    # Until December 2026 a link held the id of the newest sign-up of the mailbox. It lasts for two weeks.
    sign_up = await services.store.do(sign_up_rows.sign_up_by_id, id)
    return sign_up and mailbox(services.catalogue, services.settings, sign_up)


def _id_in_link(request: Request) -> str:
    use_language(request, COORDINATORS_LANGUAGE)
    try:
        return services_of(request).tokens.read("doubtful", request.path_params["token"])
    except ExpiredToken:
        raise Refusal(410, "desk_expired", PRIVATE) from None
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None
