"""What was typed, given back where it cannot be kept: nobody writes it twice."""

from typing import NoReturn

from starlette.requests import Request
from starlette.responses import Response

from mentorkorps import forms
from mentorkorps.backend import posted
from mentorkorps.backend.office import office_of
from mentorkorps.backend.reply import (
    NOT_KEPT,
    Refusal,
    Typed,
    come_back,
    framed,
    language_of,
    refused,
    remember,
    speak,
    told_why,
    wants_json,
)
from mentorkorps.forms import Invalid
from mentorkorps.model import Form
from mentorkorps.rendering import words

UNKNOWN = posted.Shapes(are_known=False)


async def give_back(request: Request, refusal: Refusal) -> NoReturn:
    """Reads the body of a request that is refused before that, and raises the refusal with what was typed."""
    try:
        given = await posted.read(request, UNKNOWN)
    except Refusal:
        raise refusal from None
    speak(request, given.get(forms.LANGUAGE, ("",))[0])
    keep_typed(request, None, given)
    raise refusal


def keep_typed(request: Request, form: Form | None, given: posted.Posted) -> None:
    """Whatever refuses the request from here on gives back what was typed."""
    lists = posted.Shapes.of(form).lists if form else frozenset()
    labels = {field.id: field.label.of(language_of(request)) for field in form.fields} if form else {}
    visible = {name: texts for name, texts in given.items() if name not in forms.HIDDEN and "".join(texts).strip()}
    answers = {name: list(texts) if name in lists or len(texts) > 1 else texts[0] for name, texts in visible.items()}
    labelled = tuple((labels.get(name, name), text) for name, texts in visible.items() for text in texts)
    remember(request, Typed(answers, labelled))


def form_back(request: Request, form: Form, given: posted.Posted, refusal: Refusal) -> Response:
    """The form page with everything that was typed, to be sent from there; for programs the refusal with it."""
    if wants_json(request):
        return refused(request, refusal)
    return come_back(filled_form(request, form, given, notice=told_why(request, refusal)), refusal)


async def from_elsewhere(request: Request, refusal: Refusal) -> Response:
    """What a page of another site posts to a form is refused and stands in our own form, to be sent from here.

    The ticks of its consents do not: nobody knows beside which words they were set.
    """
    form = office_of(request).catalogue.forms.get(request.scope["path"].removeprefix("/forms/"))
    if form is None:
        return refused(request, refusal)
    try:
        given = await posted.read(request, posted.Shapes.of(form))
    except Refusal:
        return refused(request, refusal)
    asked = {field.id for field in form.fields} | set(forms.HIDDEN)
    answered = {name: texts for name, texts in given.items() if name in asked}
    speak(request, given.get(forms.LANGUAGE, ("",))[0])
    keep_typed(request, form, answered)
    return form_back(request, form, answered, refusal)


def filled_form(
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
