"""Pages of the desk, in the look of the portal: templates/desk/, each of which extends base.html."""

from collections.abc import Mapping

from markupsafe import Markup
from starlette.responses import HTMLResponse

from mentorkorps.backend.recipients_file import Person
from mentorkorps.backend.services import Visit
from mentorkorps.backend.web.responses import PRIVATE
from mentorkorps.interface.templates import render


def desk_page(
    visit: Visit,
    template: str,
    person: Person | None,
    more_headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """A template of templates/desk/ in the shell, with who is logged in. Its <h1> gives the title."""
    content = render(
        f"desk/{template}",
        visit.language,
        root=visit.root,
        start=f"{visit.root}desk/",
        person=person,
        **values,
    )
    title = Markup(content.partition("<h1>")[2].partition("</h1>")[0]).striptags()
    return visit.framed(title, content, 200, PRIVATE | dict(more_headers or {}))
