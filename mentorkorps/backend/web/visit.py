"""A request as handlers take it: made once, answered in the look of the site or as JSON."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from mentorkorps.backend.clock import Clock
from mentorkorps.backend.settings import Settings
from mentorkorps.backend.web.request_body import (
    Body,
    FieldShapes,
    Posted,
    PostedForm,
    read_body,
)
from mentorkorps.backend.web.responses import (
    KEPT_BY_BROWSER,
    NOT_KEPT,
    PRIVATE,
    Refusal,
    Shell,
    problem,
)
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.forms import Form
from mentorkorps.forms.answers import LANGUAGE, Hint
from mentorkorps.forms.validation import todays_names
from mentorkorps.interface.addresses import address, translations
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import LANGUAGES, Language
from mentorkorps.interface.templates import render


class WebServices(Protocol):
    """What answers need, whatever else the handlers use."""

    @property
    def settings(self) -> Settings: ...

    @property
    def shell(self) -> Shell: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def catalogue(self) -> Catalogue: ...


LOST_LINKS = (
    "link",
    "expired",
    "expired_links",
    "ended",
    "ended_confirmed",
    "deleted",
    "withdrawn",
    "address_settled",
)
"""Refusals of links to somebody's own sign-up: their page offers to send the links once more."""

S = TypeVar("S", bound=WebServices)
R = TypeVar("R", bound=Response)


@dataclass(slots=True)
class Visit(Generic[S]):
    """One request. `now`: the moment by which all of it is judged. `body`: what its route takes, if
    anything.

    `language` and `posted` become known as the request is read; every refusal from then on uses
    them. `translatable`: the path at which the page stands in either language, if it does.
    """

    services: S
    request: Request
    language: Language
    wants_json: bool
    now: datetime
    body: Body | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    posted: PostedForm | None = None
    translatable: str = ""

    @property
    def tongue(self) -> str:
        """The query that keeps the language which the visitor chose for a page; empty without."""
        asked = self.request.query_params.get("lang")
        return f"?lang={asked}" if asked in LANGUAGES else ""

    def speak_as_asked(self, language: str, address: str) -> None:
        """Answers in this language, unless the visitor asked for another one in the address. The
        same page stands at `address` in either.
        """
        self.translatable = address
        if not self.tongue:
            self.speak(language)

    @property
    def root(self) -> str:
        """The path of the site on its host, with slashes at both ends."""
        return self.services.settings.root

    def parameter(self, name: str) -> str:
        """What stands in the address where the route says {name}."""
        return str(self.request.path_params[name])

    def speak(self, language: str) -> None:
        """Answers in this language from here on; a language that we lack changes nothing."""
        if language in LANGUAGES:
            self.language = "en" if language == "en" else "da"

    async def read_body(self) -> Posted:
        """The body by the shapes that the route declares. Raises Refusal."""
        return await read_body(self.request, self.body.shapes if self.body else FieldShapes())

    async def read_form(self, form: Form | None) -> Posted:
        """A form's answers as they were typed; every later refusal gives them back, in their
        language.

        `form` is None where nobody knows which one it is. Raises Refusal.
        """
        shapes = FieldShapes.of(form) if form else FieldShapes(are_known=False)
        posted = await read_body(self.request, shapes)
        if form:
            posted = todays_names(form, posted)
        self.speak("".join(posted.get(LANGUAGE, ())[:1]))
        self.posted = PostedForm(form, posted)
        return posted

    def page(
        self,
        template: str,
        status: int = 200,
        headers: Mapping[str, str] = NOT_KEPT,
        **values: object,
    ) -> HTMLResponse:
        """A template of templates/reply/ in the shell. Its first line gives the title, in <h1>."""
        content = render(
            f"reply/{template}",
            self.language,
            root=self.root,
            tongue=self.tongue,
            operator=self.services.catalogue.operator,
            **values,
        )
        title = Markup(content.partition("<h1>")[2].partition("</h1>")[0]).striptags()
        return self.framed(title, content, status, headers)

    def framed(
        self, title: str, content: str, status: int = 200, headers: Mapping[str, str] = NOT_KEPT
    ) -> HTMLResponse:
        """A whole page of HTML that was made elsewhere."""
        trial = render("trial.html", self.language, operator=self.services.catalogue.operator)
        page = self.services.shell.page(self.language, title, trial + content, self._translated)
        return self._kept_by_browser(HTMLResponse(page, status, headers))

    @property
    def _translated(self) -> str:
        """Where the same page stands in the other language, if it does: a form that comes back with
        what was typed stands at its own address.
        """
        other: Language = "da" if self.language == "en" else "en"
        if self.translatable:
            return f"{self.translatable}?lang={other}"
        if self.posted and self.posted.form:
            return self.root + address("form", other, self.posted.form.id)
        if self.request.method != "GET":
            return ""
        path = self.request.url.path
        query = self.request.query_params.multi_items()
        asked = [(name, value) for name, value in query if name != "lang"]
        if addresses := translations(path.removeprefix(self.root)):
            return f"{self.root}{addresses[other]}?{urlencode(asked)}"
        return f"{quote(path)}?{urlencode([*asked, ('lang', other)])}"

    def _kept_by_browser(self, response: R) -> R:
        if self.request.method == "POST" and response.headers.get("Cache-Control") == "no-store":
            response.headers["Cache-Control"] = KEPT_BY_BROWSER
        return response

    def json(
        self, content: object, status: int = 200, headers: Mapping[str, str] = NOT_KEPT
    ) -> JSONResponse:
        return JSONResponse(content, status, headers)

    def redirect(self, path: str, headers: Mapping[str, str] = NOT_KEPT) -> RedirectResponse:
        return RedirectResponse(path, 303, headers)

    def refuse(self, refusal: Refusal) -> Response:
        """The one place where a refusal becomes an answer. What was posted is given back."""
        sentences = words(self.language)["reply"]["refused"][refusal.words]
        labelled = self.posted.labelled(self.language) if self.posted else ()
        response: Response
        if self.wants_json:
            answers = {"answers": self.posted.answers()} if self.posted else {}
            response = problem(
                refusal.status, sentences["title"], detail=sentences["text"], **answers
            )
        elif labelled:
            response = self.page(
                "given-back.html",
                refusal.status,
                PRIVATE,
                refused=sentences,
                typed=labelled,
                action=refusal.action,
            )
        elif refusal.words == "missing":
            response = HTMLResponse(self.services.shell.missing[self.language], refusal.status)
        else:
            response = self.page(
                "refused.html",
                refusal.status,
                refused=sentences,
                action=refusal.action,
                is_lost_link=refusal.words in LOST_LINKS,
            )
        response.headers.update(refusal.headers)
        return response if self.wants_json else self._kept_by_browser(response)

    def refuse_with_form(self, refusal: Refusal, form_page: Callable[[str], Response]) -> Response:
        """The form with everything that was typed, to be sent again; for programs the refusal.

        `form_page` makes the form's page with a sentence above it.
        """
        if self.wants_json:
            return self.refuse(refusal)
        sentences = words(self.language)["reply"]["refused"][refusal.words]
        response = form_page(f"{sentences['title']}. {sentences['text']}")
        response.status_code = refusal.status
        response.headers.update(refusal.headers)
        return self._kept_by_browser(response)

    def question(self, hints: Sequence[Hint]) -> str:
        """What a form asks before it is kept: whether an address was meant otherwise."""
        question = " ".join(hint.message.of(self.language) for hint in hints)
        return str(words(self.language)["form"]["look_again"]).format(question=question)


def visit_of(request: Request, body: Body | None = None, query: Sequence[str] = ()) -> Visit[Any]:
    """The visit that a request is, made when it is first asked for.

    Handlers get it; the handlers of exceptions, which Starlette gives the request alone, ask here.
    """
    visit: Visit[Any] | None = getattr(request.state, "visit", None)
    if visit is None:
        services: WebServices = request.app.state.services
        accept = request.headers.get("accept", "")
        visit = Visit(
            services,
            request,
            language=_language_of(request),
            wants_json="json" in accept and "text/html" not in accept,
            now=services.clock(),
            body=body,
            query={
                name: request.query_params[name] for name in query if name in request.query_params
            },
        )
        request.state.visit = visit
    return visit


def endpoint(
    handler: Callable[[Visit[Any]], Awaitable[Response]], body: Body | None, query: Sequence[str]
) -> Callable[[Request], Awaitable[Response]]:
    """A handler as Starlette calls it."""

    async def answer(request: Request) -> Response:
        return await handler(visit_of(request, body, query))

    return answer


def _language_of(request: Request) -> Language:
    """As the address says, else as the page that the visitor came from."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        return "en" if asked == "en" else "da"
    came_from = urlsplit(request.headers.get("referer", "")).path
    is_english = any(f"{path}/".startswith("/en/") for path in (request.url.path, came_from))
    return "en" if is_english else "da"
