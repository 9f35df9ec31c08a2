"""The coordinators' side: from the link in a mail to the answers, and a note that the person was contacted.

Whoever holds the link may read: it is signed, lasts 30 days and stands only in the coordinator's mail.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mentorkorps.backend.bookings.seat_view import seat
from mentorkorps.backend.clock import spoken
from mentorkorps.backend.db.records import GivenConsent
from mentorkorps.backend.db.sign_up_rows import consents_of, sign_up_by_id
from mentorkorps.backend.desk import doubtful
from mentorkorps.backend.mail.compose import COORDINATORS_LANGUAGE
from mentorkorps.backend.security import spam
from mentorkorps.backend.security.signed_links import BadToken, ExpiredToken
from mentorkorps.backend.services import services_of
from mentorkorps.backend.signups import lifecycle
from mentorkorps.backend.web.responses import PRIVATE, Refusal, page, use_language
from mentorkorps.catalogue.model.forms import Form
from mentorkorps.forms.choices import linked_rows


async def ask_to_open(request: Request) -> Response:
    """GET /desk/<token>: a button, so that a mail scanner sees no answers."""
    _sign_up_id(request)
    return page(request, "desk-door.html", headers=PRIVATE, action=_address(request))


async def show(request: Request) -> Response:
    """POST /desk/<token>"""
    return await _shown(request, _sign_up_id(request))


async def mark_answered(request: Request) -> Response:
    """POST /desk/<token>/answered"""
    services, id = services_of(request), _sign_up_id(request)
    await services.database.change(lifecycle.answer, id, services.clock())
    return await _shown(request, id)


async def restore(request: Request) -> Response:
    """POST /desk/<token>/restore: it is not spam."""
    services, id = services_of(request), _sign_up_id(request)
    await services.database.change(lifecycle.restore, id, services.clock())
    services.outbox.wake()
    return await _shown(request, id)


ROUTES = [
    Route("/desk/doubtful/{token}", doubtful.ask_to_open, methods=["GET"]),
    Route("/desk/doubtful/{token}", doubtful.show, methods=["POST"]),
    Route("/desk/{token}", ask_to_open, methods=["GET"]),
    Route("/desk/{token}", show, methods=["POST"]),
    Route("/desk/{token}/answered", mark_answered, methods=["POST"]),
    Route("/desk/{token}/restore", restore, methods=["POST"]),
]


def _address(request: Request) -> str:
    return f"{services_of(request).settings.root}desk/{request.path_params['token']}"


def _sign_up_id(request: Request) -> str:
    use_language(request, COORDINATORS_LANGUAGE)
    try:
        return services_of(request).tokens.read("desk", request.path_params["token"])
    except ExpiredToken:
        raise Refusal(410, "desk_expired", PRIVATE) from None
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None


async def _shown(request: Request, id: str) -> Response:
    services = services_of(request)
    kept = await services.database.read(sign_up_by_id, id)
    if kept is None:
        raise Refusal(410, "deleted", PRIVATE)
    agreed = await services.database.read(consents_of, id)
    form = services.catalogue.forms.get(kept.form)
    return page(
        request,
        "desk.html",
        headers=PRIVATE,
        title=services.catalogue.name("forms", kept.form, COORDINATORS_LANGUAGE),
        sign_up=kept,
        seat=await seat(request, kept),
        answers=linked_rows(form, services.catalogue, kept.answers, COORDINATORS_LANGUAGE),
        consents=_agreed(form, agreed),
        received=spoken(kept.received_at, COORDINATORS_LANGUAGE),
        confirmed=kept.confirmed_at and spoken(kept.confirmed_at, COORDINATORS_LANGUAGE),
        answered=kept.answered_at and spoken(kept.answered_at, COORDINATORS_LANGUAGE),
        withdrawn=kept.withdrawn_at and spoken(kept.withdrawn_at, COORDINATORS_LANGUAGE),
        action=f"{_address(request)}/answered",
        restore=f"{_address(request)}/restore",
        signs=kept.signs if spam.is_doubtful(kept.signs) else (),
    )


def _agreed(form: Form | None, agreed: list[GivenConsent]) -> list[tuple[str, str, str, str | None]]:
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
