"""Ids that an earlier edition of the data had and this one lacks: their addresses would die, their sign-ups be lost."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from mentorkorps.catalogue.binding import Entry
from mentorkorps.catalogue.diagnostics import Problem
from mentorkorps.catalogue.messages import files
from mentorkorps.catalogue.messages.rule import Message
from mentorkorps.catalogue.model.lasting import LASTING
from mentorkorps.catalogue.suggestions import nearest, slug

Entries = dict[str, list[Entry]]
DATED = ("courses", "events")
CLOSED = {"programmes": "closed", "courses": "cancelled", "events": "cancelled"}
"""The status of what is over and keeps its page."""
MOST_COMPARED = 200
"""Ids that are compared letter by letter, since each costs some 20 µs."""
NEVER = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Known:
    """A record of an earlier edition: its ids, the first that it had in front, and where in the folder it stood.

    `status` and `last_day` (ISO 8601) as they were written.
    """

    ids: tuple[str, ...]
    file: str
    name: str | None = None
    status: str | None = None
    last_day: str | None = None

    def is_over(self, today: date) -> bool:
        return self.status == "cancelled" or (self.last_day or NEVER) < today.isoformat()


Earlier = Mapping[str, tuple[Known, ...]]
"""The records of an earlier edition by table: those that keep their ids, and those that are gone for good."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of today beside its earlier edition. `folder` is what problems call the data folder."""

    name: str
    folder: str
    entries: list[Entry]
    retired: dict[str, Entry]
    earlier: tuple[Known, ...]

    def problems(self, today: date) -> Iterator[Problem]:
        here = {id for entry in self.entries if not _is_hidden(entry) for id in _spelt(entry)}
        for known in self.earlier:
            for id in known.ids:
                if id in here:
                    continue
                if id not in self.retired:
                    yield self._vanished(known, id)
                elif self.name in DATED and not known.is_over(today):
                    yield _told(self.retired[id], "id", self.name, id, TOO_EARLY)
        yield from self._out_of_order()

    def _vanished(self, known: Known, id: str) -> Problem:
        if hidden := next((one for one in self.entries if id in _spelt(one)), None):
            return _told(hidden, "status", self.name, id, HIDDEN)
        remedy = _kept(self.name, id)
        if heir := self._heir(known, id):
            was = ", ".join([*(one.text for one in heir.former()), id])
            return _told(heir, "was" if heir.former() else "id", self.name, id, _renamed(heir, was, remedy))
        return Problem.at(
            f"{self.folder}/{known.file}", None, "vanished",
            record=id, field="id", value=id, table=f"{self.name}.yaml",
            remedy_da=remedy.da, remedy_en=remedy.en,
        )  # fmt: skip

    def _heir(self, known: Known, id: str) -> Entry | None:
        """What may have taken the place: the record with one of its other ids, its name, or an id spelt alike."""
        before = {one for record in self.earlier for one in record.ids}
        fresh = {one.record: one for one in self.entries if one.record and one.record not in before}
        kept = (one for one in self.entries if set(_ids(one)) & set(known.ids))
        named = (one for one in fresh.values() if known.name and known.name in one.names())
        alike = nearest(id, fresh) if len(fresh) <= MOST_COMPARED else None
        return next(kept, None) or next(named, None) or fresh.get(alike or "")

    def _out_of_order(self) -> Iterator[Problem]:
        """Former ids in another order: the database keeps what is about a record under the first of them."""
        for entry in self.entries if self.name != "municipalities" else ():
            ids = _ids(entry)
            for known in self.earlier:
                before = [id for id in known.ids if id in ids]
                if before != [id for id in ids if id in before]:
                    yield Problem.at(
                        entry.file, entry.former()[0], "former-id",
                        record=entry.record, field="was", value=entry.former()[0].text,
                        why_da=f"rækkefølgen var {', '.join(before)}, det ældste først",
                        why_en=f"the order was {', '.join(before)}, the oldest first",
                    )  # fmt: skip


def vanished(
    entries: Entries, earlier: Earlier, problems: Iterable[Problem], today: date, folder: str
) -> Iterator[Problem]:
    """Every id that is not known any more, with its remedy. `problems` are those of the files.

    A table of which some file cannot be read is left out: that is told already.
    """
    broken = {one.file for one in problems if one.rule in files.RULES}
    for name in LASTING:
        if not any(_is_of(file, f"{folder}/{name}") for file in broken):
            retired = {one.record: one for one in entries["retired"] if one.record and one.text("table") == name}
            yield from Table(name, folder, entries[name], retired, earlier.get(name, ())).problems(today)


def _is_of(file: str, table: str) -> bool:
    return file == f"{table}.yaml" or file.startswith(f"{table}/")


def _is_hidden(entry: Entry) -> bool:
    return entry.table == "programmes" and entry.text("status") == "draft"


def _ids(entry: Entry) -> list[str]:
    """All ids of a record, the first that it had in front; what stands in its address counts as one."""
    written = [*(one.text for one in entry.former()), entry.text("slug"), entry.record]
    return [id for id in written if id]


def _spelt(entry: Entry) -> set[str]:
    """The same, also as they were meant where they are misspelt: that is told already."""
    return {id for written in _ids(entry) for id in (written, slug(written)) if id}


def _told(entry: Entry, key: str, table: str, id: str, remedy: Message) -> Problem:
    return entry.problem(
        key, "vanished", value=id, table=f"{table}.yaml", remedy_da=remedy.da, remedy_en=remedy.en
    )  # fmt: skip


HIDDEN = Message(
    "En kladde (status: draft) vises ikke. Skriv interest, paused eller closed.",
    "A draft (status: draft) is not shown. Write interest, paused or closed.",
)
TOO_EARLY = Message(
    "Det er ikke forbi. Lad posten stå med status: cancelled, til alle har fået besked, og flyt den så hertil.",
    "It is not over. Keep the record with status: cancelled until everybody has been told, and then move it here.",
)


def _kept(table: str, id: str) -> Message:
    if table in CLOSED:
        return Message(
            f"Ellers lad den stå med status: {CLOSED[table]}, eller skriv “{id}” i retired.yaml, hvis den er forbi.",
            f"Otherwise keep it with status: {CLOSED[table]}, or write “{id}” in retired.yaml if it is over.",
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
