"""Answers in the look of the site, or as JSON for programs that ask for it.

`shell.html` is built like a page and filled here, so that receipts, errors and the coordinator's
page look like the site without a second set of templates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from pathlib import Path
from urllib.parse import urlsplit

from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from mentorkorps.forms.answers import Hint
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import LANGUAGES, Language
from mentorkorps.interface.templates import render

TITLE = "[[shell:title]]"
CONTENT = "<!-- shell:content -->"
NOT_KEPT = {"Cache-Control": "no-store"}
PRIVATE = NOT_KEPT | {"Referrer-Policy": "no-referrer"}
COME_BACK = {"Retry-After": "5"}
FOLDERS: dict[Language, str] = {"da": "", "en": "en/"}
STATUS_WORDS = {
    400: "unreadable",
    403: "elsewhere",
    404: "missing",
    405: "method",
    413: "too_large",
    415: "content_type",
    503: "busy",
}


class SiteMissing(Exception):
    """There is no built site to serve."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} {reason}: run make build first")
        self.path = path


class Refusal(Exception):
    """The answer to a request that cannot be met. `words` names its sentences in the texts under reply.refused.

    `action`: where the button leads by which a visitor can go on, if there is one.
    """

    def __init__(self, status: int, words: str, headers: dict[str, str] | None = None, action: str = "") -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.headers = headers or {}
        self.action = action


@dataclass(frozen=True, slots=True)
class Shell:
    """The built frame of a page and the built page for what is not there, by language."""

    frames: dict[Language, str] = field(repr=False)
    missing: dict[Language, str] = field(repr=False)

    def page(self, language: Language, title: str, content: str) -> str:
        """A whole page. `title` is plain text, `content` is HTML."""
        before, _, after = self.frames[language].replace(TITLE, escape(title)).partition(CONTENT)
        return before + content + after


def read_shell(site: Path) -> Shell:
    """Raises SiteMissing."""
    frames = {language: _read(site / folder / "shell.html") for language, folder in FOLDERS.items()}
    for language, frame in frames.items():
        if CONTENT not in frame or TITLE not in frame:
            raise SiteMissing(site / FOLDERS[language] / "shell.html", f"lacks {TITLE} or {CONTENT}")
    return Shell(frames, {language: _read(site / folder / "404.html") for language, folder in FOLDERS.items()})


def page(
    request: Request, template: str, status: int = 200, headers: dict[str, str] = NOT_KEPT, **values: object
) -> HTMLResponse:
    """A template of templates/reply/ in the shell. The template gives the title as its first line, in <h1>."""
    language = language_of(request)
    root = request.app.state.services.settings.root
    content = render(f"reply/{template}", language, root=root, **values)
    title = Markup(content.partition("<h1>")[2].partition("</h1>")[0]).striptags()
    return framed(request, title, content, status, headers)


def framed(
    request: Request, title: str, content: str, status: int = 200, headers: dict[str, str] = NOT_KEPT
) -> HTMLResponse:
    shell: Shell = request.app.state.services.shell
    return HTMLResponse(shell.page(language_of(request), title, content), status, headers)


def problem(status: int, title: str, **more: object) -> JSONResponse:
    """An application/problem+json answer (RFC 9457)."""
    told = {"type": "about:blank", "title": title, "status": status} | more
    return JSONResponse(told, status, NOT_KEPT, media_type="application/problem+json")


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into a form, to be given back: for programs by field, for people by the field's label."""

    answers: Mapping[str, str | list[str]]
    labelled: tuple[tuple[str, str], ...]


def remember(request: Request, typed: Typed) -> None:
    """From here on every refusal of this request gives back what was typed, so that nobody writes it twice."""
    request.state.typed = typed


def refused(request: Request, refusal: Refusal) -> Response:
    """The one place where a refusal becomes an answer."""
    language = language_of(request)
    told = words(language)["reply"]["refused"][refusal.words]
    typed: Typed | None = getattr(request.state, "typed", None)
    if wants_json(request):
        answers = {"answers": typed.answers} if typed else {}
        response = problem(refusal.status, told["title"], detail=told["text"], **answers)
    elif typed and typed.labelled:
        response = page(
            request, "given-back.html", refusal.status, PRIVATE, told=told, typed=typed.labelled, action=refusal.action
        )
    elif refusal.words == "missing":
        shell: Shell = request.app.state.services.shell
        response = HTMLResponse(shell.missing[language], refusal.status)
    else:
        response = page(request, "refused.html", refusal.status, told=told, action=refusal.action)
    response.headers.update(refusal.headers)
    return response


def told_why(request: Request, refusal: Refusal) -> str:
    """What a form says that comes back with everything that was typed."""
    told = words(language_of(request))["reply"]["refused"][refusal.words]
    return f"{told['title']}. {told['text']}"


def come_back(form_page: Response, refusal: Refusal) -> Response:
    """The form with everything that was typed, as the answer that the refusal is."""
    form_page.status_code = refusal.status
    form_page.headers.update(refusal.headers)
    return form_page


def asked_back(request: Request, hints: Sequence[Hint]) -> str:
    """What the form asks before anything is kept: whether an address was meant otherwise."""
    language = language_of(request)
    question = " ".join(one.message.of(language) for one in hints)
    return str(words(language)["form"]["look_again"]).format(question=question)


def to_wait(wait: timedelta, words: str = "too_many") -> Refusal:
    """The refusal of what came too often."""
    return Refusal(429, words, {"Retry-After": str(ceil(wait.total_seconds()))})


def refusal_of(error: HTTPException) -> Refusal:
    """Starlette's own refusals, in our words."""
    kept = {name: value for name, value in (error.headers or {}).items() if name == "Allow"}
    return Refusal(error.status_code, STATUS_WORDS.get(error.status_code, "unreadable"), kept)


def use_language(request: Request, language: str) -> None:
    """From here on the request is answered in this language; a language that we lack changes nothing."""
    if language in LANGUAGES:
        request.state.language = language


def language_of(request: Request) -> Language:
    """As told by `speak`, else by the address, else by the page that the visitor came from."""
    if spoken := getattr(request.state, "language", None):
        return spoken
    asked = request.query_params.get("lang")
    came_from = urlsplit(request.headers.get("referer", "")).path
    is_english = asked == "en" or (asked != "da" and any(_english(path) for path in (request.url.path, came_from)))
    return "en" if is_english else "da"


def wants_json(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def _english(path: str) -> bool:
    return f"{path}/".startswith("/en/")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise SiteMissing(path, "does not exist") from None
