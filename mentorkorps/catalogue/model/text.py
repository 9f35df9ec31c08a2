"""What the records are made of: texts in both languages, ids and references.

One frozen dataclass a table stands in the modules beside this one, named after the field's own words. The same fields
stand in data/datapackage.yaml, with their limits; a test holds the two together. `Annotated[str, Refers(table)]` is the
id of a record in that table.

Texts in the data are plain text, not Markdown: no HTML can come in that way, and nothing is
escaped twice.
"""

import re
from dataclasses import dataclass
from typing import Annotated

from mentorkorps.interface.characters import DASHES, SPACES
from mentorkorps.interface.languages import Language

CPR = re.compile(
    r"(?<![0-9])(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}"
    rf"[{SPACES}]{{0,3}}[{DASHES}-]?[{SPACES}]{{0,3}}[0-9]{{4}}(?![0-9])"
)
"""A day, a month, a year and four digits: what a Danish personal number looks like, whichever dash
is between."""


@dataclass(frozen=True, slots=True)
class Refers:
    """Marks a text as the id of a record in `table`."""

    table: str


@dataclass(frozen=True, slots=True)
class Slug:
    """Marks a text that becomes part of an address or of a form: small ASCII letters, digits,
    hyphens."""

    pattern = r"[a-z0-9]+(-[a-z0-9]+)*"


Id = Annotated[str, Slug()]


@dataclass(frozen=True, slots=True)
class Title:
    """A short text that must exist in both languages."""

    da: str
    en: str

    def of(self, language: Language) -> str:
        return self.en if language == "en" else self.da

    def is_translated(self, language: Language) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Text:
    """A longer text, plain, paragraphs apart by an empty line. English readers get the Danish,
    marked, if it lacks."""

    da: str
    en: str | None = None

    def of(self, language: Language) -> str:
        return self.en if language == "en" and self.en else self.da

    def is_translated(self, language: Language) -> bool:
        return language == "da" or self.en is not None
