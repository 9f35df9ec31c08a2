"""Forms: their questions, consents and how long answers are kept."""

from dataclasses import dataclass
from typing import Literal, get_args

from mentorkorps.catalogue.model.text import Id, Text, Title
from mentorkorps.catalogue.yaml_nodes import Place


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Title


@dataclass(frozen=True, slots=True)
class Condition:
    """An answer to an earlier question: this value is chosen, or the box is ticked ("yes")."""

    field: str
    value: str


Meaning = Literal["email", "name", "phone", "place", "industry", "programme", "course", "event"]
"""What pages, mails and commands ask for in answers, whatever the question is called in its form."""
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)
MEANING_OF: dict[str, Meaning] = {
    "industries": "industry",
    "programmes": "programme",
    "courses": "course",
    "events": "event",
}
"""The meaning of a choice among the records of a table."""
LINKED: tuple[Meaning, ...] = ("programme", "course", "event", "place", "industry")
"""What a link to a form may already tell: `?programme=<id>`, `?place=<what people write for it>`."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `pattern` is the form of a whole answer (see patterns.py).

    `invalid` is what is said of any other answer. `more` puts the question among those that open
    on request, `step` begins a step with it. `shown_if`: it is asked only after that answer; in any
    other case what is sent for it counts for nothing.
    `means` is what others ask for by it, and `was` the ids that it had before (see lasting.py).
    """

    id: Id
    type: Literal["text", "email", "tel", "place", "choice", "choices", "textarea", "tick", "scale"]
    label: Title
    required: bool
    means: Meaning | None = None
    was: tuple[Id, ...] = ()
    hint: Title | None = None
    missing: Title | None = None
    more: bool = False
    max_length: int | None = None
    autocomplete: str | None = None
    pattern: str | None = None
    invalid: Title | None = None
    options: tuple[Option, ...] = ()
    options_from: Literal["industries", "languages", "courses", "events", "programmes"] | None = (
        None
    )
    any_option: Title | None = None
    step: Title | None = None
    shown_if: Condition | None = None


News = Literal["programmes", "courses", "events"]
"""The tables of which an opening is news."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agrees to; the version changes with the words and is kept with the answer.

    `allows`: what the portal may write about by it, when such a record opens.
    """

    id: Id
    version: str
    text: Title
    required: bool
    missing: Title | None = None
    allows: tuple[News, ...] = ()


@dataclass(frozen=True, slots=True)
class Retention:
    """How long answers are kept, in hours while unconfirmed and in months after that.

    Where the desk has a case, the months count from the last that happened to it.
    """

    unconfirmed_hours: int
    months: int


ACCESS_LOG_MONTHS = 6
"""How long the log of who looked at whom is kept, as Danish processor agreements have it (sikkerhedstekst ST8)."""

Purpose = Literal[
    "join",
    "interest",
    "refer",
    "company_offer",
    "start_corps",
    "newsletter",
    "question",
    "evaluation",
    "book_course",
    "book_event",
]
"""What pages and code use a form for, whatever it is called. One form at most serves a purpose."""
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
Bookings = Literal["courses", "events"]
"""The tables of which records have places."""
BOOKABLE: tuple[Bookings, ...] = get_args(Bookings)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a form must ask that serves a purpose: what everybody answers, and what some may.

    `is_linked`: generated pages lead to it, so that there must be one.
    """

    answered: tuple[Meaning, ...]
    offered: tuple[Meaning, ...] = ()
    is_linked: bool = True


NEEDS: dict[Purpose, Needs] = {
    "join": Needs(("email", "name"), ("programme", "place")),
    "interest": Needs(("email",), ("programme", "place")),
    "refer": Needs(("email", "place")),
    "company_offer": Needs(("email", "place")),
    "start_corps": Needs(("email",), is_linked=False),
    "newsletter": Needs(("email", "place")),
    "question": Needs(("email",), ("programme",)),
    "evaluation": Needs(("course",)),
    "book_course": Needs(("email", "name", "course")),
    "book_event": Needs(("email", "name", "event")),
}


@dataclass(frozen=True, slots=True)
class Form:
    """A form. `answered`: somebody answers whoever sends it; `code`: it gets a number.

    `next` says what happens then. `journey`: it is the first step on a mentor's way, which its
    receipt shows. `purpose`: what pages and code use it for; any other is reached by its address.
    """

    id: Id
    title: Title
    intro: Text
    submit: Title
    receipt: Text
    fields: tuple[Field, ...]
    retention: Retention
    at: Place
    purpose: Purpose | None = None
    was: tuple[Id, ...] = ()
    consents: tuple[Consent, ...] = ()
    more: Title | None = None
    next: Text | None = None
    answered: bool = True
    code: bool = False
    journey: bool = False

    @property
    def books(self) -> Bookings | None:
        """The table in one of whose records it gives a place, or a turn on the waiting list."""
        match self.purpose:
            case "book_course":
                return "courses"
            case "book_event":
                return "events"
        return None

    @property
    def is_list(self) -> bool:
        """Whether who sends it may be written to about what opens."""
        return any(consent.allows for consent in self.consents)

    @property
    def is_anonymous(self) -> bool:
        """Whether it asks for no address: what is sent is kept at once, and nobody is written
        to."""
        return self.meaning("email") is None

    def meaning(self, meaning: Meaning) -> Field | None:
        """The question of that meaning, if the form asks it."""
        return next((field for field in self.fields if field.means == meaning), None)
