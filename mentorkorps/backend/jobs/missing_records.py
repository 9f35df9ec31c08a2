"""What people are in and the data lack: the database refers to records of the YAML by their ids.

`check` keeps ids from vanishing; whoever goes past it is told here, at start and once a day.

Counted in portions of 100, since programmes stand in encrypted answers. It does not make /readyz
say 503: a restart would not mend it.
"""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.db.records import SignUp
from mentorkorps.backend.db.seat_walk import next_sign_ups, seats_by_bookable
from mentorkorps.backend.db.transaction import Snapshot
from mentorkorps.backend.jobs.periodic import PeriodicJob
from mentorkorps.backend.logging import log_data
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.model.forms import MEANING_OF, Form
from mentorkorps.catalogue.model.lasting import kept_names
from mentorkorps.catalogue.model.text import Slug
from mentorkorps.catalogue.tables import WITH_FORMER_IDS
from mentorkorps.forms.answers import Value

PORTION = 100
"""Sign-ups that one job decrypts: some 3 ms, for which visitors wait."""
APART_SECONDS = 0.01
A_DAY_SECONDS = 86_400
ID = re.compile(f"(?=.{{1,60}}$){Slug.pattern}")
"""What can be an id. Anything else was typed, when the question was another, and is told nowhere."""

log = logging.getLogger(__name__)


class Record(NamedTuple):
    """A record by its table and its id."""

    table: str
    id: str


class References(PeriodicJob):
    """Counts the people in what the data lack."""

    name = "references"
    seconds_between = A_DAY_SECONDS

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        super().__init__()
        self._database = database
        self._catalogue = catalogue
        self.missing: Mapping[Record, int] | None = None
        """How many people are in each missing record; None until that is counted."""

    async def look(self) -> None:
        missing: Counter[Record] = Counter(
            await self._database.read(_booked_in_missing_records, self._catalogue)
        )
        last: str | None = ""
        while last is not None:
            portion, last = await self._database.read(_in_missing_records, self._catalogue, last)
            missing.update(portion)
            await asyncio.sleep(APART_SECONDS)
        self.missing = dict(sorted(missing.items()))
        for record, people in self.missing.items():
            log.warning(
                "people are in a record that the data lack: write its id under `was` of the record that took its "
                "place, put it back, or name it in retired.yaml",
                extra=log_data(table=record.table, record=record.id, people=people),
            )

    def by_table(self) -> dict[str, int] | None:
        """How many records of each table are missing."""
        if self.missing is None:
            return None
        return dict.fromkeys(WITH_FORMER_IDS, 0) | Counter(record.table for record in self.missing)


def _booked_in_missing_records(snapshot: Snapshot, catalogue: Catalogue) -> Counter[Record]:
    seats = seats_by_bookable(snapshot).items()
    return Counter(
        {
            Record(bookable.kind, bookable.record): count
            for bookable, count in seats
            if catalogue.lacks(bookable.kind, bookable.record)
        }
    )


def _in_missing_records(
    snapshot: Snapshot, catalogue: Catalogue, last: str
) -> tuple[Counter[Record], str | None]:
    """What a portion of sign-ups names in vain, and where the next portion begins."""
    sign_ups, next_last = next_sign_ups(snapshot, last, PORTION)
    named = (record for sign_up in sign_ups for record in set(_named(sign_up, catalogue)))
    return Counter(
        record for record in named if catalogue.lacks(record.table, record.id)
    ), next_last


def _named(sign_up: SignUp, catalogue: Catalogue) -> Iterator[Record]:
    """The form and every record among the answers, but for what is booked: seats are counted by themselves.

    Without the form nobody knows which answers are records.
    """
    yield Record("forms", sign_up.form)
    form = catalogue.forms.get(sign_up.form)
    for name, table in _tables(form).items() if form else ():
        yield from (Record(table, id) for id in _ids(sign_up.answers.get(name)) if ID.fullmatch(id))


def _tables(form: Form) -> dict[str, str]:
    booked = MEANING_OF[form.books] if form.books else None
    tables: dict[str, str] = {}
    for field in form.fields:
        table = "municipalities" if field.type == "place" else field.options_from
        if table and (booked is None or field.means != booked):
            tables |= dict.fromkeys(kept_names(field), table)
    return tables


def _ids(value: Value | None) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, tuple) else ()
