import re

from mentorkorps.catalogue.load import Catalogue
from mentorkorps.interface.languages import Language
from mentorkorps.interface.templates import render

MARKER = re.compile(r"^<!-- mentorkorps:(\S+) -->$", re.MULTILINE)


class UnknownFragment(Exception):
    """A hand-written page asks for a generated part that does not exist."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"<!-- mentorkorps:{name} --> is unknown. Known: {', '.join(known)}.")
        self.name = name


def fragments(catalogue: Catalogue, language: Language) -> dict[str, str]:
    """The generated parts of hand-written pages, by name, each one block of HTML."""
    return {
        "retention": render("retention.html", language, forms=catalogue.forms.values()).strip(),
        "fields": render("fields.html", language, tables=catalogue.dictionary.values()).strip(),
    }


def fill(markdown: str, catalogue: Catalogue, language: Language) -> str:
    """Puts the generated parts where lines such as `<!-- mentorkorps:retention -->` stand.

    Raises UnknownFragment for a name that no part has.
    """
    if not MARKER.search(markdown):
        return markdown
    parts = fragments(catalogue, language)

    def part(marker: re.Match[str]) -> str:
        if marker[1] not in parts:
            raise UnknownFragment(marker[1], sorted(parts))
        return parts[marker[1]]

    return MARKER.sub(part, markdown)
