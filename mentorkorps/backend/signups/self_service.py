"""The volunteer's own page: see, change, withdraw, take along, delete.

Every step is a POST: what stands here is personal, and mail scanners open every link they find.
"""

import json
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mentorkorps import forms
from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.bookings.seat_view import seat
from mentorkorps.backend.clock import danish_day, spoken
from mentorkorps.backend.db import mail_rows, place_rows, sign_up_rows
from mentorkorps.backend.db.records import GivenConsent, Seat, SignUp
from mentorkorps.backend.db.writer import Busy, Unavailable
from mentorkorps.backend.mail.compose import answer_by
from mentorkorps.backend.security.spam import Signs
from mentorkorps.backend.services import Services, services_of
from mentorkorps.backend.signups import collected_confirmation, lifecycle, links, retention
from mentorkorps.backend.signups.returned_form import form_given_back, keep_typed
from mentorkorps.backend.web import request_body
from mentorkorps.backend.web.rate_limits import PLAIN_CHANGE, UNPROVED
from mentorkorps.backend.web.responses import (
    COME_BACK,
    PRIVATE,
    Refusal,
    asked_back,
    come_back,
    framed,
    language_of,
    page,
    refused,
    to_wait,
    told_why,
    wants_json,
)
from mentorkorps.catalogue.model.forms import BOOKED_BY, Form
from mentorkorps.catalogue.model.text import Title
from mentorkorps.forms.answers import Invalid, Value
from mentorkorps.forms.choices import rows
from mentorkorps.forms.html import form_html
from mentorkorps.forms.validation import read_answers
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language
from mentorkorps.interface.templates import render

SIGNED_UP, TALK = 0, 1
FILE = "mentorkorps.json"
REFUSALS: dict[type[Exception], Refusal] = {
    lifecycle.Doubled: Refusal(409, "doubled"),
    lifecycle.TooManyAddresses: Refusal(409, "too_many_addresses"),
    lifecycle.TooManyMoves: Refusal(429, "too_many_moves"),
    Busy: Refusal(503, "busy", COME_BACK),
    Unavailable: Refusal(503, "busy", COME_BACK),
}
SURE = request_body.Shapes(ticks=frozenset(["sure"]))


async def ask_to_open(request: Request) -> Response:
    """GET /mine/<token>: a button, and nothing of what is kept."""
    await links.found(request, "mine")
    return page(request, "mine-door.html", headers=PRIVATE, action=_address(request))


async def show(request: Request) -> Response:
    """POST /mine/<token>"""
    return await _shown(request)


async def form(request: Request) -> Response:
    """POST /mine/<token>/form: the form with the answers in it."""
    kept, definition = await _changeable(request)
    agreed = await services_of(request).database.read(sign_up_rows.consents_of, kept.id)
    return _form(request, definition, _typed(services_of(request), definition, kept, agreed))


async def change(request: Request) -> Response:
    """POST /mine/<token>/change: the same verdict as on a sign-up."""
    try:
        services, (kept, definition) = services_of(request), await _changeable(request)
    except (Busy, Unavailable):
        await form_given_back(request, Refusal(503, "busy", COME_BACK))
    except Refusal as refusal:
        await form_given_back(request, refusal)
    given = await request_body.read_body(request, request_body.Shapes.of(definition))
    keep_typed(request, definition, given)
    try:
        answers = read_answers(definition, services.catalogue, given, danish_day(services.clock()))
    except Invalid as invalid:
        return _form(request, definition, given, invalid)
    if hints := forms.hints(definition, given):
        return _form(request, definition, given, notice=asked_back(request, hints))
    submission = lifecycle.submission(
        definition,
        answers,
        language=kept.language,
        keys=services.settings.secret_keys,
        at=services.clock(),
        signs=Signs(kept.signs),
        booking=allocation.booking(definition, answers, services.catalogue),
    )
    is_readdressed = lifecycle.is_another_address(kept, answers)
    points = UNPROVED if is_readdressed or lifecycle.is_moved(kept, answers) else PLAIN_CHANGE
    if refusal := await _refusal(request, kept, submission, points):
        return _form_back(request, definition, given, refusal)
    services.outbox.wake()
    return await _shown(request, "asked_again" if is_readdressed else "changed")


async def _refusal(request: Request, kept: SignUp, submission: lifecycle.Submission, points: int) -> Refusal | None:
    """Keeps the change; else says why not. It counts as what it does: a mail to another address as a sign-up does."""
    services = services_of(request)
    if wait := services.rate_limits.take(request.scope, "submission", points):
        return to_wait(wait)
    try:
        await services.database.change(lifecycle.change, kept.id, submission)
    except (lifecycle.Doubled, lifecycle.TooManyAddresses, lifecycle.TooManyMoves, Busy, Unavailable) as error:
        services.rate_limits.give_back(request.scope, "submission", points)
        return REFUSALS[type(error)]
    return None


async def refuse(request: Request) -> Response:
    """POST /mine/<token>/no/<consent>: takes back a yes that the sign-up does without."""
    services, (kept, definition) = services_of(request), await _changeable(request)
    if request.path_params["consent"] not in (one.id for one in definition.consents if not one.required):
        raise Refusal(404, "missing", PRIVATE)
    await services.database.change(
        lifecycle.refuse, kept.id, request.path_params["consent"], services.settings.secret_keys[0], services.clock()
    )
    return await _shown(request, "refused")


async def withdraw(request: Request) -> Response:
    """POST /mine/<token>/withdraw"""
    services, kept = services_of(request), await _active(request)
    await services.database.change(lifecycle.withdraw, kept.id, services.clock())
    services.outbox.wake()
    return await _shown(request, "withdrawn")


async def download(request: Request) -> Response:
    """POST /mine/<token>/download: everything that is kept, as JSON."""
    services, kept = services_of(request), await links.found(request, "mine")
    agreed = await services.database.read(sign_up_rows.consents_of, kept.id)
    mails = await services.database.read(mail_rows.mails_of, kept.id)
    seat = await services.database.read(place_rows.seat_of, kept.id)
    told = {
        "form": services.catalogue.todays("forms", kept.form),
        "language": kept.language,
        "answers": kept.answers,
        "consents": [
            {"consent": one.consent, "version": one.version, "given": one.given_at, "withdrawn": one.withdrawn_at}
            for one in agreed
        ],
        "received": kept.received_at,
        "confirmed": kept.confirmed_at,
        "contacted": kept.answered_at,
        "withdrawn": kept.withdrawn_at,
        "flagged": kept.flagged,
        "signs": kept.signs,
        "address_changes": kept.readdressed,
        "code": kept.code,
        "place": seat and _place(services, seat),
        "mails": [{"kind": one.kind, "state": one.state, "sent": one.sent_at} for one in mails],
    }
    text = json.dumps(told, ensure_ascii=False, indent=2, default=lambda moment: moment.isoformat())
    headers = PRIVATE | {"Content-Disposition": f'attachment; filename="{FILE}"'}
    return Response(text, headers=headers, media_type="application/json")


async def delete(request: Request) -> Response:
    """POST /mine/<token>/delete: only with the tick that says that it is meant."""
    services, kept = services_of(request), await links.found(request, "mine")
    if not (await request_body.read_body(request, SURE)).get("sure"):
        return await _shown(request, "not_sure")
    if wait := services.rate_limits.take(request.scope, "erasure", 1):
        raise to_wait(wait, "too_many_erased")
    purged = await services.database.change(retention.erase, kept.id)
    retention.forget_files(services.settings, purged.mails)
    return page(request, "mine-gone.html", headers=PRIVATE)


ROUTES = [
    Route("/mine/{token}", ask_to_open, methods=["GET"]),
    Route("/mine/{token}", show, methods=["POST"]),
    Route("/mine/{token}/form", form, methods=["POST"]),
    Route("/mine/{token}/change", change, methods=["POST"]),
    Route("/mine/{token}/no/{consent}", refuse, methods=["POST"]),
    Route("/mine/{token}/withdraw", withdraw, methods=["POST"]),
    Route("/mine/{token}/download", download, methods=["POST"]),
    Route("/mine/{token}/delete", delete, methods=["POST"]),
]


def _place(services: Services, seat: Seat) -> dict[str, object]:
    kind = BOOKED_BY[seat.hall.kind]
    record = services.catalogue.todays(seat.hall.kind, seat.hall.record)
    return {kind: record, "state": seat.state, "number": seat.number, "until": seat.until}


def _address(request: Request) -> str:
    return f"{services_of(request).settings.root}mine/{request.path_params['token']}"


async def _active(request: Request) -> SignUp:
    """The sign-up, unless it is withdrawn: then nothing about it can be changed any more."""
    kept = await links.found(request, "mine")
    if kept.withdrawn_at:
        raise Refusal(410, "withdrawn", PRIVATE)
    return kept


async def _changeable(request: Request) -> tuple[SignUp, Form]:
    """The same with its form, unless that is gone: without the questions there is nothing to change."""
    kept = await _active(request)
    definition = services_of(request).catalogue.forms.get(kept.form)
    if definition is None:
        raise Refusal(410, "form", PRIVATE)
    return kept, definition


async def _shown(request: Request, said: str = "") -> Response:
    services, kept = services_of(request), await links.found(request, "mine")
    said = "asked_later" if said == "asked_again" and kept.silenced else said
    agreed = await services.database.read(sign_up_rows.consents_of, kept.id)
    language = language_of(request)
    definition = services.catalogue.forms.get(kept.form)
    moments = (kept.received_at, kept.confirmed_at, kept.answered_at, kept.withdrawn_at)
    received, confirmed, answered, withdrawn = (moment and spoken(moment, language) for moment in moments)
    return page(
        request,
        "mine.html",
        headers=PRIVATE,
        said=said,
        title=services.catalogue.name("forms", kept.form, language),
        ribbon=_ribbon(definition, language, bool(answered)),
        awaited=kept.awaited,
        code=kept.code,
        seat=await seat(request, kept),
        received=received,
        confirmed=confirmed,
        answered=answered,
        withdrawn=withdrawn,
        collected=kept.silenced and spoken(collected_confirmation.leaves_at(kept.asked_at), language),
        answer_by=answer_by(services.catalogue, kept),
        answers=rows(definition, services.catalogue, kept.answers, language),
        consents=[_told(definition, one, request) for one in agreed],
        may_change=definition is not None and not withdrawn,
        may_withdraw=not withdrawn,
        action=_address(request),
    )


def _ribbon(definition: Form | None, language: Language, is_answered: bool) -> str:
    has_way = definition is not None and definition.journey
    return render("ribbon.html", language, step=TALK if is_answered else SIGNED_UP) if has_way else ""


def _told(definition: Form | None, agreed: GivenConsent, request: Request) -> dict[str, object]:
    language = language_of(request)
    known = next((one for one in definition.consents if one.id == agreed.consent), None) if definition else None
    return {
        "id": agreed.consent,
        "text": known.text.of(language) if known and known.version == agreed.version else agreed.consent,
        "version": agreed.version,
        "given": spoken(agreed.given_at, language),
        "withdrawn": agreed.withdrawn_at and spoken(agreed.withdrawn_at, language),
        "may_refuse": known is not None and not known.required,
    }


def _form(
    request: Request, definition: Form, given: request_body.Posted, invalid: Invalid | None = None, notice: str = ""
) -> Response:
    language = language_of(request)
    told = words(language)["reply"]["mine"]
    save = Title(*(words(each)["reply"]["mine"]["save"] for each in ("da", "en")))
    inner = form_html(
        replace(definition, submit=save),
        services_of(request).catalogue,
        language,
        action=f"{_address(request)}/change",
        find=f"{services_of(request).settings.root}find",
        posted=given,
        wrong=invalid.wrong if invalid else (),
    )
    content = render("reply/mine-form.html", language, inner=inner, action=_address(request), notice=notice)
    title = f"{words(language)['form']['error']} {told['change']}" if invalid else told["change"]
    return framed(request, title, content, 422 if invalid else 200, PRIVATE)


def _form_back(request: Request, definition: Form, given: request_body.Posted, refusal: Refusal) -> Response:
    """The form with everything that was typed; for programs the refusal with it."""
    if wants_json(request):
        return refused(request, refusal)
    return come_back(_form(request, definition, given, notice=told_why(request, refusal)), refusal)


def _typed(services: Services, definition: Form, kept: SignUp, agreed: list[GivenConsent]) -> request_body.Posted:
    """The answers as they would be typed into the form as it is today."""
    types = {field.id: field.type for field in definition.fields}
    typed = {name: _texts(services, types[name], value) for name, value in kept.answers.items() if name in types}
    given = {(one.consent, one.version) for one in agreed if one.withdrawn_at is None}
    return typed | {one.id: (one.version,) for one in definition.consents if (one.id, one.version) in given}


def _texts(services: Services, type: str, value: Value) -> tuple[str, ...]:
    match value:
        case bool():
            return ("yes",)
        case tuple():
            return value
        case str() if type == "place" and value in services.catalogue.municipalities:
            return (services.catalogue.municipalities[value].name,)
    return (value,)
