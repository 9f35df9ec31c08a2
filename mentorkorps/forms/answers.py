"""What comes out of a form: checked answers, or everything that is wrong with them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mentorkorps.catalogue.model.forms import Field, Meaning
from mentorkorps.catalogue.model.lasting import kept_names
from mentorkorps.catalogue.model.text import Title
from mentorkorps.interface.i18n import words

LANGUAGE = "language"
TRAP = "website"
"""A field that people do not see and simple robots fill in. Filled, it is a hint and never a reason to refuse."""
ONCE = "once"
"""Tells one sending of an anonymous form from another; filled by the page's script, where there is one."""
PROOF = "proof"
"""The proof of work that the page's script adds, where there is one."""
HIDDEN = (LANGUAGE, TRAP, ONCE, PROOF)

Posted = Mapping[str, Sequence[str]]
Value = str | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hint:
    """What a sound answer may have been meant to be. Nobody is refused for it."""

    field: str
    message: Title
    typed: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class AnswerError:
    """What is wrong with one answer and what to do; `choices` are offered where several places are meant."""

    field: str
    message: Title
    choices: tuple[str, ...] = ()


class Invalid(Exception):
    """The answers cannot be taken. `wrong` holds everything that must be mended, in the order of the form."""

    def __init__(self, wrong: tuple[AnswerError, ...]) -> None:
        super().__init__(", ".join(error.field for error in wrong))
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Answers:
    """Checked answers, and the version of each consent given; what was left out is absent.

    `values` stand under the names that the database keeps them by: see `kept_names`.
    """

    values: dict[str, Value]
    consents: dict[str, str]

    @property
    def email(self) -> str | None:
        """The address to write to; None where the form asks for none."""
        return answer_by_meaning(self.values, "email")

    def canonical(self) -> str:
        """The same text for the same answers, whatever the order and the spaces in which they came."""
        return json.dumps([self.values, self.consents], sort_keys=True, ensure_ascii=False)


def answer_by_meaning(values: Mapping[str, Value], meaning: Meaning) -> str | None:
    """The answer of that meaning among kept ones, whatever the form calls its question today.

    None where it was not asked or not answered. Needs no form: that may be gone.
    """
    value = values.get(meaning)
    return value if isinstance(value, str) else None


def answer_to(field: Field, values: Mapping[str, Value]) -> Value | None:
    """The kept answer to a question of today, also where it was given under a former id."""
    return next((values[name] for name in kept_names(field) if name in values), None)


def fields_by_kept_name(fields: Iterable[Field]) -> dict[str, Field]:
    """The questions of today by every name under which the database may have their answers."""
    return {name: field for field in fields for name in kept_names(field)}


def choice_name(field: str) -> str:
    """Under which name it is sent what somebody chose who was asked whether an address was meant otherwise."""
    return f"{field}-choice"


def message_of(key: str, **values: object) -> Title:
    """What is wrong, in both languages: the words under form.wrong in the texts."""
    return Title(
        *(str(words(language)["form"]["wrong"][key]).format(**values) for language in ("da", "en"))
    )
