"""The visitor's way: the form, the receipt, the confirmation."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from mentorkorps import forms
from mentorkorps.addresses import address
from mentorkorps.backend import door, doubt, intake, links, offers, places, posted, proof
from mentorkorps.backend.clock import danish_day
from mentorkorps.backend.giving_back import give_back
from mentorkorps.backend.letters import answer_by
from mentorkorps.backend.office import office_of
from mentorkorps.backend.reply import (
    NOT_KEPT,
    PRIVATE,
    Refusal,
    asked_back,
    framed,
    language_of,
    page,
    problem,
    speak,
    to_come_back,
    told_busy,
    wants_json,
)
from mentorkorps.backend.store import SignUp, sign_up_by_id
from mentorkorps.backend.writer import Busy, Unavailable
from mentorkorps.forms import Hint, Invalid
from mentorkorps.model import Form
from mentorkorps.rendering import render, words

FILLED_BY_LINK = ("programme", "course", "event", "place")
LONGEST_LINKED = 100
DOUBLE_CLICK = timedelta(minutes=10)


async def sign_up(request: Request) -> Response:
    """POST /forms/<form>"""
    office = office_of(request)
    form = office.catalogue.forms.get(request.path_params["form"])
    if form is None:
        return await give_back(request, Refusal(404, "form"))
    given = await posted.read(request, posted.Shapes.of(form))
    speak(request, given.get(forms.LANGUAGE, ("",))[0])
    try:
        answers = forms.read(form, office.catalogue, doubt.without_traps(form, given), danish_day(office.clock()))
    except Invalid as invalid:
        return _explained(request, form, given, invalid)
    hints = forms.hints(form, given)
    if hints and not wants_json(request):
        return _form_page(request, form, given, notice=asked_back(request, hints))
    submission = intake.submission(
        form,
        answers,
        language=language_of(request),
        keys=office.settings.secret_keys,
        at=office.clock(),
        signs=doubt.weighed(form, given, office.settings.secret_keys, office.clock(), door.is_crowded(request)),
        once=given.get(forms.ONCE, ("",))[0][:LONGEST_LINKED],
        booking=places.booking(form, answers, office.catalogue),
    )
    try:
        kept = await office.store.do(intake.accept, submission)
    except (Busy, Unavailable):
        if wants_json(request):
            raise
        return to_come_back(_form_page(request, form, given, notice=told_busy(request)))
    office.outbox.wake()
    return _thanked(request, kept, hints)


async def challenge(request: Request) -> Response:
    """GET /forms/<form>/challenge: what the form's script asks for when the form is first touched."""
    office, form = office_of(request), request.path_params["form"]
    if form not in office.catalogue.forms:
        raise Refusal(404, "form")
    return JSONResponse(proof.challenge(office.settings.secret_keys[0], form, office.clock()), headers=NOT_KEPT)


async def form_page(request: Request) -> Response:
    """The form page with answers from its address; without any, the built page."""
    office = office_of(request)
    form = office.catalogue.forms.get(request.path_params["form"])
    told = {
        name: (request.query_params[name][:LONGEST_LINKED],)
        for name in FILLED_BY_LINK
        if form and name in request.query_params and name in {field.id for field in form.fields}
    }
    if not told:
        return await office.site.get_response(office.site.get_path(request.scope), request.scope)
    return _form_page(request, form, told, notice=await offers.notice(request, form, told))


async def receipt(request: Request) -> Response:
    """GET /receipt/<token>: thanks, and what happens next. Nothing personal stands on it."""
    office = office_of(request)
    kept = await links.found(request, "receipt")
    language = language_of(request)
    form = office.catalogue.forms.get(kept.form)
    if form is None:
        raise Refusal(410, "form", PRIVATE)
    programme = office.catalogue.programmes.get(kept.answers.get("programme"))
    promised = programme is not None and programme.answers is not None
    organisation = office.catalogue.organisations[programme.organisation] if promised else office.catalogue.portal()
    answers = office.catalogue.who_answers(programme)
    return page(
        request,
        "receipt.html",
        headers=PRIVATE,
        form=form,
        ribbon=render("ribbon.html", language, step=0) if form.journey else "",
        code=None if links.is_again(request) else kept.code,
        seat=None if links.is_again(request) else await offers.seat(request, kept),
        is_confirmed=kept.confirmed_at is not None and not links.is_again(request),
        function=answers.function.of(language),
        organisation=organisation.name.of(language),
        working_days=answers.working_days,
        answer_by=answer_by(office.catalogue, kept),
        mine=None if form.is_anonymous or links.is_again(request) else links.path(office, "mine", kept),
        form_address=office.settings.root + address("form", language, kept.form),
    )


async def confirmation(request: Request) -> Response:
    """GET /confirm/<token> shows a button and changes nothing: mail scanners open links."""
    kept = await links.found(request, "confirm")
    if kept.confirmed_at:
        return _confirmed(request, kept, already=True)
    action = f"{office_of(request).settings.root}confirm/{request.path_params['token']}"
    return page(request, "confirm.html", headers=PRIVATE, action=action)


async def confirm(request: Request) -> Response:
    """POST /confirm/<token>"""
    office = office_of(request)
    kept = await links.found(request, "confirm")
    before = await office.store.do(intake.confirm, kept.id, office.catalogue, office.clock())
    if before is None or before.confirmed_at:
        return _confirmed(request, kept, already=True)
    office.outbox.wake()
    after = await office.store.do(sign_up_by_id, kept.id)
    return _confirmed(request, after, already=False)


def _confirmed(request: Request, kept: SignUp, already: bool) -> Response:
    office = office_of(request)
    return page(
        request,
        "confirmed.html",
        headers=PRIVATE,
        already=already,
        awaited=kept.awaited,
        answer_by=answer_by(office.catalogue, kept),
        receipt=links.path(office, "receipt", kept),
        mine=links.path(office, "mine", kept),
    )


def _explained(request: Request, form: Form, given: posted.Posted, invalid: Invalid) -> Response:
    language = language_of(request)
    if wants_json(request):
        errors = [
            {"field": one.field, "detail": one.message.of(language)}
            | ({"choices": list(one.choices)} if one.choices else {})
            for one in invalid.wrong
        ]
        return problem(422, str(words(language)["form"]["summary"]), errors=errors)
    return _form_page(request, form, given, invalid)


def _form_page(
    request: Request, form: Form, given: posted.Posted, invalid: Invalid | None = None, notice: str = ""
) -> Response:
    office, language = office_of(request), language_of(request)
    content = forms.page_html(
        form,
        office.catalogue,
        language,
        action=f"{office.settings.root}forms/{form.id}",
        find=f"{office.settings.root}find",
        posted=given,
        wrong=invalid.wrong if invalid else (),
        notice=notice,
    )
    title = form.title.of(language)
    if invalid:
        title = f"{words(language)['form']['error']} {title}"
    return framed(request, title, content, 422 if invalid else 200, NOT_KEPT)


def _thanked(request: Request, kept: SignUp, hints: tuple[Hint, ...]) -> Response:
    office, language = office_of(request), language_of(request)
    # Whoever knows what somebody else answered must not get that one's own page by sending it again.
    is_another = kept.confirmed_at is not None or office.clock() - kept.received_at > DOUBLE_CLICK
    path = links.path_again(office, kept) if is_another else links.path(office, "receipt", kept)
    if wants_json(request):
        told = [{"field": one.field, "detail": one.message.of(language), "suggestion": one.suggestion} for one in hints]
        return JSONResponse({"receipt": path} | ({"hints": told} if told else {}), 201, NOT_KEPT)
    return RedirectResponse(path, 303, NOT_KEPT)
