"""Records that keep the ids they had before, and those that are gone for good.

The database keeps a record's first id (`lasting_id`), and each table of the catalogue finds its
records under former ids (`was`) too. To move rows at start was the other way: answers are
encrypted, so each would have to be opened, and an instance with the data of before, or a way back,
would find nothing. Only places that were given under a later id before anybody wrote `was` are
moved.

What is gone for good is a line in retired.yaml, not a status: organisations, industries and forms
have none, and a course of ten years ago should not be offered in an evaluation.
"""

from dataclasses import dataclass
from typing import Literal

from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.forms import Field, Form
from mentorkorps.catalogue.model.organisations import (
    Industry,
    Organisation,
    Programme,
    SpokenLanguage,
)
from mentorkorps.catalogue.model.places import Municipality
from mentorkorps.catalogue.model.text import Id, Title
from mentorkorps.catalogue.yaml_nodes import Place


@dataclass(frozen=True, slots=True)
class Retired:
    """A record that is gone for good: what it was called, for whoever has its address or an answer
    that names it."""

    id: Id
    table: Literal[
        "municipalities",
        "industries",
        "languages",
        "organisations",
        "programmes",
        "courses",
        "events",
        "forms",
    ]
    name: Title
    at: Place


LastingRecord = (
    Municipality | Industry | SpokenLanguage | Organisation | Programme | Course | Event | Form
)
"""Records that keep the ids they had before: addresses lead to them, or answers in the database
name them."""


def known_as(record: LastingRecord | Field) -> tuple[str, ...]:
    """Every id of a record or a question, the first that it had in front and today's at the end."""
    return (*record.was, record.code if isinstance(record, Municipality) else record.id)


def lasting_id(record: LastingRecord) -> str:
    """The id under which the database keeps what is about a record: the first that it had.

    So an instance that runs on the data of before a renaming, or of before it was taken back, finds
    the same rows.
    """
    return known_as(record)[0]


def kept_names(field: Field) -> tuple[str, ...]:
    """The names under which the database may have answers to a question; today's have the first.

    That is its meaning, which no renaming changes, so that a mail finds its address also when the
    form is gone. A question without one has the first id that it had, as records have.
    """
    return (field.means, *known_as(field)) if field.means else known_as(field)
