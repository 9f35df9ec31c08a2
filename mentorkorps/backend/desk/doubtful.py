"""The coordinators' list of what may be spam, behind the link in the morning's mail."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from mentorkorps.backend.clock import spoken
from mentorkorps.backend.db import sign_up_rows
from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.db.sign_up_rows import Position
from mentorkorps.backend.mail.compose import COORDINATORS_LANGUAGE, mailbox
from mentorkorps.backend.security.signed_links import BadToken, ExpiredToken
from mentorkorps.backend.services import Services, services_of
from mentorkorps.backend.web.responses import PRIVATE, Refusal, page, use_language

PAGE = 50
"""Sign-ups on one page, and rows that are decrypted at a time: some 2 ms."""
MOST_LOOKED_AT = 1000
"""Rows of all mailboxes that one answer goes through; the next page goes on behind them."""


async def ask_to_open(request: Request) -> Response:
    """GET /desk/doubtful/<token>: a button, so that a mail scanner sees nothing."""
    _sign_up_id(request)
    return page(request, "desk-door.html", headers=PRIVATE, action=_address(request))


async def show(request: Request) -> Response:
    """POST /desk/doubtful/<token>: the doubtful sign-ups of the mailbox that the link went to, newest first.

    `before` in the address goes on behind a sign-up: its time and its number.
    """
    services = services_of(request)
    known_by = await services.database.read(sign_up_rows.sign_up_by_id, _sign_up_id(request))
    if known_by is None:
        raise Refusal(410, "deleted", PRIVATE)
    before = _position(request.query_params.get("before"))
    sign_ups, older = await _of_mailbox(services, mailbox(services.catalogue, services.settings, known_by), before)
    return page(
        request,
        "desk-doubtful.html",
        headers=PRIVATE,
        rows=[_row(services, sign_up) for sign_up in sign_ups],
        count=len(sign_ups),
        is_all=before is None and older is None,
        older=older and f"{_address(request)}?{urlencode({'before': _text_of(older)})}",
    )


async def _of_mailbox(
    services: Services, box: str, before: Position | None
) -> tuple[list[SignUp], Position | None]:
    """One page of a mailbox's, and where the next begins; None at the end. Whose a sign-up is tell its answers."""
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


def _position(text: str | None) -> Position | None:
    if text is None:
        return None
    moment, _, id = text.partition(" ")
    try:
        return Position(datetime.fromisoformat(moment).astimezone(UTC), id)
    except (ValueError, OverflowError):
        raise Refusal(404, "link", PRIVATE) from None


def _text_of(position: Position) -> str:
    return f"{position.received_at.isoformat()} {position.id}"


def _address(request: Request) -> str:
    return f"{services_of(request).settings.root}desk/doubtful/{request.path_params['token']}"


def _row(services: Services, one: SignUp) -> dict[str, object]:
    token = services.tokens.sign("desk", one.id, services.clock())
    return {
        "received": spoken(one.received_at, COORDINATORS_LANGUAGE),
        "form": services.catalogue.name("forms", one.form, COORDINATORS_LANGUAGE),
        "signs": one.signs,
        "action": f"{services.settings.root}desk/{token}",
    }


def _sign_up_id(request: Request) -> str:
    use_language(request, COORDINATORS_LANGUAGE)
    try:
        return services_of(request).tokens.read("doubtful", request.path_params["token"])
    except ExpiredToken:
        raise Refusal(410, "desk_expired", PRIVATE) from None
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None
