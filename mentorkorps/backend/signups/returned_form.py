"""What was typed, given back where it cannot be kept: nobody writes it twice.

From another site's page the form comes back without its consents, because nobody knows beside
which words they were ticked.
"""

from typing import NoReturn

from starlette.requests import Request
from starlette.responses import Response

from mentorkorps.backend.services import services_of
from mentorkorps.backend.web import request_body
from mentorkorps.backend.web.responses import (
    NOT_KEPT,
    Refusal,
    Typed,
    come_back,
    framed,
    language_of,
    refused,
    remember,
    told_why,
    use_language,
    wants_json,
)
from mentorkorps.catalogue.model.forms import Form
from mentorkorps.forms.answers import HIDDEN, LANGUAGE, Invalid
from mentorkorps.forms.html import form_page_html
from mentorkorps.interface.i18n import words

UNKNOWN = request_body.Shapes(are_known=False)


async def form_given_back(request: Request, refusal: Refusal) -> NoReturn:
    """Reads the body of a request that is refused before that, and raises the refusal with what was typed."""
    try:
        given = await request_body.read_body(request, UNKNOWN)
    except Refusal:
        raise refusal from None
    use_language(request, given.get(LANGUAGE, ("",))[0])
    keep_typed(request, None, given)
    raise refusal


def keep_typed(request: Request, form: Form | None, given: request_body.Posted) -> None:
    """Whatever refuses the request from here on gives back what was typed."""
    lists = request_body.Shapes.of(form).lists if form else frozenset()
    labels = {field.id: field.label.of(language_of(request)) for field in form.fields} if form else {}
    visible = {name: texts for name, texts in given.items() if name not in HIDDEN and "".join(texts).strip()}
    answers = {name: list(texts) if name in lists or len(texts) > 1 else texts[0] for name, texts in visible.items()}
    labelled = tuple((labels.get(name, name), text) for name, texts in visible.items() for text in texts)
    remember(request, Typed(answers, labelled))


def form_back(request: Request, form: Form, given: request_body.Posted, refusal: Refusal) -> Response:
    """The form page with everything that was typed, to be sent from there; for programs the refusal with it."""
    if wants_json(request):
        return refused(request, refusal)
    return come_back(filled_form(request, form, given, notice=told_why(request, refusal)), refusal)


async def from_elsewhere(request: Request, refusal: Refusal) -> Response:
    """What a page of another site posts to a form is refused and stands in our own form, to be sent from here.

    The ticks of its consents do not: nobody knows beside which words they were set.
    """
    form = services_of(request).catalogue.forms.get(request.scope["path"].removeprefix("/forms/"))
    if form is None:
        return refused(request, refusal)
    try:
        given = await request_body.read_body(request, request_body.Shapes.of(form))
    except Refusal:
        return refused(request, refusal)
    asked = {field.id for field in form.fields} | set(HIDDEN)
    answered = {name: texts for name, texts in given.items() if name in asked}
    use_language(request, given.get(LANGUAGE, ("",))[0])
    keep_typed(request, form, answered)
    return form_back(request, form, answered, refusal)


def filled_form(
    request: Request, form: Form, given: request_body.Posted, invalid: Invalid | None = None, notice: str = ""
) -> Response:
    services, language = services_of(request), language_of(request)
    content = form_page_html(
        form,
        services.catalogue,
        language,
        action=f"{services.settings.root}forms/{form.id}",
        find=f"{services.settings.root}find",
        posted=given,
        wrong=invalid.wrong if invalid else (),
        notice=notice,
    )
    title = form.title.of(language)
    if invalid:
        title = f"{words(language)['form']['error']} {title}"
    return framed(request, title, content, 422 if invalid else 200, NOT_KEPT)
