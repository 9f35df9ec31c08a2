"""The visitor's way: the form, the receipt, the confirmation."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from mentorkorps import forms
from mentorkorps.addresses import address
from mentorkorps.backend import intake, posted
from mentorkorps.backend.clock import danish_day
from mentorkorps.backend.letters import answer_by
from mentorkorps.backend.office import Office, office_of
from mentorkorps.backend.reply import (
    NOT_KEPT,
    PRIVATE,
    Refusal,
    framed,
    language_of,
    page,
    problem,
    speak,
    wants_json,
)
from mentorkorps.backend.store import SignUp, sign_up_by_id
from mentorkorps.backend.tokens import BadToken, ExpiredToken, Purpose
from mentorkorps.forms import Invalid
from mentorkorps.model import Form
from mentorkorps.rendering import render, words

FILLED_BY_LINK = ("programme", "course", "place")
LONGEST_LINKED = 100


async def sign_up(request: Request) -> Response:
    """POST /forms/<form>"""
    office = office_of(request)
    form = office.catalogue.forms.get(request.path_params["form"])
    if form is None:
        raise Refusal(404, "form")
    given = await posted.read(request)
    speak(request, given.get(forms.LANGUAGE, ("",))[0])
    try:
        answers = forms.read(form, office.catalogue, given, danish_day(office.clock()))
    except Invalid as invalid:
        return _explained(request, form, given, invalid)
    submission = intake.Submission(
        form=form.id,
        language=language_of(request),
        answers=answers,
        flagged=any(text.strip() for text in given.get(forms.TRAP, ())),
        fingerprint=intake.fingerprint(office.settings.secret_keys[0], form.id, answers),
        at=office.clock(),
    )
    kept = await office.store.do(intake.accept, submission)
    office.outbox.wake()
    return _thanked(request, kept)


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
    return _form_page(request, form, told)


async def receipt(request: Request) -> Response:
    """GET /receipt/<token>: thanks, and what happens next. Nothing personal stands on it."""
    office = office_of(request)
    kept = await _found(request, "receipt")
    language = language_of(request)
    programme = office.catalogue.programmes.get(kept.answers.get("programme"))
    promised = programme is not None and programme.answers is not None
    organisation = office.catalogue.organisations[programme.organisation] if promised else office.catalogue.portal()
    answers = office.catalogue.who_answers(programme)
    return page(
        request,
        "receipt.html",
        headers=PRIVATE,
        form=office.catalogue.forms[kept.form],
        ribbon=render("ribbon.html", language, step=0),
        is_confirmed=kept.confirmed_at is not None,
        function=answers.function.of(language),
        organisation=organisation.name.of(language),
        working_days=answers.working_days,
        answer_by=answer_by(office.catalogue, kept),
        form_address=office.settings.root + address("form", language, kept.form),
    )


async def confirmation(request: Request) -> Response:
    """GET /confirm/<token> shows a button and changes nothing: mail scanners open links."""
    kept = await _found(request, "confirm")
    if kept.confirmed_at:
        return _already_confirmed(request, kept)
    action = f"{office_of(request).settings.root}confirm/{request.path_params['token']}"
    return page(request, "confirm.html", headers=PRIVATE, action=action)


async def confirm(request: Request) -> Response:
    """POST /confirm/<token>"""
    office = office_of(request)
    kept = await _found(request, "confirm")
    before = await office.store.do(intake.confirm, kept.id, office.clock())
    if before is None or before.confirmed_at:
        return _already_confirmed(request, kept)
    office.outbox.wake()
    after = await office.store.do(sign_up_by_id, kept.id)
    by = answer_by(office.catalogue, after)
    return page(
        request, "confirmed.html", headers=PRIVATE, already=False, answer_by=by, receipt=receipt_path(office, kept)
    )


def receipt_path(office: Office, kept: SignUp) -> str:
    """The receipt's address, without the host: it holds wherever the visitor sees the site."""
    return f"{office.settings.root}receipt/{office.tokens.sign('receipt', kept.id, kept.received_at)}"


async def _found(request: Request, purpose: Purpose) -> SignUp:
    """The sign-up that a link stands for; from here on its language is spoken."""
    office = office_of(request)
    try:
        id = office.tokens.read(purpose, request.path_params["token"])
    except ExpiredToken as expired:
        kept = await office.store.do(sign_up_by_id, expired.id)
        if kept and kept.confirmed_at:
            speak(request, kept.language)
            return kept
        speak(request, kept.language if kept else "")
        raise Refusal(410, "expired", PRIVATE) from None
    except BadToken:
        raise Refusal(404, "link", PRIVATE) from None
    kept = await office.store.do(sign_up_by_id, id)
    if kept is None:
        raise Refusal(404, "link", PRIVATE)
    speak(request, kept.language)
    return kept


def _already_confirmed(request: Request, kept: SignUp) -> Response:
    office = office_of(request)
    by = answer_by(office.catalogue, kept)
    return page(
        request, "confirmed.html", headers=PRIVATE, already=True, answer_by=by, receipt=receipt_path(office, kept)
    )


def _explained(request: Request, form: Form, given: posted.Posted, invalid: Invalid) -> Response:
    language = language_of(request)
    if wants_json(request):
        errors = [{"field": one.field, "detail": one.message.of(language)} for one in invalid.wrong]
        return problem(422, str(words(language)["form"]["summary"]), errors=errors)
    return _form_page(request, form, given, invalid)


def _form_page(request: Request, form: Form, given: posted.Posted, invalid: Invalid | None = None) -> Response:
    office, language = office_of(request), language_of(request)
    content = forms.page_html(
        form,
        office.catalogue,
        language,
        action=f"{office.settings.root}forms/{form.id}",
        posted=given,
        wrong=invalid.wrong if invalid else (),
    )
    title = form.title.of(language)
    if invalid:
        title = f"{words(language)['form']['error']} {title}"
    return framed(request, title, content, 422 if invalid else 200, NOT_KEPT)


def _thanked(request: Request, kept: SignUp) -> Response:
    path = receipt_path(office_of(request), kept)
    if wants_json(request):
        return JSONResponse({"receipt": path}, 201, NOT_KEPT)
    return RedirectResponse(path, 303, NOT_KEPT)
