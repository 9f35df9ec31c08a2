"""The volunteer's own page: see, change, withdraw, take along, delete.

Every step is a POST: what stands here is personal, and mail scanners open every link they find.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from starlette.responses import Response

from mentorkorps import forms
from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.clock import after_working_days, danish_day, spoken
from mentorkorps.backend.db import (
    access_log_rows,
    case_rows,
    mail_rows,
    place_rows,
    sign_up_rows,
)
from mentorkorps.backend.db.access_log_rows import LoggedAccess
from mentorkorps.backend.db.records import Case, CaseEvent, GivenConsent, Seat, SignUp
from mentorkorps.backend.db.writer import Busy, Unavailable
from mentorkorps.backend.mail.recipients import mailbox
from mentorkorps.backend.mail.sign_up_facts import WITHDRAWN_KEPT, answer_by
from mentorkorps.backend.mail.waiting import is_waiting
from mentorkorps.backend.services import Services, Visit
from mentorkorps.backend.signups import (
    changes,
    collected_confirmation,
    lifecycle,
    links,
    retention,
)
from mentorkorps.backend.signups.facts import all_facts, offer_link
from mentorkorps.backend.signups.returned_form import refuse_unread
from mentorkorps.backend.web.rate_limits import UNPROVED
from mentorkorps.backend.web.request_body import JSON, Body, FieldShapes, Posted, first_text
from mentorkorps.backend.web.responses import COME_BACK, PRIVATE, Refusal, to_wait
from mentorkorps.backend.web.routing import RouteSpec
from mentorkorps.catalogue.model.forms import ACCESS_LOG_MONTHS, MEANING_OF, Form
from mentorkorps.catalogue.model.text import Title
from mentorkorps.forms.answers import Invalid
from mentorkorps.forms.choices import rows
from mentorkorps.forms.html import form_html
from mentorkorps.interface.addresses import address
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import LANGUAGES, Language
from mentorkorps.interface.templates import render

SIGNED_UP, TALK = 0, 1
FILE = "mentorkorps.json"
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
    typed = changes.typed_answers(visit.services, definition, sign_up, consents)
    return _form(visit, definition, typed)


async def change(visit: Visit) -> Response:
    """POST /mine/<token>/change: the same verdict as on a sign-up."""
    sign_up, definition = await _changeable_or_given_back(visit)
    posted = await visit.read_form(definition)
    if hints := forms.hints(definition, posted):
        return _form(visit, definition, posted, notice=visit.question(hints))
    try:
        answers = await changes.put_answers(visit, sign_up, definition, posted)
    except Invalid as invalid:
        return _form(visit, definition, posted, invalid)
    except Refusal as refusal:
        return visit.refuse_with_form(
            refusal, lambda notice: _form(visit, definition, posted, notice=notice)
        )
    visit.services.outbox.wake()
    is_readdressed = lifecycle.is_another_address(sign_up, answers)
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


async def refuse(visit: Visit) -> Response:
    """POST /mine/<token>/no/<consent>: takes back a yes that the sign-up does without."""
    services, (sign_up, definition) = visit.services, await _changeable(visit)
    consent = visit.parameter("consent")
    if consent not in (asked.id for asked in definition.consents if not asked.required):
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


async def resume(visit: Visit) -> Response:
    """POST /mine/<token>/resume: takes a withdrawal back, as long as anything is kept."""
    services = visit.services
    sign_up = (await links.follow_link(visit, "mine")).sign_up
    if sign_up.withdrawn_at is None:
        return await _shown(visit)
    form = services.catalogue.forms.get(sign_up.form)
    if form is None:
        raise Refusal(410, "form", PRIVATE)
    limits = services.rate_limits.of(visit.request.scope, visit.now)
    if wait := limits.take("submission", UNPROVED):
        raise to_wait(wait)
    booking = allocation.booking_of(form, sign_up, services.catalogue)
    key = services.settings.secret_keys[0]
    try:
        await services.database.change(lifecycle.resume, sign_up.id, key, booking, visit.now)
    except tuple(changes.REFUSALS) as error:
        limits.give_back("submission", UNPROVED)
        raise changes.REFUSALS[type(error)] from error
    services.outbox.wake()
    return await _shown(visit, "resumed")


async def nudge(visit: Visit) -> Response:
    """POST /mine/<token>/nudge: asks for the answer that was promised, once its day is over."""
    services, sign_up = visit.services, await _active(visit)
    if not _may_nudge(visit, sign_up):
        return await _shown(visit)
    if wait := services.rate_limits.of(visit.request.scope, visit.now).take("submission", UNPROVED):
        raise to_wait(wait)
    is_told = await services.database.change(lifecycle.nudge, sign_up.id, visit.now)
    services.outbox.wake()
    if not is_told:
        return await _shown(visit, "nudged_today")
    first = mailbox(services.catalogue, services.settings, sign_up)
    has_second = services.settings.recipients.second(first) != first
    return await _shown(visit, "nudged" if has_second else "nudged_same")


def _may_nudge(visit: Visit, sign_up: SignUp) -> bool:
    is_late = answer_by(visit.services.catalogue, sign_up) < danish_day(visit.now)
    return is_waiting(sign_up) and is_late


async def download(visit: Visit) -> Response:
    """POST /mine/<token>/download: everything that is kept, as JSON."""
    services = visit.services
    sign_up = (await links.follow_link(visit, "mine")).sign_up
    consents = await services.database.read(sign_up_rows.consents_of, sign_up.id)
    mails = await services.database.read(mail_rows.mails_of, sign_up.id)
    seat = await services.database.read(place_rows.seat_of, sign_up.id)
    case = await services.database.read(case_rows.case_by_id, sign_up.id)
    history = await services.database.read(case_rows.history, sign_up.id)
    accesses = await services.database.read(access_log_rows.accesses_of, sign_up.id)
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
        "case": _case(case, history) if case else None,
        "looked_at": [
            {"at": access.at, "role": access.role, "purpose": access.kind} for access in accesses
        ],
        "mails": [{"kind": mail.kind, "state": mail.state, "sent": mail.sent_at} for mail in mails],
    }
    text = json.dumps(
        record, ensure_ascii=False, indent=2, default=lambda moment: moment.isoformat()
    )
    headers = PRIVATE | {"Content-Disposition": f'attachment; filename="{FILE}"'}
    return Response(text, headers=headers, media_type="application/json")


def _case(case: Case, history: Sequence[CaseEvent]) -> dict[str, object]:
    """What coordinators noted, and when; not which of them (Datatilsynet, 6 June 2024)."""
    return {
        "state": case.state,
        "opened": case.opened_at,
        "answer_due": case.due_on,
        "events": [
            {
                "at": event.at,
                "kind": event.kind,
                "text": event.detail.text,
                "reason": event.detail.reason,
                "until": event.detail.until,
            }
            for event in history
        ],
    }


async def delete(visit: Visit) -> Response:
    """POST /mine/<token>/delete: only with the tick that says that it is meant."""
    services = visit.services
    sign_up = (await links.follow_link(visit, "mine")).sign_up
    if not first_text(await visit.read_body(), "sure").strip():
        return await _shown(visit, "not_sure")
    if wait := services.rate_limits.of(visit.request.scope, visit.now).take("erasure", 1):
        raise to_wait(wait, "too_many_erased")
    purged = await services.database.change(lifecycle.erase, sign_up.id, visit.now)
    services.outbox.wake()
    retention.forget_files(services.settings, purged.mails)
    return visit.page("mine-gone.html", headers=PRIVATE)


ROUTES = (
    RouteSpec("GET", "/mine/{token}", ask_to_open),
    RouteSpec("POST", "/mine/{token}", show),
    RouteSpec("POST", "/mine/{token}/form", form),
    RouteSpec("POST", "/mine/{token}/change", change, body=Body()),
    RouteSpec("POST", "/mine/{token}/no/{consent}", refuse),
    RouteSpec("POST", "/mine/{token}/withdraw", withdraw),
    RouteSpec("POST", "/mine/{token}/resume", resume),
    RouteSpec("POST", "/mine/{token}/nudge", nudge),
    RouteSpec("POST", "/mine/{token}/download", download, answer="json"),
    RouteSpec("POST", "/mine/{token}/delete", delete, body=SURE),
)


def _place(services: Services, seat: Seat) -> dict[str, object]:
    kind = MEANING_OF[seat.bookable.kind]
    record = services.catalogue.todays(seat.bookable.kind, seat.bookable.record)
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


async def _shown(visit: Visit, notice: str = "") -> Response:
    services, linked = visit.services, await links.follow_link(visit, "mine")
    sign_up, language = linked.sign_up, visit.language
    notice = "asked_later" if notice == "asked_again" and sign_up.silenced else notice
    consents = await services.database.read(sign_up_rows.consents_of, sign_up.id)
    accesses = await services.database.read(access_log_rows.accesses_of, sign_up.id)
    definition = services.catalogue.forms.get(sign_up.form)
    leaves_at = collected_confirmation.leaves_at(sign_up.asked_at)
    facts = await all_facts(visit, sign_up)
    withdrawn = sign_up.withdrawn_at
    return visit.page(
        "mine.html",
        headers=PRIVATE,
        said=notice,
        may_nudge=_may_nudge(visit, sign_up) and not notice.startswith("nudged"),
        nudge_by=_answered_by_from(visit, sign_up),
        facts=facts,
        offer=offer_link(visit, linked, facts),
        ribbon=_ribbon(definition, sign_up, language),
        received=spoken(sign_up.received_at, language),
        confirmed=sign_up.confirmed_at and spoken(sign_up.confirmed_at, language),
        answered=sign_up.answered_at and spoken(sign_up.answered_at, language),
        withdrawn=withdrawn and spoken(withdrawn, language),
        undo_days=WITHDRAWN_KEPT.days,
        undo_until=withdrawn and spoken(withdrawn + WITHDRAWN_KEPT, language),
        collected=sign_up.silenced and spoken(leaves_at, language),
        answers=rows(definition, services.catalogue, sign_up.answers, language),
        consents=[_consent_row(definition, consent, language) for consent in consents],
        accesses=[_access_row(access, language) for access in accesses],
        log_months=ACCESS_LOG_MONTHS,
        may_change=definition is not None and not withdrawn,
        may_resume=definition is not None and withdrawn is not None,
        is_told_when_erased=lifecycle.is_told_when_erased(sign_up),
        action=_address(visit),
    )


def _answered_by_from(visit: Visit, sign_up: SignUp) -> date:
    """By when an answer is due to somebody who asks for it today."""
    catalogue = visit.services.catalogue
    programme = catalogue.programmes.get(sign_up.answer("programme") or "")
    working_days = catalogue.who_answers(programme).working_days
    return after_working_days(danish_day(visit.now), working_days)


def _ribbon(definition: Form | None, sign_up: SignUp, language: Language) -> str:
    if definition is None or not definition.journey or not sign_up.awaited:
        return ""
    return render("ribbon.html", language, step=TALK if sign_up.answered_at else SIGNED_UP)


def _access_row(access: LoggedAccess, language: Language) -> dict[str, str]:
    """When, what for and in which role somebody looked; not who (Datatilsynet, 6 June 2024)."""
    return {
        "moment": spoken(access.at, language),
        "role": words(language).text("desk", "roles", access.role),
        "purpose": words(language).text("desk", "purposes", access.kind),
    }


def _consent_row(
    definition: Form | None, consent: GivenConsent, language: Language
) -> dict[str, object]:
    consents = definition.consents if definition else ()
    current = next((asked for asked in consents if asked.id == consent.consent), None)
    is_same_text = current is not None and current.version == consent.version
    return {
        "id": consent.consent,
        "text": current.text.of(language) if current and is_same_text else consent.consent,
        "version": consent.version,
        "given": spoken(consent.given_at, language),
        "withdrawn": consent.withdrawn_at and spoken(consent.withdrawn_at, language),
        "may_refuse": current is not None and not current.required,
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
        action=f"{_address(visit)}/change{visit.tongue}",
        find=f"{visit.root}find",
        privacy=visit.root + address("privacy", visit.language),
        posted=posted,
        wrong=invalid.wrong if invalid else (),
    )
    content = render(
        "reply/mine-form.html",
        visit.language,
        inner=inner,
        action=_address(visit),
        notice=notice,
        tongue=visit.tongue,
    )
    title = str(sentences["change"])
    if invalid:
        title = f"{words(visit.language)['form']['error']} {title}"
    return visit.framed(title, content, 422 if invalid else 200, PRIVATE)
