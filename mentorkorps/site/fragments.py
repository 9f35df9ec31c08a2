"""Generated parts of hand-written pages, and their links to forms."""

import re

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.forms import ACCESS_LOG_MONTHS, PURPOSES
from mentorkorps.interface.addresses import address
from mentorkorps.interface.languages import Language
from mentorkorps.interface.templates import render

FORM_LINK = re.compile(r"(?<=\]\()form:(?P<purpose>[a-z_]+)(?=[)\s#?])")
"""Where a link of a hand-written page leads to the form that serves a purpose:
`[words](form:refer)`.
"""
MARKER = re.compile(r"^<!-- mentorkorps:(\S+) -->$", re.MULTILINE)


class UnknownFragment(Exception):
    """A hand-written page asks for a generated part or a form that does not exist. `name` as it was
    written.
    """

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"{name} is unknown. Known: {', '.join(known)}.")
        self.name = name


def fragments(catalogue: Catalogue, language: Language) -> dict[str, str]:
    """The generated parts of hand-written pages, by name, each one block of HTML."""
    return {
        "retention": render(
            "retention.html",
            language,
            forms=catalogue.forms.values(),
            log_months=ACCESS_LOG_MONTHS,
        ).strip(),
        "operator": render("operator.html", language, operator=catalogue.operator).strip(),
        "contact": render("contact.html", language, operator=catalogue.operator).strip(),
        "fields": render("fields.html", language, tables=catalogue.dictionary.values()).strip(),
    }


def fill(markdown: str, catalogue: Catalogue, language: Language) -> str:
    """Puts the generated parts where lines such as `<!-- mentorkorps:retention -->` stand, and
    leads links to forms.

    Raises UnknownFragment for a name that no part has, or a purpose that no form serves.
    """
    markdown = FORM_LINK.sub(
        lambda link: _form_file(catalogue, language, link["purpose"]), markdown
    )
    if not MARKER.search(markdown):
        return markdown
    parts = fragments(catalogue, language)

    def part(marker: re.Match[str]) -> str:
        if marker[1] not in parts:
            raise UnknownFragment(marker[0], sorted(parts))
        return parts[marker[1]]

    return MARKER.sub(part, markdown)


def _form_file(catalogue: Catalogue, language: Language, purpose: str) -> str:
    """The file of a form's page, as a page at the root of the language's folder links to it."""
    for form in catalogue.forms.values():
        if form.purpose == purpose:
            at = address("form", language, form.id)
            return f"{at.removeprefix(address('front', language))}index.md"
    raise UnknownFragment(f"form:{purpose}", sorted(f"form:{known}" for known in PURPOSES))
