"""Answers in the look of the site, or as JSON for programs that ask for it.

`shell.html` is built like a page and filled here, so that receipts, errors and the coordinator's
page look like the site without a second set of templates.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from pathlib import Path

from markupsafe import escape
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from mentorkorps.interface.languages import Language

TITLE = "[[shell:title]]"
CONTENT = "<!-- shell:content -->"
LANGUAGE_LINK = re.compile(r'href="[^"]*"( lang="\w\w" hreflang="\w\w" rel="alternate")')
"""The link to the other language in the frame that docs/theme/main.html makes."""
NOT_KEPT = {"Cache-Control": "no-store"}
PRIVATE = NOT_KEPT | {"Referrer-Policy": "no-referrer"}
KEPT_BY_BROWSER = "no-cache, private"
"""Of a page that answers a POST, for which the browser cannot ask again: it would show an error of
its own when somebody goes back there, and what was typed would seem lost.
"""
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
    """The answer to a request that cannot be met. `words` names its sentences in the texts under
    reply.refused.

    `action`: where the button leads by which a visitor can go on, if there is one.
    """

    def __init__(
        self, status: int, words: str, headers: dict[str, str] | None = None, action: str = ""
    ) -> None:
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

    def page(self, language: Language, title: str, content: str, translated: str = "") -> str:
        """A whole page. `title` is plain text, `content` is HTML. `translated`: the address of the
        same page in the other language; without one the link to it leads to the front page.
        """
        frame = self.frames[language].replace(TITLE, escape(title))
        if translated:
            leads_there = f'href="{escape(translated)}"'
            frame = LANGUAGE_LINK.sub(lambda link: leads_there + link[1], frame, count=1)
        before, _, after = frame.partition(CONTENT)
        return before + content + after


def read_shell(site: Path) -> Shell:
    """Raises SiteMissing."""
    frames = {language: _read(site / folder / "shell.html") for language, folder in FOLDERS.items()}
    for language, frame in frames.items():
        if CONTENT not in frame or TITLE not in frame:
            raise SiteMissing(
                site / FOLDERS[language] / "shell.html", f"lacks {TITLE} or {CONTENT}"
            )
    return Shell(
        frames,
        {language: _read(site / folder / "404.html") for language, folder in FOLDERS.items()},
    )


def problem(status: int, title: str, **more: object) -> JSONResponse:
    """An application/problem+json answer (RFC 9457)."""
    details = {"type": "about:blank", "title": title, "status": status} | more
    return JSONResponse(details, status, NOT_KEPT, media_type="application/problem+json")


def to_wait(wait: timedelta, words: str = "too_many") -> Refusal:
    """The refusal of what came too often."""
    return Refusal(429, words, {"Retry-After": str(ceil(wait.total_seconds()))})


def refusal_of(error: HTTPException) -> Refusal:
    """Starlette's own refusals, in our words."""
    headers = {name: value for name, value in (error.headers or {}).items() if name == "Allow"}
    return Refusal(error.status_code, STATUS_WORDS.get(error.status_code, "unreadable"), headers)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise SiteMissing(path, "does not exist") from None
