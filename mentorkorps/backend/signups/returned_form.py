"""What was typed, given back where it cannot be kept: nobody writes it twice.

From another site's page the form comes back without its consents, because nobody knows beside
which words they were ticked.
"""

from typing import NoReturn

from starlette.responses import Response

from mentorkorps.backend.services import Visit
from mentorkorps.backend.web.request_body import Posted, PostedForm
from mentorkorps.backend.web.responses import NOT_KEPT, Refusal
from mentorkorps.catalogue.model.forms import Form
from mentorkorps.forms.answers import HIDDEN, Invalid
from mentorkorps.forms.html import form_page_html
from mentorkorps.interface.addresses import address
from mentorkorps.interface.i18n import words


async def refuse_unread(visit: Visit, refusal: Refusal) -> NoReturn:
    """Reads the body of a request that is refused before that, and raises the refusal with what
    was typed.
    """
    try:
        await visit.read_form(None)
    except Refusal:
        raise refusal from None
    raise refusal


async def refuse_elsewhere(visit: Visit) -> Response:
    """What a page of another site posts to a form is refused and stands in our own form, to be sent
    from here.

    The ticks of its consents do not: nobody knows beside which words they were set.
    """
    refusal = Refusal(403, "elsewhere")
    form = visit.services.catalogue.forms.get(visit.request.url.path.removeprefix("/forms/"))
    if form is None:
        return visit.refuse(refusal)
    try:
        posted = await visit.read_form(form)
    except Refusal:
        return visit.refuse(refusal)
    asked = {field.id for field in form.fields} | set(HIDDEN)
    answered = {name: texts for name, texts in posted.items() if name in asked}
    visit.posted = PostedForm(form, answered)
    return form_again(visit, form, answered, refusal)


def form_again(visit: Visit, form: Form, posted: Posted, refusal: Refusal) -> Response:
    """The form page with everything that was typed, to be sent from there; for programs the
    refusal with it.
    """
    return visit.refuse_with_form(
        refusal, lambda notice: filled_form(visit, form, posted, notice=notice)
    )


def filled_form(
    visit: Visit, form: Form, posted: Posted, invalid: Invalid | None = None, notice: str = ""
) -> Response:
    """The form page with what was typed or linked, and what is wrong with it."""
    content = form_page_html(
        form,
        visit.services.catalogue,
        visit.language,
        action=f"{visit.root}forms/{form.id}",
        find=f"{visit.root}find",
        privacy=visit.root + address("privacy", visit.language),
        posted=posted,
        wrong=invalid.wrong if invalid else (),
        notice=notice,
    )
    title = form.title.of(visit.language)
    if invalid:
        title = f"{words(visit.language)['form']['error']} {title}"
    return visit.framed(title, content, 422 if invalid else 200, NOT_KEPT)
