"""Figures, rule cards, and the sources that they stand on."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from mentorkorps.catalogue.model.text import Id, Refers, Text, Title
from mentorkorps.catalogue.yaml_nodes import Place


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts come from. `published` is as exact as the source: 2016-12-22, 2016-12 or 2016."""

    id: Id
    title: str
    publisher: str
    at: Place
    url: str | None = None
    published: str | None = None
    dating: Text | None = None
    seen: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A figure, with all that a reader needs to judge it, and what it does not say."""

    id: Id
    kind: Literal["result", "context", "support"]
    headline: Title
    counts: Text
    among: Text
    limits: Text
    source: Annotated[str, Refers("sources")]
    as_of: Title
    at: Place
    programme: Annotated[str, Refers("programmes")] | None = None
    percent: int | None = None
    numerator: int | None = None
    denominator: int | None = None
    method: Literal["self_report", "register", "quasi", "rct", "unknown"] = "unknown"
    comparison: Text | None = None

    @property
    def is_compared(self) -> bool:
        """Whether it was held against people without a mentor who were alike, or drawn by lot."""
        return self.method in ("quasi", "rct")


@dataclass(frozen=True, slots=True)
class RuleCard:
    """A rule card: what a mentor should know of a rule, in plain words. `ask` is a function, never
    a person.

    `certain`: the core stands firm. `verify`: to be looked up before anybody relies on it.
    `checked` is the day somebody last read the sources, `verify_by` the day by which somebody does
    again.
    """

    id: Id
    title: Title
    text: Text
    level: Literal["certain", "verify"]
    checked: date
    verify_by: date
    ask: Title
    sources: tuple[Annotated[str, Refers("sources")], ...]
    at: Place
    valid_from: date | None = None
    valid_to: date | None = None
