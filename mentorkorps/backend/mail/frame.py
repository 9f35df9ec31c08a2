"""What all mails have in common to the eye: a greeting, one button, a small table of facts.

The text of a mail is its template's (templates/mail/<kind>.txt): paragraphs, with an empty line
after each, and links on lines of their own. It becomes blocks, and from the same blocks come the
plain text and the HTML, so that one says what the other says.

Mails of a kind mostly differ by their links alone, so a mail is rendered once with gaps for those.
"""

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from secrets import token_hex
from typing import Literal

from jinja2 import meta
from markupsafe import escape

from mentorkorps.backend.mail.mime import Picture, PreparedText, prepare, quoted_printable
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language
from mentorkorps.interface.templates import environment, render

MARK_FILE = Path(__file__).parent / "mark.png"
"""The portal's mark; tools/mails.py draws it from the favicon of the site."""
MARK_ID = "mark@mentorkorps"
MARKS = {gap: f"gap{token_hex(16)}{gap}" for gap in ("link", "own_page", "leave", "name")}
"""What stands in a mail that is prepared, where each mail has its own; nobody can write it."""

Fact = tuple[str, str]
"""Label and value."""


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What a mail may say. `table`: what, when, where. `values`: by the names that templates use.

    `greeting_name`: who is greeted by name.
    """

    greeting_name: str | None = None
    table: Sequence[Fact] = ()
    values: Mapping[str, Hashable] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PreparedMail:
    """The mail of a kind. `gaps`: the names of what differs from mail to mail."""

    subject: str
    text: PreparedText
    html: PreparedText
    gaps: frozenset[str]

    def filled(self, values: Mapping[str, str]) -> tuple[bytes, bytes]:
        """Plain text and HTML with the value of each gap, as quoted-printable."""
        plain = {gap: quoted_printable(value) for gap, value in values.items()}
        escaped = {gap: quoted_printable(escape(value)) for gap, value in values.items()}
        return self.text.filled(plain), self.html.filled(escaped)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph with its `lines`, the table of `facts`, or a link: the `button`, or a `link` in the text."""

    kind: Literal["paragraph", "facts", "button", "link"]
    lines: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    label: str = ""

    @property
    def text(self) -> str:
        if self.kind == "facts":
            return "\n".join(f"{label}: {value}" for label, value in self.facts)
        return "\n".join(self.lines)


@lru_cache(maxsize=512)
def prepare_mail(
    kind: str,
    language: Language,
    sender: str,
    has_button: bool,
    has_name: bool,
    waiting: int | None,
    table: tuple[Fact, ...],
    values: tuple[tuple[str, Hashable], ...],
) -> PreparedMail:
    """The mail of that kind. `sender`: the name at its head. The rest as in MailFacts."""
    text = render(
        f"mail/{kind}.txt",
        language,
        **dict(values),
        facts=table,
        url=MARKS["link"] if has_button else "",
        mine=MARKS["own_page"],
        leave=MARKS["leave"],
        greeting_name=MARKS["name"] if has_name else None,
        waiting=waiting,
    )
    interface = words(language)
    labels = {
        MARKS["own_page"]: interface.text("reply", "mine", "link"),
        MARKS["leave"]: interface.text("lists", "leave", "button"),
    }
    if has_button:
        labels[MARKS["link"]] = interface.text("mail", kind, "button")
    subject = interface.text("mail", kind, "subject")
    blocks = tuple(_blocks(text, labels, table))
    html = render(
        "mail/page.html",
        language,
        subject=subject,
        blocks=blocks,
        sender=sender,
        picture=MARK_ID,
    )
    plain = prepare("\n\n".join(block.text for block in blocks) + "\n", MARKS)
    page = prepare(html, MARKS)
    return PreparedMail(subject, plain, page, frozenset(plain.gaps + page.gaps))


def used_values(kind: str, values: Mapping[str, Hashable]) -> tuple[tuple[str, Hashable], ...]:
    """Those that the kind's template asks for: with others no two mails would be alike."""
    used = _names_in(f"mail/{kind}.txt")
    return tuple((name, value) for name, value in values.items() if name in used)


@cache
def _names_in(template: str) -> frozenset[str]:
    """What a template asks for, with those that it includes."""
    loader = environment().loader
    assert loader
    written = environment().parse(loader.get_source(environment(), template)[0])
    included = filter(None, meta.find_referenced_templates(written))
    return frozenset(meta.find_undeclared_variables(written)).union(*map(_names_in, included))


@cache
def mark() -> Picture:
    """The portal's mark, as it stands at the head of each mail."""
    return Picture(MARK_ID, MARK_FILE.read_bytes())


def _blocks(text: str, labels: Mapping[str, str], table: tuple[Fact, ...]) -> Iterator[Block]:
    """The lines that templates/mail/facts.txt writes become a table."""
    facts = Block("facts", facts=table)
    for paragraph in re.split(r"\n{2,}", text.strip()):
        lines = tuple(paragraph.split("\n"))
        if label := labels.get(lines[0]):
            yield Block("button" if lines[0] == MARKS["link"] else "link", lines, label=label)
        elif table and paragraph == facts.text:
            yield facts
        elif re.fullmatch(r"https?://\S+", paragraph):
            yield Block("link", lines, label=paragraph)
        else:
            yield Block("paragraph", lines)
