"""Organisations and their programmes: who offers what, to whom, and who answers."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Annotated, Literal

from mentorkorps.catalogue.model.text import Id, Refers, Text, Title
from mentorkorps.catalogue.yaml_nodes import Place

CONFIRMATION_HOLDS = timedelta(days=180)
"""How long a programme counts as open after somebody in its organisation has confirmed it."""


@dataclass(frozen=True, slots=True)
class Industry:
    id: Id
    name: Title
    examples: Title
    at: Place
    was: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True)
class SpokenLanguage:
    """A language that mentors and mentees speak; `id` is its ISO 639 code."""

    id: Id
    name: Title
    at: Place
    was: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerPromise:
    """Who answers a sign-up (a function, never a person), and within how many working days."""

    function: Title
    working_days: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in docs/theme/assets/pictures, and what it shows, for those who do not see it."""

    file: str
    alt: Title


@dataclass(frozen=True, slots=True)
class Organisation:
    id: Id
    name: Title
    type: Literal["union", "employers", "leaders", "ngo", "municipality", "portal"]
    about: Text
    sources: tuple[Annotated[str, Refers("sources")], ...]
    at: Place
    was: tuple[Id, ...] = ()
    website: str | None = None
    municipality: Annotated[str, Refers("municipalities")] | None = None
    answers: AnswerPromise | None = None
    picture: Picture | None = None
    example: bool = False


@dataclass(frozen=True, slots=True)
class Commitment:
    hours_per_month: int
    months: int

    @property
    def hours(self) -> int:
        """Hours over the whole course of the match."""
        return self.hours_per_month * self.months


@dataclass(frozen=True, slots=True)
class Training:
    text: Text
    days: int | None = None
    mandatory: bool | None = None


@dataclass(frozen=True, slots=True)
class Matching:
    """Who says yes to a match. `same_industry`: mentor and mentee must know the same one."""

    by: Literal["municipality", "organisation", "both"]
    text: Text
    same_industry: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence that stands on one source."""

    text: Text
    source: Annotated[str, Refers("sources")]


@dataclass(frozen=True, slots=True)
class Question:
    question: Title
    answer: Text


State = Literal[
    "draft",
    "open",
    "interest",
    "full",
    "paused",
    "closed",
    "unconfirmed",
    "cancelled",
    "running",
    "over",
    "planned",
]


@dataclass(frozen=True, slots=True)
class Phase:
    """A state with its first and last day; None means without beginning or without end."""

    state: State
    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


@dataclass(frozen=True, slots=True)
class Programme:
    """A mentor programme as its organisation runs it. What no source tells is None, and the page
    says so."""

    id: Id
    name: Title
    organisation: Annotated[str, Refers("organisations")]
    summary: Text
    status: Literal["draft", "open", "interest", "full", "paused", "closed"]
    sources: tuple[Annotated[str, Refers("sources")], ...]
    at: Place
    was: tuple[Id, ...] = ()
    partners: tuple[Annotated[str, Refers("organisations")], ...] = ()
    period: Title | None = None
    confirmed: date | None = None
    mentors: Text | None = None
    audience: Text | None = None
    tasks: tuple[Text, ...] = ()
    not_tasks: tuple[Text, ...] = ()
    commitment: Commitment | None = None
    training: Training | None = None
    matching: Matching | None = None
    follow_up: Text | None = None
    industries: tuple[Annotated[str, Refers("industries")], ...] = ()
    languages: tuple[Annotated[str, Refers("languages")], ...] = ()
    municipalities: tuple[Annotated[str, Refers("municipalities")], ...] = ()
    expenses: Text | None = None
    insurance: Text | None = None
    answers: AnswerPromise | None = None
    facts: tuple[Fact, ...] = ()
    questions: tuple[Question, ...] = ()
    picture: Picture | None = None
    example: bool = False

    @property
    def phases(self) -> tuple[Phase, ...]:
        """What the programme is on which days. A promise that nobody has confirmed lately is
        none."""
        if self.status not in ("open", "full", "paused") or self.confirmed is None:
            return (Phase(self.status),)
        last = self.confirmed + CONFIRMATION_HOLDS
        return Phase(self.status, until=last), Phase("unconfirmed", since=last + timedelta(days=1))

    def state(self, day: date) -> State:
        return next(phase.state for phase in self.phases if phase.holds(day))


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of one course day, after a module. `begins` is a time that must hold: the food is
    ordered."""

    after: Id
    pause: Literal["break", "lunch"]
    minutes: int
    begins: time | None = None
