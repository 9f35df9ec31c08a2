"""The records of the catalogue: one frozen dataclass a table, named after the field's own words.

The same fields stand in data/datapackage.yaml, with their limits; a test holds the two together.
`Annotated[str, Refers(table)]` is the id of a record in that table.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from mentorkorps.characters import DASHES, SPACES
from mentorkorps.source import Place

LANGUAGES = ("da", "en")
Language = Literal["da", "en"]

CPR = re.compile(
    r"(?<![0-9])(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}"
    rf"[{SPACES}]{{0,3}}[{DASHES}-]?[{SPACES}]{{0,3}}[0-9]{{4}}(?![0-9])"
)
"""A day, a month, a year and four digits: what a Danish personal number looks like, whichever dash is between."""

CONFIRMATION_HOLDS = timedelta(days=180)
"""How long a programme counts as open after somebody in its organisation has confirmed it."""


@dataclass(frozen=True, slots=True)
class Refers:
    """Marks a text as the id of a record in `table`."""

    table: str


@dataclass(frozen=True, slots=True)
class Slug:
    """Marks a text that becomes part of an address or of a form: small ASCII letters, digits, hyphens."""

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
    """A longer text, plain, paragraphs apart by an empty line. English readers get the Danish, marked, if it lacks."""

    da: str
    en: str | None = None

    def of(self, language: Language) -> str:
        return self.en if language == "en" and self.en else self.da

    def is_translated(self, language: Language) -> bool:
        return language == "da" or self.en is not None


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
class Region:
    """A region and the days on which it exists; `successor` takes over the day after `valid_to`."""

    id: Id
    name: Title
    at: Place
    valid_from: date | None = None
    valid_to: date | None = None
    successor: Annotated[str, Refers("regions")] | None = None


@dataclass(frozen=True, slots=True)
class Municipality:
    """One of the 98. `code` is the official four-digit code, as text. `was` holds former codes and former slugs."""

    code: str
    name: str
    slug: Id
    region: Annotated[str, Refers("regions")]
    at: Place
    was: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True)
class Postcode:
    """One row a pair: a postcode that lies in two municipalities has two rows, and `main` says which is meant first."""

    postcode: str
    town: str
    municipality: Annotated[str, Refers("municipalities")]
    at: Place
    main: bool = False


@dataclass(frozen=True, slots=True)
class PlaceName:
    """What people call a place that is neither a municipality nor a postal town.

    Whoever writes the name of one in several municipalities is asked which is meant.
    """

    name: str
    kind: Literal["official", "abbreviation", "english", "district", "town", "area", "former"]
    municipalities: tuple[Annotated[str, Refers("municipalities")], ...]
    at: Place


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
class Answers:
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
    answers: Answers | None = None
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
    by: Literal["municipality", "organisation", "both"]
    text: Text


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
    "open", "interest", "full", "paused", "closed", "unconfirmed", "cancelled", "running", "over", "planned"
]


@dataclass(frozen=True, slots=True)
class Phase:
    """A state with its first and last day; None means without beginning or without end."""

    state: State
    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Programme:
    """A mentor programme as its organisation runs it. What no source tells is None, and the page says so."""

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
    answers: Answers | None = None
    facts: tuple[Fact, ...] = ()
    questions: tuple[Question, ...] = ()
    picture: Picture | None = None
    example: bool = False

    @property
    def phases(self) -> tuple[Phase, ...]:
        """What the programme is on which days. A promise that nobody has confirmed lately is none."""
        if self.status not in ("open", "full", "paused") or self.confirmed is None:
            return (Phase(self.status),)
        last = self.confirmed + CONFIRMATION_HOLDS
        return Phase(self.status, until=last), Phase("unconfirmed", since=last + timedelta(days=1))

    def state(self, day: date) -> State:
        return next(phase.state for phase in self.phases if phase.holds(day))


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of one course day, after a module. `begins` is a time that must hold: the food is ordered."""

    after: Id
    pause: Literal["break", "lunch"]
    minutes: int
    begins: time | None = None


@dataclass(frozen=True, slots=True)
class CourseDay:
    """A day or an evening. Own `pauses` stand in the place of all those that the plan gives it."""

    date: date
    start: time
    end: time
    pauses: tuple[Pause, ...] = ()
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Venue:
    name: Title
    address: str
    municipality: Annotated[str, Refers("municipalities")]
    access: Text | None = None


EVENING = 16
"""The hour from which a course is called one of evenings."""


@dataclass(frozen=True, slots=True)
class Course:
    """A dated run of the training. `variant` is another way to hold it, from the timetable; without one, two days.

    `changed` is when day, hour, venue or status last changed, by Danish clocks; calendars number their changes by it.
    """

    id: Id
    name: Title
    organisation: Annotated[str, Refers("organisations")]
    about: Text
    days: tuple[CourseDay, ...]
    venue: Venue
    seats: int
    language: Annotated[str, Refers("languages")]
    deadline: date
    cost: Text
    status: Literal["planned", "open", "full", "cancelled"]
    confirmed: date
    at: Place
    changed: datetime | None = None
    was: tuple[Id, ...] = ()
    variant: Id | None = None
    programmes: tuple[Annotated[str, Refers("programmes")], ...] = ()
    sources: tuple[Annotated[str, Refers("sources")], ...] = ()
    example: bool = False

    @property
    def hours(self) -> float:
        """Hours of all its days from beginning to end, pauses included."""
        return sum(60 * (one.end.hour - one.start.hour) + one.end.minute - one.start.minute for one in self.days) / 60

    @property
    def is_in_the_evening(self) -> bool:
        return all(one.start.hour >= EVENING for one in self.days)

    @property
    def phases(self) -> tuple[Phase, ...]:
        return phases_by_date(self)

    def state(self, day: date) -> State:
        return next(phase.state for phase in self.phases if phase.holds(day))


@dataclass(frozen=True, slots=True)
class Event:
    """What a programme or an organisation holds on one day beside the training: a network evening, a talk, a meal.

    `changed` is as a course has it.
    """

    id: Id
    name: Title
    organisation: Annotated[str, Refers("organisations")]
    about: Text
    date: date
    start: time
    end: time
    venue: Venue
    seats: int
    language: Annotated[str, Refers("languages")]
    deadline: date
    cost: Text
    status: Literal["planned", "open", "full", "cancelled"]
    confirmed: date
    at: Place
    changed: datetime | None = None
    was: tuple[Id, ...] = ()
    childcare: Text | None = None
    programmes: tuple[Annotated[str, Refers("programmes")], ...] = ()
    sources: tuple[Annotated[str, Refers("sources")], ...] = ()
    picture: Picture | None = None
    example: bool = False

    @property
    def days(self) -> tuple[CourseDay, ...]:
        """Its one day, as a course has several."""
        return (CourseDay(self.date, self.start, self.end),)

    @property
    def phases(self) -> tuple[Phase, ...]:
        return phases_by_date(self)

    def state(self, day: date) -> State:
        return next(phase.state for phase in self.phases if phase.holds(day))


def phases_by_date(held: Course | Event) -> tuple[Phase, ...]:
    """What a course or an event is on which days, from its status and its dates alone."""
    if held.status == "cancelled":
        return (Phase("cancelled"),)
    a_day = timedelta(days=1)
    first, last, after = held.days[0].date, held.days[-1].date, held.deadline + a_day
    waiting = (Phase("closed", after, first - a_day),) if after < first else ()
    return (
        Phase(held.status, until=held.deadline),
        *waiting,
        Phase("running", max(first, after), last),
        Phase("over", since=last + a_day),
    )


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


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule card: what a mentor should know of a rule, in plain words. `ask` is a function, never a person.

    `certain`: the core stands firm. `verify`: to be looked up before anybody relies on it. `checked` is the day
    somebody last read the sources, `verify_by` the day by which somebody does again.
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


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Title


@dataclass(frozen=True, slots=True)
class Condition:
    """An answer to an earlier question: this value is chosen, or the box is ticked ("yes")."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `pattern` is the form of a whole answer (see patterns.py), `invalid` what is said else.

    `more` puts it among those that open on request, `step` begins a step with it.

    `shown_if`: the question is asked only after that answer; in any other case what is sent for it counts for nothing.
    """

    id: Id
    type: Literal["text", "email", "tel", "place", "choice", "choices", "textarea", "tick", "scale"]
    label: Title
    required: bool
    hint: Title | None = None
    missing: Title | None = None
    more: bool = False
    max_length: int | None = None
    autocomplete: str | None = None
    pattern: str | None = None
    invalid: Title | None = None
    options: tuple[Option, ...] = ()
    options_from: Literal["industries", "languages", "courses", "events", "programmes"] | None = None
    any_option: Title | None = None
    step: Title | None = None
    shown_if: Condition | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agrees to; the version changes with the words and is kept with the answer."""

    id: Id
    version: str
    text: Title
    required: bool
    missing: Title | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """How long answers are kept, in hours while unconfirmed and in months after that."""

    unconfirmed_hours: int
    months: int


JOINING = ("mentor", "interesseliste")
"""The forms by which people join a programme."""
BOOKED_BY: dict[str, str] = {"courses": "course", "events": "event"}
"""The question that says which record of a table a form books a place in."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form. `answered`: somebody answers whoever sends it. `next` says what happens then, `code`: it gets a number.

    `journey`: it is the first step on a mentor's way, which its receipt shows.
    `books`: whoever sends it gets a place in the chosen course or event, or a turn on its waiting list.
    """

    id: Id
    title: Title
    intro: Text
    submit: Title
    receipt: Text
    fields: tuple[Field, ...]
    retention: Retention
    at: Place
    was: tuple[Id, ...] = ()
    consents: tuple[Consent, ...] = ()
    more: Title | None = None
    next: Text | None = None
    answered: bool = True
    code: bool = False
    journey: bool = False
    books: Literal["courses", "events"] | None = None

    @property
    def is_anonymous(self) -> bool:
        """Whether it asks for no address: what is sent is kept at once, and nobody is written to."""
        return all(field.type != "email" for field in self.fields)


@dataclass(frozen=True, slots=True)
class Retired:
    """A record that is gone for good: what it was called, for whoever has its address or an answer that names it."""

    id: Id
    table: Literal[
        "municipalities", "industries", "languages", "organisations", "programmes", "courses", "events", "forms"
    ]  # fmt: skip
    name: Title
    at: Place


Lasting = Municipality | Industry | SpokenLanguage | Organisation | Programme | Course | Event | Form
"""Records that keep the ids they had before: addresses lead to them, or answers in the database name them."""
LASTING = ("municipalities", "industries", "languages", "organisations", "programmes", "courses", "events", "forms")
"""Their tables."""


def known_as(record: Lasting) -> tuple[str, ...]:
    """Every id of a record, the first that it had in front and today's at the end."""
    return (*record.was, record.code if isinstance(record, Municipality) else record.id)


def lasting_id(record: Lasting) -> str:
    """The id under which the database keeps what is about a record: the first that it had.

    So an instance that runs on the data of before a renaming, or of before it was taken back, finds the same rows.
    """
    return known_as(record)[0]


TABLES: dict[str, type] = {
    "sources": Source,
    "regions": Region,
    "municipalities": Municipality,
    "postcodes": Postcode,
    "placenames": PlaceName,
    "industries": Industry,
    "languages": SpokenLanguage,
    "organisations": Organisation,
    "programmes": Programme,
    "courses": Course,
    "events": Event,
    "outcomes": Outcome,
    "forms": Form,
    "rules": Rule,
    "retired": Retired,
}

KEYS: dict[str, tuple[str, ...]] = {
    "municipalities": ("code",),
    "postcodes": ("postcode", "municipality"),
    "placenames": ("name",),
    "retired": ("id", "table"),
}
"""What makes a record unique, where it is not its `id`."""
WITHOUT_AN_ID = ("postcodes", "retired")
"""Tables that no other record refers to by one key."""
