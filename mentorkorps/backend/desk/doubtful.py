"""The coordinators' list of what may be spam, behind the link in the morning's mail."""

from starlette.requests import Request
from starlette.responses import Response

from mentorkorps.backend import store
from mentorkorps.backend.clock import spoken
from mentorkorps.backend.letters import COORDINATORS_LANGUAGE, mailbox
from mentorkorps.backend.office import Office, office_of
from mentorkorps.backend.reply import PRIVATE, Refusal, page, speak
from mentorkorps.backend.store import SignUp
from mentorkorps.backend.tokens import BadToken, ExpiredToken

MOST_SHOWN = 200


async def door(request: Request) -> Response:
    """GET /desk/doubtful/<token>: a button, so that a mail scanner sees nothing."""
    _sign_up_id(request)
    action = f"{office_of(request).settings.root}desk/doubtful/{request.path_params['token']}"
    return page(request, "desk-door.html", headers=PRIVATE, action=action)


async def show(request: Request) -> Response:
    """POST /desk/doubtful/<token>: the doubtful sign-ups of the mailbox that the link went to, newest first."""
    office = office_of(request)
    known_by = await office.store.do(store.sign_up_by_id, _sign_up_id(request))
    if known_by is None:
        raise Refusal(410, "deleted", PRIVATE)
    box = mailbox(office.catalogue, office.settings, known_by)
    found = [
        one
        for one in await office.store.do(store.doubtful)
        if mailbox(office.catalogue, office.settings, one) == box
    ]  # fmt: skip
    rows = [_row(office, one) for one in reversed(found[-MOST_SHOWN:])]
    return page(request, "desk-doubtful.html", headers=PRIVATE, rows=rows, count=len(found))


def _row(office: Office, one: SignUp) -> dict[str, object]:
    token = office.tokens.sign("desk", one.id, office.clock())
    return {
        "received": spoken(one.received_at, COORDINATORS_LANGUAGE),
        "form": office.catalogue.name("forms", one.form, COORDINATORS_LANGUAGE),
        "signs": one.signs,
        "action": f"{office.settings.root}desk/{token}",
    }


def _sign_up_id(request: Request) -> str:
    speak(request, COORDINATORS_LANGUAGE)
    try:
        return office_of(request).tokens.read("doubtful", request.path_params["token"])
    except ExpiredToken:
        raise Refusal(410, "desk_expired", PRIVATE) from None
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None
