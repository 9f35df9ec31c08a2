"""The sign-ups of a form as CSV that a Danish spreadsheet opens by itself: UTF-8 with a mark,
semicolons, CRLF.

A cell that a spreadsheet would compute gets an apostrophe in front, which is how people write text
there by hand (OWASP, CSV Injection). So a phone number reads '+45 12 34 56 78. A cell that begins
with an apostrophe gets one more, so that taking one away always gives back what was typed.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import BinaryIO

from mentorkorps.backend.clock import DENMARK, danish_day
from mentorkorps.backend.db.records import GivenConsent, SignUp, standing_versions
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.forms import Field, Form
from mentorkorps.catalogue.model.lasting import known_as
from mentorkorps.forms.answers import Value, answer_to, fields_by_kept_name
from mentorkorps.forms.choices import rows
from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language

COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARK = "'"
OWN = ("id", "received", "confirmed", "answered", "withdrawn", "flagged", "language")


@dataclass(frozen=True, slots=True)
class Period:
    """From a Danish day to another, both counted in; None where it is open."""

    first: date | None = None
    last: date | None = None

    @property
    def begins(self) -> datetime | None:
        """The first moment of it."""
        return _midnight(self.first) if self.first else None

    @property
    def ends(self) -> datetime | None:
        """The moment after it."""
        return (
            _midnight(self.last + timedelta(days=1)) if self.last and self.last < date.max else None
        )

    def holds(self, moment: datetime) -> bool:
        return (self.first or date.min) <= danish_day(moment) <= (self.last or date.max)


@dataclass(frozen=True, slots=True)
class GoneForm:
    """A form that the data lack: its id, and the names of the questions that were answered."""

    id: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CsvExport:
    """One row a sign-up: its number and times, then a column for each question and each consent of
    the form.

    Consents to a form that is gone have no columns.
    """

    form: Form | GoneForm
    catalogue: Catalogue
    language: Language

    def write(
        self, file: BinaryIO, sign_ups: Iterable[tuple[SignUp, list[GivenConsent]]], period: Period
    ) -> int:
        """Writes what came by this form in the period, row by row. Returns how many."""
        text = io.TextIOWrapper(file, "utf-8-sig", newline="")
        lines = csv.writer(text, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
        lines.writerow(self._headings())
        names = kept_under(self.catalogue, self.form.id)
        count = 0
        for sign_up, consents in sign_ups:
            if sign_up.form in names and period.holds(sign_up.received_at):
                lines.writerow(safe(cell) for cell in self._cells(sign_up, consents))
                count += 1
        text.detach()
        return count

    def _headings(self) -> list[str]:
        headings = words(self.language)["sheet"]
        own = [str(headings[name]) for name in OWN]
        if isinstance(self.form, GoneForm):
            return [*own, *self.form.questions]
        asked = [field.label.of(self.language) for field in self.form.fields]
        return [
            *own,
            *asked,
            *(consent.id for consent in self.form.consents),
            str(headings["other"]),
        ]

    def _cells(self, sign_up: SignUp, consents: list[GivenConsent]) -> Iterator[str]:
        yield sign_up.id
        for moment in (
            sign_up.received_at,
            sign_up.confirmed_at,
            sign_up.answered_at,
            sign_up.withdrawn_at,
        ):
            yield f"{moment.astimezone(DENMARK):%Y-%m-%d %H:%M}" if moment else ""
        yield str(words(self.language)["form"]["yes"]) if sign_up.flagged else ""
        yield sign_up.language
        if isinstance(self.form, GoneForm):
            yield from (self._plain(sign_up.answers.get(name)) for name in self.form.questions)
            return
        for field in self.form.fields:
            yield self._spoken(self.form, field, answer_to(field, sign_up.answers))
        versions = standing_versions(consents)
        for consent in self.form.consents:
            yield versions.get(consent.id, "")
        yield self._rest(self.form, sign_up)

    def _spoken(self, form: Form, field: Field, value: Value | None) -> str:
        if value is None:
            return ""
        ((_, spoken),) = rows(form, self.catalogue, {field.id: value}, self.language)
        return spoken

    def _plain(self, value: Value | None) -> str:
        """An answer as it is kept, where no question tells its words."""
        if value is True:
            return str(words(self.language)["form"]["yes"])
        return ", ".join(value) if isinstance(value, tuple) else str(value or "")

    def _rest(self, form: Form, sign_up: SignUp) -> str:
        """Answers to questions that the form does not ask any more: nothing that was kept is
        left out.
        """
        fields = fields_by_kept_name(form.fields)
        rest = {name: value for name, value in sign_up.answers.items() if name not in fields}
        return json.dumps(rest, ensure_ascii=False) if rest else ""


def kept_under(catalogue: Catalogue, form: str) -> tuple[str, ...]:
    """The ids by which sign-ups of a form may be kept: each that it had; of one that is gone its
    own.
    """
    definition = catalogue.forms.get(form)
    return known_as(definition) if definition else (form,)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), DENMARK)


def safe(cell: str) -> str:
    """The cell as text for every spreadsheet."""
    return MARK + cell if cell.startswith((*COMPUTED, MARK)) else cell
