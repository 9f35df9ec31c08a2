"""The visitor's way: the form, the receipt, the confirmation."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from mentorkorps import forms
from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.bookings.seat_view import notice, seat
from mentorkorps.backend.clock import danish_day, spoken
from mentorkorps.backend.db.mail_rows import UNSENT, mails_of
from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.db.sign_up_rows import sign_up_by_id
from mentorkorps.backend.db.writer import Busy, Unavailable
from mentorkorps.backend.mail.compose import answer_by
from mentorkorps.backend.security import proof_of_work, spam
from mentorkorps.backend.services import services_of
from mentorkorps.backend.signups import collected_confirmation, confirm_all, lifecycle, links
from mentorkorps.backend.signups.returned_form import filled_form, form_back, form_given_back, keep_typed
from mentorkorps.backend.web import rate_limits, request_body
from mentorkorps.backend.web.responses import (
    COME_BACK,
    NOT_KEPT,
    PRIVATE,
    Refusal,
    asked_back,
    language_of,
    page,
    problem,
    to_wait,
    use_language,
    wants_json,
)
from mentorkorps.catalogue.model.forms import Form
from mentorkorps.catalogue.model.lasting import lasting_id
from mentorkorps.forms.answers import LANGUAGE, ONCE, Hint, Invalid
from mentorkorps.forms.validation import read_answers
from mentorkorps.interface.addresses import address
from mentorkorps.interface.i18n import words
from mentorkorps.interface.templates import render

FILLED_BY_LINK = ("programme", "course", "event", "place")
LONGEST_LINKED = 100
DOUBLE_CLICK = timedelta(minutes=10)


async def sign_up(request: Request) -> Response:
    """POST /forms/<form>"""
    services = services_of(request)
    form = services.catalogue.forms.get(request.path_params["form"])
    if form is None:
        await form_given_back(request, Refusal(404, "form"))
    given = await request_body.read_body(request, request_body.Shapes.of(form))
    use_language(request, given.get(LANGUAGE, ("",))[0])
    keep_typed(request, form, given)
    try:
        answers = read_answers(form, services.catalogue, spam.without_traps(form, given), danish_day(services.clock()))
    except Invalid as invalid:
        return _explained(request, form, given, invalid)
    hints = forms.hints(form, given)
    if hints and not wants_json(request):
        return filled_form(request, form, given, notice=asked_back(request, hints))
    is_crowded = services.rate_limits.is_crowded(form.id)
    submission = lifecycle.submission(
        form,
        answers,
        language=language_of(request),
        keys=services.settings.secret_keys,
        at=services.clock(),
        signs=spam.spam_signs(form, given, services.settings.secret_keys, services.clock(), is_crowded),
        once=given.get(ONCE, ("",))[0][:LONGEST_LINKED],
        booking=allocation.booking(form, answers, services.catalogue),
    )
    points = rate_limits.PROVED if submission.signs.proof else rate_limits.UNPROVED
    if wait := services.rate_limits.take(request.scope, "submission", points):
        return form_back(request, form, given, to_wait(wait))
    try:
        kept = await services.database.change(lifecycle.accept, submission)
    except (Busy, Unavailable):
        services.rate_limits.give_back(request.scope, "submission", points)
        return form_back(request, form, given, Refusal(503, "busy", COME_BACK))
    _count_without_proof(request, submission, kept)
    services.outbox.wake()
    return _thanked(request, kept, hints)


def _count_without_proof(request: Request, submission: lifecycle.Submission, kept: SignUp) -> None:
    """A proof that was spent before counts as none, which is known only now."""
    limits = services_of(request).rate_limits
    if submission.signs.proof and "spent" in kept.signs:
        limits.add(request.scope, "submission", rate_limits.UNPROVED - rate_limits.PROVED)
    if submission.signs.proof is None or "spent" in kept.signs:
        limits.add_to_crowd(request.scope, submission.form)


async def challenge(request: Request) -> Response:
    """GET /forms/<form>/challenge: what the form's script asks for when the form is first touched."""
    services = services_of(request)
    form = services.catalogue.forms.get(request.path_params["form"])
    if form is None:
        raise Refusal(404, "form")
    asked = proof_of_work.new_challenge(services.settings.secret_keys[0], lasting_id(form), services.clock())
    return JSONResponse(asked, headers=NOT_KEPT)


async def form_page(request: Request) -> Response:
    """The form page with answers from its address; without any, the built page."""
    services = services_of(request)
    form = services.catalogue.forms.get(request.path_params["form"])
    if form and form.id != request.path_params["form"]:
        form = None  # a former address leads on
    told = {
        name: (request.query_params[name][:LONGEST_LINKED],)
        for name in FILLED_BY_LINK
        if form and name in request.query_params and name in {field.id for field in form.fields}
    }
    if not told:
        return await services.site.get_response(services.site.get_path(request.scope), request.scope)
    return filled_form(request, form, told, notice=await notice(request, form, told))


async def receipt(request: Request) -> Response:
    """GET /receipt/<token>: thanks, and what happens next. Nothing personal stands on it."""
    services = services_of(request)
    kept = await links.found(request, "receipt")
    language = language_of(request)
    form = services.catalogue.forms.get(kept.form)
    is_anonymous = kept.answers.get("email") is None
    programme = services.catalogue.programmes.get(kept.answers.get("programme"))
    promised = programme is not None and programme.answers is not None
    organisation = services.catalogue.organisations[programme.organisation] if promised else services.catalogue.portal()
    answers = services.catalogue.who_answers(programme)
    return page(
        request,
        "receipt.html",
        headers=PRIVATE,
        form=form,
        is_anonymous=is_anonymous,
        awaited=kept.awaited,
        ribbon=render("ribbon.html", language, step=0) if form and form.journey else "",
        code=None if links.is_again(request) else kept.code,
        seat=None if links.is_again(request) else await seat(request, kept),
        is_confirmed=kept.confirmed_at is not None and not links.is_again(request),
        function=answers.function.of(language),
        organisation=organisation.name.of(language),
        working_days=answers.working_days,
        answer_by=answer_by(services.catalogue, kept),
        mine=None if is_anonymous or links.is_again(request) else links.path(request, "mine", kept),
        asked=await _asked(request, kept),
        form_address=services.settings.root + address("form", language, form.id) if form else None,
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """The mail that asks to confirm, as the receipt tells it: sent, on_its_way, failed, none, collected or repeated."""

    kind: str
    text: str


async def _asked(request: Request, kept: SignUp) -> Asked:
    is_repeated = links.is_again(request) and not kept.is_anonymous
    kind = "repeated" if is_repeated else await _state_of_mail(request, kept)
    moment = spoken(collected_confirmation.leaves_at(kept.asked_at), language_of(request))
    return Asked(kind, str(words(language_of(request))["reply"]["receipt"]["asked"][kind]).format(moment=moment))


async def _state_of_mail(request: Request, kept: SignUp) -> str:
    if kept.silenced:
        return "collected"
    mails = await services_of(request).database.read(mails_of, kept.id)
    states = [one.state for one in mails if one.kind == "confirm"] or ["none"]
    return "on_its_way" if states[-1] in UNSENT else states[-1]


async def confirmation(request: Request) -> Response:
    """GET /confirm/<token> shows a button and changes nothing: mail scanners open links."""
    kept = await links.found(request, "confirm")
    if kept.confirmed_at:
        return await _confirmed(request, kept, already=True)
    action = f"{services_of(request).settings.root}confirm/{request.path_params['token']}"
    others = await confirm_all.others(request, kept)
    return page(request, "confirm.html", headers=PRIVATE, action=action, others=others)


async def confirm(request: Request) -> Response:
    """POST /confirm/<token>"""
    services = services_of(request)
    kept = await links.found(request, "confirm")
    before = await services.database.change(lifecycle.confirm, kept.id, services.catalogue, services.clock())
    if before is None or before.confirmed_at:
        return await _confirmed(request, kept, already=True)
    services.outbox.wake()
    after = await services.database.read(sign_up_by_id, kept.id)
    return await _confirmed(request, after, already=False)


async def _confirmed(request: Request, kept: SignUp, already: bool) -> Response:
    services = services_of(request)
    return page(
        request,
        "confirmed.html",
        headers=PRIVATE,
        already=already,
        awaited=kept.awaited,
        answer_by=answer_by(services.catalogue, kept),
        receipt=links.path(request, "receipt", kept),
        mine=links.path(request, "mine", kept),
        others=await confirm_all.others(request, kept),
    )


def _explained(request: Request, form: Form, given: request_body.Posted, invalid: Invalid) -> Response:
    language = language_of(request)
    if wants_json(request):
        errors = [
            {"field": one.field, "detail": one.message.of(language)}
            | ({"choices": list(one.choices)} if one.choices else {})
            for one in invalid.wrong
        ]
        return problem(422, str(words(language)["form"]["summary"]), errors=errors)
    return filled_form(request, form, given, invalid)


def _thanked(request: Request, kept: SignUp, hints: tuple[Hint, ...]) -> Response:
    services, language = services_of(request), language_of(request)
    # Whoever knows what somebody else answered must not get that one's own page by sending it again.
    is_another = kept.confirmed_at is not None or services.clock() - kept.received_at > DOUBLE_CLICK
    path = links.receipt_again(services, kept) if is_another else links.receipt(services, kept)
    if wants_json(request):
        told = [{"field": one.field, "detail": one.message.of(language), "suggestion": one.suggestion} for one in hints]
        more = {"hints": told} if told else {}
        return JSONResponse({"receipt": path} | _mail(kept, is_another) | more, 201, NOT_KEPT)
    return RedirectResponse(path, 303, NOT_KEPT)


def _mail(kept: SignUp, is_another: bool) -> dict[str, str]:
    """For programs: which mail asks to confirm, and when it leaves where that is not at once."""
    if kept.is_anonymous:
        return {"mail": "none"}
    if is_another:
        return {"mail": "repeated"}
    if not kept.silenced:
        return {"mail": "confirm"}
    return {"mail": "collected", "mail_at": collected_confirmation.leaves_at(kept.asked_at).isoformat()}
