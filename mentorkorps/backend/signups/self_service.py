"""The volunteer's own page: see, change, withdraw, take along, delete.

Every step is a POST: what stands here is personal, and mail scanners open every link they find.
"""

import json
from dataclasses import replace

from starlette.responses import Response

from mentorkorps import forms
from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.bookings.seat_view import seat_view
from mentorkorps.backend.clock import danish_day, spoken
from mentorkorps.backend.db import mail_rows, place_rows, sign_up_rows
from mentorkorps.backend.db.records import GivenConsent, Seat, SignUp
from mentorkorps.backend.db.writer import Busy, Unavailable
from mentorkorps.backend.mail.compose import answer_by
from mentorkorps.backend.security.spam import Signs
from mentorkorps.backend.services import Services, Visit
from mentorkorps.backend.signups import collected_confirmation, lifecycle, links, retention
from mentorkorps.backend.signups.returned_form import refuse_unread
from mentorkorps.backend.web.rate_limits import PLAIN_CHANGE, UNPROVED
from mentorkorps.backend.web.request_body import JSON, Body, FieldShapes, Posted, first_text
from mentorkorps.backend.web.responses import COME_BACK, PRIVATE, Refusal, to_wait
from mentorkorps.backend.web.routing import RouteSpec
from mentorkorps.catalogue.model.forms import MEANING_OF, Form
from mentorkorps.catalogue.model.text import Title
from mentorkorps.forms.answers import Invalid, Value, answer_to
from mentorkorps.forms.choices import rows
from mentorkorps.forms.html import form_html
from mentorkorps.forms.validation import read_answers
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import LANGUAGES, Language
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
SURE = Body(
    {
        JSON: {
            "type": "object",
            "properties": {"sure": {"type": ["boolean", "string"], "minLength": 1}},
        }
    },
    FieldShapes(ticks=frozenset(["sure"])),
)


async def ask_to_open(visit: Visit) -> Response:
    """GET /mine/<token>: a button, and nothing of what is kept."""
    await links.follow_link(visit, "mine")
    return visit.page("mine-open.html", headers=PRIVATE, action=_address(visit))


async def show(visit: Visit) -> Response:
    """POST /mine/<token>"""
    return await _shown(visit)


async def form(visit: Visit) -> Response:
    """POST /mine/<token>/form: the form with the answers in it."""
    sign_up, definition = await _changeable(visit)
    consents = await visit.services.database.read(sign_up_rows.consents_of, sign_up.id)
    return _form(visit, definition, _typed(visit.services, definition, sign_up, consents))


async def change(visit: Visit) -> Response:
    """POST /mine/<token>/change: the same verdict as on a sign-up."""
    services = visit.services
    sign_up, definition = await _changeable_or_given_back(visit)
    posted = await visit.read_form(definition)
    try:
        answers = read_answers(definition, services.catalogue, posted, danish_day(visit.now))
    except Invalid as invalid:
        return _form(visit, definition, posted, invalid)
    if hints := forms.hints(definition, posted):
        return _form(visit, definition, posted, notice=visit.question(hints))
    submission = lifecycle.submission(
        definition,
        answers,
        language=sign_up.language,
        keys=services.settings.secret_keys,
        at=visit.now,
        signs=Signs(sign_up.signs),
        booking=allocation.booking(definition, answers, services.catalogue),
    )
    is_readdressed = lifecycle.is_another_address(sign_up, answers)
    is_costly = is_readdressed or lifecycle.is_moved(sign_up, answers)
    points = UNPROVED if is_costly else PLAIN_CHANGE
    if refusal := await _refusal(visit, sign_up, submission, points):
        return visit.refuse_with_form(
            refusal, lambda notice: _form(visit, definition, posted, notice=notice)
        )
    services.outbox.wake()
    return await _shown(visit, "asked_again" if is_readdressed else "changed")


async def _changeable_or_given_back(visit: Visit) -> tuple[SignUp, Form]:
    """As _changeable; a refusal gives back what was typed into the form that nobody has read
    yet.
    """
    try:
        return await _changeable(visit)
    except (Busy, Unavailable):
        await refuse_unread(visit, Refusal(503, "busy", COME_BACK))
    except Refusal as refusal:
        await refuse_unread(visit, refusal)


async def _refusal(
    visit: Visit, sign_up: SignUp, submission: lifecycle.Submission, points: int
) -> Refusal | None:
    """Keeps the change; else says why not. It counts as what it does: a mail to another address
    as a sign-up does.
    """
    limits = visit.services.rate_limits.of(visit.request.scope, visit.now)
    if wait := limits.take("submission", points):
        return to_wait(wait)
    try:
        await visit.services.database.change(lifecycle.change, sign_up.id, submission)
    except tuple(REFUSALS) as error:
        limits.give_back("submission", points)
        return REFUSALS[type(error)]
    return None


async def refuse(visit: Visit) -> Response:
    """POST /mine/<token>/no/<consent>: takes back a yes that the sign-up does without."""
    services, (sign_up, definition) = visit.services, await _changeable(visit)
    consent = visit.parameter("consent")
    if consent not in (known.id for known in definition.consents if not known.required):
        raise Refusal(404, "missing", PRIVATE)
    key = services.settings.secret_keys[0]
    await services.database.change(lifecycle.refuse, sign_up.id, consent, key, visit.now)
    return await _shown(visit, "refused")


async def withdraw(visit: Visit) -> Response:
    """POST /mine/<token>/withdraw"""
    services, sign_up = visit.services, await _active(visit)
    await services.database.change(lifecycle.withdraw, sign_up.id, visit.now)
    services.outbox.wake()
    return await _shown(visit, "withdrawn")


async def download(visit: Visit) -> Response:
    """POST /mine/<token>/download: everything that is kept, as JSON."""
    services = visit.services
    sign_up = (await links.follow_link(visit, "mine")).sign_up
    consents = await services.database.read(sign_up_rows.consents_of, sign_up.id)
    mails = await services.database.read(mail_rows.mails_of, sign_up.id)
    seat = await services.database.read(place_rows.seat_of, sign_up.id)
    record = {
        "form": services.catalogue.todays("forms", sign_up.form),
        "language": sign_up.language,
        "answers": sign_up.answers,
        "consents": [
            {
                "consent": consent.consent,
                "version": consent.version,
                "given": consent.given_at,
                "withdrawn": consent.withdrawn_at,
            }
            for consent in consents
        ],
        "received": sign_up.received_at,
        "confirmed": sign_up.confirmed_at,
        "contacted": sign_up.answered_at,
        "withdrawn": sign_up.withdrawn_at,
        "flagged": sign_up.flagged,
        "signs": sign_up.signs,
        "address_changes": sign_up.readdressed,
        "code": sign_up.code,
        "place": _place(services, seat) if seat else None,
        "mails": [{"kind": mail.kind, "state": mail.state, "sent": mail.sent_at} for mail in mails],
    }
    text = json.dumps(
        record, ensure_ascii=False, indent=2, default=lambda moment: moment.isoformat()
    )
    headers = PRIVATE | {"Content-Disposition": f'attachment; filename="{FILE}"'}
    return Response(text, headers=headers, media_type="application/json")


async def delete(visit: Visit) -> Response:
    """POST /mine/<token>/delete: only with the tick that says that it is meant."""
    services = visit.services
    sign_up = (await links.follow_link(visit, "mine")).sign_up
    if not first_text(await visit.read_body(), "sure").strip():
        return await _shown(visit, "not_sure")
    if wait := services.rate_limits.of(visit.request.scope, visit.now).take("erasure", 1):
        raise to_wait(wait, "too_many_erased")
    purged = await services.database.change(retention.erase, sign_up.id)
    retention.forget_files(services.settings, purged.mails)
    return visit.page("mine-gone.html", headers=PRIVATE)


ROUTES = (
    RouteSpec("GET", "/mine/{token}", ask_to_open),
    RouteSpec("POST", "/mine/{token}", show),
    RouteSpec("POST", "/mine/{token}/form", form),
    RouteSpec("POST", "/mine/{token}/change", change, body=Body()),
    RouteSpec("POST", "/mine/{token}/no/{consent}", refuse),
    RouteSpec("POST", "/mine/{token}/withdraw", withdraw),
    RouteSpec("POST", "/mine/{token}/download", download, answer="json"),
    RouteSpec("POST", "/mine/{token}/delete", delete, body=SURE),
)


def _place(services: Services, seat: Seat) -> dict[str, object]:
    kind = MEANING_OF[seat.hall.kind]
    record = services.catalogue.todays(seat.hall.kind, seat.hall.record)
    return {kind: record, "state": seat.state, "number": seat.number, "until": seat.until}


def _address(visit: Visit) -> str:
    return f"{visit.root}mine/{visit.parameter('token')}"


async def _active(visit: Visit) -> SignUp:
    """The sign-up, unless it is withdrawn: then nothing about it can be changed any more."""
    sign_up = (await links.follow_link(visit, "mine")).sign_up
    if sign_up.withdrawn_at:
        raise Refusal(410, "withdrawn", PRIVATE)
    return sign_up


async def _changeable(visit: Visit) -> tuple[SignUp, Form]:
    """The same with its form, unless that is gone: without the questions there is nothing to
    change.
    """
    sign_up = await _active(visit)
    definition = visit.services.catalogue.forms.get(sign_up.form)
    if definition is None:
        raise Refusal(410, "form", PRIVATE)
    return sign_up, definition


async def _shown(visit: Visit, said: str = "") -> Response:
    services, linked = visit.services, await links.follow_link(visit, "mine")
    sign_up, language = linked.sign_up, visit.language
    said = "asked_later" if said == "asked_again" and sign_up.silenced else said
    consents = await services.database.read(sign_up_rows.consents_of, sign_up.id)
    definition = services.catalogue.forms.get(sign_up.form)
    leaves_at = collected_confirmation.leaves_at(sign_up.asked_at)
    return visit.page(
        "mine.html",
        headers=PRIVATE,
        said=said,
        title=services.catalogue.name("forms", sign_up.form, language),
        ribbon=_ribbon(definition, language, sign_up.answered_at is not None),
        awaited=sign_up.awaited,
        code=sign_up.code,
        seat=await seat_view(visit, sign_up, linked.ends),
        received=spoken(sign_up.received_at, language),
        confirmed=sign_up.confirmed_at and spoken(sign_up.confirmed_at, language),
        answered=sign_up.answered_at and spoken(sign_up.answered_at, language),
        withdrawn=sign_up.withdrawn_at and spoken(sign_up.withdrawn_at, language),
        collected=sign_up.silenced and spoken(leaves_at, language),
        answer_by=answer_by(services.catalogue, sign_up),
        answers=rows(definition, services.catalogue, sign_up.answers, language),
        consents=[_consent_row(definition, consent, language) for consent in consents],
        may_change=definition is not None and not sign_up.withdrawn_at,
        may_withdraw=not sign_up.withdrawn_at,
        action=_address(visit),
    )


def _ribbon(definition: Form | None, language: Language, is_answered: bool) -> str:
    if definition is None or not definition.journey:
        return ""
    return render("ribbon.html", language, step=TALK if is_answered else SIGNED_UP)


def _consent_row(
    definition: Form | None, consent: GivenConsent, language: Language
) -> dict[str, object]:
    consents = definition.consents if definition else ()
    known = next((asked for asked in consents if asked.id == consent.consent), None)
    is_same_text = known is not None and known.version == consent.version
    return {
        "id": consent.consent,
        "text": known.text.of(language) if known and is_same_text else consent.consent,
        "version": consent.version,
        "given": spoken(consent.given_at, language),
        "withdrawn": consent.withdrawn_at and spoken(consent.withdrawn_at, language),
        "may_refuse": known is not None and not known.required,
    }


def _form(
    visit: Visit,
    definition: Form,
    posted: Posted,
    invalid: Invalid | None = None,
    notice: str = "",
) -> Response:
    sentences = words(visit.language)["reply"]["mine"]
    save = Title(*(str(words(language)["reply"]["mine"]["save"]) for language in LANGUAGES))
    inner = form_html(
        replace(definition, submit=save),
        visit.services.catalogue,
        visit.language,
        action=f"{_address(visit)}/change",
        find=f"{visit.root}find",
        posted=posted,
        wrong=invalid.wrong if invalid else (),
    )
    content = render(
        "reply/mine-form.html", visit.language, inner=inner, action=_address(visit), notice=notice
    )
    title = str(sentences["change"])
    if invalid:
        title = f"{words(visit.language)['form']['error']} {title}"
    return visit.framed(title, content, 422 if invalid else 200, PRIVATE)


def _typed(
    services: Services, definition: Form, sign_up: SignUp, consents: list[GivenConsent]
) -> Posted:
    """The answers as they would be typed into the form as it is today."""
    kept = ((field, answer_to(field, sign_up.answers)) for field in definition.fields)
    typed = {
        field.id: _texts(services, field.type, value) for field, value in kept if value is not None
    }
    given = {
        (consent.consent, consent.version) for consent in consents if consent.withdrawn_at is None
    }
    return typed | {
        consent.id: (consent.version,)
        for consent in definition.consents
        if (consent.id, consent.version) in given
    }


def _texts(services: Services, type: str, value: Value) -> tuple[str, ...]:
    match value:
        case bool():
            return ("yes",)
        case tuple():
            return value
        case str() if type == "place" and value in services.catalogue.municipalities:
            return (services.catalogue.municipalities[value].name,)
    return (value,)
