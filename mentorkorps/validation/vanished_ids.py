"""Ids that an earlier edition of the data had and this one lacks: their addresses would die, their
sign-ups be lost."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from mentorkorps.catalogue.diagnostics import Problem
from mentorkorps.catalogue.earlier_edition import EarlierRecord, EarlierRecords
from mentorkorps.catalogue.entries import Entries, Entry
from mentorkorps.catalogue.messages import files
from mentorkorps.catalogue.messages.rule import Message
from mentorkorps.catalogue.suggestions import nearest, slug
from mentorkorps.catalogue.tables import DATED, TABLES, WITH_FORMER_IDS

MOST_COMPARED = 200
"""Ids that are compared letter by letter, since each costs some 20 µs."""


@dataclass(frozen=True, slots=True)
class TableHistory:
    """A table of today beside its earlier edition. `folder` is what problems call the data
    folder."""

    name: str
    folder: str
    entries: list[Entry]
    retired: dict[str, Entry]
    earlier: tuple[EarlierRecord, ...]

    def problems(self, today: date) -> Iterator[Problem]:
        current_ids = {
            id for entry in self.entries if not _is_hidden(entry) for id in _spelt(entry)
        }
        for record in self.earlier:
            for id in record.ids:
                if id in current_ids:
                    continue
                if id not in self.retired:
                    yield self._vanished(record, id)
                elif self.name in DATED and not record.is_over(today):
                    yield _problem(self.retired[id], "id", self.name, id, TOO_EARLY)
        yield from self._out_of_order()

    def _vanished(self, record: EarlierRecord, id: str) -> Problem:
        if hidden := next((entry for entry in self.entries if id in _spelt(entry)), None):
            return _problem(hidden, "status", self.name, id, HIDDEN)
        remedy = _ways_to_keep(self.name, id)
        if heir := self._heir(record, id):
            was = ", ".join([*(former.text for former in heir.former()), id])
            return _problem(
                heir, "was" if heir.former() else "id", self.name, id, _renamed(heir, was, remedy)
            )
        return Problem.at(
            f"{self.folder}/{record.file}",
            None,
            "vanished",
            record=id,
            field="id",
            value=id,
            table=f"{self.name}.yaml",
            remedy_da=remedy.da,
            remedy_en=remedy.en,
        )

    def _heir(self, record: EarlierRecord, id: str) -> Entry | None:
        """What may have taken the place: the record with one of its other ids, its name, or an id
        spelt alike."""
        earlier_ids = {earlier_id for earlier in self.earlier for earlier_id in earlier.ids}
        fresh = {
            entry.record: entry
            for entry in self.entries
            if entry.record and entry.record not in earlier_ids
        }
        same_id = (entry for entry in self.entries if set(_ids(entry)) & set(record.ids))
        same_name = (
            entry for entry in fresh.values() if record.name and record.name in entry.names()
        )
        alike = nearest(id, fresh) if len(fresh) <= MOST_COMPARED else None
        return next(same_id, None) or next(same_name, None) or fresh.get(alike or "")

    def _out_of_order(self) -> Iterator[Problem]:
        """Former ids in another order: the database keeps what is about a record under the first of
        them."""
        for entry in self.entries if self.name != "municipalities" else ():
            ids = _ids(entry)
            for record in self.earlier:
                earlier_order = [id for id in record.ids if id in ids]
                if earlier_order != [id for id in ids if id in earlier_order]:
                    yield entry.problem_at(
                        "was",
                        entry.former()[0],
                        "former-id",
                        value=entry.former()[0].text,
                        why_da=f"rækkefølgen var {', '.join(earlier_order)}, det ældste først",
                        why_en=f"the order was {', '.join(earlier_order)}, the oldest first",
                    )


def find_vanished_ids(
    entries: Entries, earlier: EarlierRecords, problems: Iterable[Problem], today: date, folder: str
) -> Iterator[Problem]:
    """Every id that is not known any more, with its remedy. `problems` are those of the files.

    A table of which some file cannot be read is left out: that stands as a problem already.
    """
    unreadable = {problem.file for problem in problems if problem.rule in files.RULES}
    for name in WITH_FORMER_IDS:
        if not any(_is_of(file, f"{folder}/{name}") for file in unreadable):
            retired = {
                entry.record: entry
                for entry in entries["retired"]
                if entry.record and entry.text("table") == name
            }
            yield from TableHistory(
                name, folder, entries[name], retired, earlier.get(name, ())
            ).problems(today)


def _is_of(file: str, table: str) -> bool:
    return file == f"{table}.yaml" or file.startswith(f"{table}/")


def _is_hidden(entry: Entry) -> bool:
    return entry.table == "programmes" and entry.text("status") == "draft"


def _ids(entry: Entry) -> list[str]:
    """All ids of a record, the first that it had in front; what stands in its address counts as
    one."""
    texts = [*(former.text for former in entry.former()), entry.text("slug"), entry.record]
    return [id for id in texts if id]


def _spelt(entry: Entry) -> set[str]:
    """The same, also as they were meant where they are misspelt: that stands as a problem
    already."""
    return {id for text in _ids(entry) for id in (text, slug(text)) if id}


def _problem(entry: Entry, key: str, table: str, id: str, remedy: Message) -> Problem:
    return entry.problem(
        key, "vanished", value=id, table=f"{table}.yaml", remedy_da=remedy.da, remedy_en=remedy.en
    )


HIDDEN = Message(
    "En kladde (status: draft) vises ikke. Skriv interest, paused eller closed.",
    "A draft (status: draft) is not shown. Write interest, paused or closed.",
)
TOO_EARLY = Message(
    "Det er ikke forbi. Lad posten stå med status: cancelled, til alle har fået besked, og flyt "
    "den så hertil.",
    "It is not over. Keep the record with status: cancelled until everybody has been told, and "
    "then move it here.",
)


def _ways_to_keep(table: str, id: str) -> Message:
    if status := TABLES[table].status_when_over:
        return Message(
            f"Ellers lad den stå med status: {status}, eller skriv “{id}” i retired.yaml, hvis "
            "den er forbi.",
            f"Otherwise keep it with status: {status}, or write “{id}” in retired.yaml if it is "
            "over.",
        )
    return Message(
        f"Ellers lad den stå, eller skriv “{id}” i retired.yaml, hvis den er væk for altid.",
        f"Otherwise keep it, or write “{id}” in retired.yaml if it is gone for good.",
    )


def _renamed(heir: Entry, was: str, otherwise: Message) -> Message:
    return Message(
        f"Er “{heir.record}” den samme, så skriv was: [{was}] i den. {otherwise.da}",
        f"If “{heir.record}” is the same, write was: [{was}] in it. {otherwise.en}",
    )
