"""The coordinators' side: from the link in a mail to the answers, and a note that the person was contacted.

Whoever holds the link may read: it is signed, lasts 30 days and stands only in the coordinator's mail.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mentorkorps import forms
from mentorkorps.backend import doubt, intake, offers
from mentorkorps.backend.clock import spoken
from mentorkorps.backend.desk import doubtful
from mentorkorps.backend.letters import COORDINATORS_LANGUAGE
from mentorkorps.backend.office import office_of
from mentorkorps.backend.reply import PRIVATE, Refusal, page, speak
from mentorkorps.backend.store import Consent, consents_of, sign_up_by_id
from mentorkorps.backend.tokens import BadToken, ExpiredToken
from mentorkorps.model import Form


async def door(request: Request) -> Response:
    """GET /desk/<token>: a button, so that a mail scanner sees no answers."""
    _sign_up_id(request)
    return page(request, "desk-door.html", headers=PRIVATE, action=_address(request))


async def show(request: Request) -> Response:
    """POST /desk/<token>"""
    return await _shown(request, _sign_up_id(request))


async def mark_answered(request: Request) -> Response:
    """POST /desk/<token>/answered"""
    office, id = office_of(request), _sign_up_id(request)
    await office.store.do(intake.answer, id, office.clock())
    return await _shown(request, id)


async def restore(request: Request) -> Response:
    """POST /desk/<token>/restore: it is not spam."""
    office, id = office_of(request), _sign_up_id(request)
    await office.store.do(intake.restore, id, office.clock())
    office.outbox.wake()
    return await _shown(request, id)


ROUTES = [
    Route("/desk/doubtful/{token}", doubtful.door, methods=["GET"]),
    Route("/desk/doubtful/{token}", doubtful.show, methods=["POST"]),
    Route("/desk/{token}", door, methods=["GET"]),
    Route("/desk/{token}", show, methods=["POST"]),
    Route("/desk/{token}/answered", mark_answered, methods=["POST"]),
    Route("/desk/{token}/restore", restore, methods=["POST"]),
]


def _address(request: Request) -> str:
    return f"{office_of(request).settings.root}desk/{request.path_params['token']}"


def _sign_up_id(request: Request) -> str:
    speak(request, COORDINATORS_LANGUAGE)
    try:
        return office_of(request).tokens.read("desk", request.path_params["token"])
    except ExpiredToken:
        raise Refusal(410, "desk_expired", PRIVATE) from None
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None


async def _shown(request: Request, id: str) -> Response:
    office = office_of(request)
    kept = await office.store.do(sign_up_by_id, id)
    if kept is None:
        raise Refusal(410, "deleted", PRIVATE)
    agreed = await office.store.do(consents_of, id)
    form = office.catalogue.forms.get(kept.form)
    return page(
        request,
        "desk.html",
        headers=PRIVATE,
        title=office.catalogue.name("forms", kept.form, COORDINATORS_LANGUAGE),
        sign_up=kept,
        seat=await offers.seat(request, kept),
        answers=forms.linked_rows(form, office.catalogue, kept.answers, COORDINATORS_LANGUAGE),
        consents=_agreed(form, agreed),
        received=spoken(kept.received_at, COORDINATORS_LANGUAGE),
        confirmed=kept.confirmed_at and spoken(kept.confirmed_at, COORDINATORS_LANGUAGE),
        answered=kept.answered_at and spoken(kept.answered_at, COORDINATORS_LANGUAGE),
        withdrawn=kept.withdrawn_at and spoken(kept.withdrawn_at, COORDINATORS_LANGUAGE),
        action=f"{_address(request)}/answered",
        restore=f"{_address(request)}/restore",
        signs=kept.signs if doubt.is_doubtful(kept.signs) else (),
    )


def _agreed(form: Form | None, agreed: list[Consent]) -> list[tuple[str, str, str, str | None]]:
    known = form.consents if form else ()
    texts = {(one.id, one.version): one.text.of(COORDINATORS_LANGUAGE) for one in known}
    return [
        (
            texts.get((one.consent, one.version), one.consent),
            one.version,
            spoken(one.given_at, COORDINATORS_LANGUAGE),
            one.withdrawn_at and spoken(one.withdrawn_at, COORDINATORS_LANGUAGE),
        )
        for one in agreed
    ]
