"""Forms: their questions, consents and how long answers are kept."""

from dataclasses import dataclass
from typing import Literal

from mentorkorps.catalogue.model.text import Id, Text, Title
from mentorkorps.catalogue.yaml_source import Place


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
    """One question of a form. `pattern` is the form of a whole answer (see patterns.py), `invalid`
    what is said else.

    `more` puts it among those that open on request, `step` begins a step with it.

    `shown_if`: the question is asked only after that answer; in any other case what is sent for it
    counts for nothing.
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
    options_from: Literal["industries", "languages", "courses", "events", "programmes"] | None = (
        None
    )
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
    """A form. `answered`: somebody answers whoever sends it. `next` says what happens then, `code`:
    it gets a number.

    `journey`: it is the first step on a mentor's way, which its receipt shows. `books`: whoever
    sends it gets a place in the chosen course or event, or a turn on its waiting list.
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
        """Whether it asks for no address: what is sent is kept at once, and nobody is written
        to."""
        return all(field.type != "email" for field in self.fields)
