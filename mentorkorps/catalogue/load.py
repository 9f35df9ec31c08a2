"""The data files -> one Catalogue of frozen records, or one DataError that carries every problem found.

What passes here can be rendered: every required field is there, of its type, in both languages where it
must be, and every reference leads to a record. Limits of length, pattern and the like are check.py's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from mentorkorps.catalogue import images, unread_files, yaml_source
from mentorkorps.catalogue.binding import Entry, Reading, without_collector
from mentorkorps.catalogue.diagnostics import DataError, Problem
from mentorkorps.catalogue.dictionary import Table, described
from mentorkorps.catalogue.gazetteer import Gazetteer, gazetteer
from mentorkorps.catalogue.images import Size, pictures_beside
from mentorkorps.catalogue.integrity import integrity_problems
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.forms import Form, Purpose
from mentorkorps.catalogue.model.lasting import LASTING, Retired, known_as
from mentorkorps.catalogue.model.organisations import AnswerPromise, Industry, Organisation, Programme, SpokenLanguage
from mentorkorps.catalogue.model.outcomes import Outcome, RuleCard, Source
from mentorkorps.catalogue.model.places import Municipality, PlaceName, Postcode, Region
from mentorkorps.catalogue.suggestions import spelling_words
from mentorkorps.catalogue.tables import KEYS, TABLES, WITHOUT_AN_ID
from mentorkorps.interface.languages import Language

MAY_BE_ABSENT = ("placenames", "retired")
"""Tables without a file are empty: most portals have nothing to write there."""
DANISH_ORDER = str.maketrans({"æ": "z1", "ø": "z2", "å": "z3"})

R = TypeVar("R")


class Records(Mapping[str, R]):
    """The records of a table by their ids, in the order of the files; each is found by its former ids too.

    Whoever goes through them meets today's ids alone.
    """

    def __init__(self, by_id: Mapping[str, R], former: Mapping[str, str]) -> None:
        self._by_id = by_id
        self._former = former

    def __getitem__(self, id: str) -> R:
        return self._by_id[self._former.get(id, id)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def former(self) -> Mapping[str, str]:
        """Today's id by each former one."""
        return self._former


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All public records, each table by its key in the order of the files."""

    sources: Mapping[str, Source]
    regions: Mapping[str, Region]
    municipalities: Mapping[str, Municipality]
    postcodes: tuple[Postcode, ...]
    placenames: Mapping[str, PlaceName]
    industries: Mapping[str, Industry]
    languages: Mapping[str, SpokenLanguage]
    organisations: Mapping[str, Organisation]
    programmes: Mapping[str, Programme]
    courses: Mapping[str, Course]
    events: Mapping[str, Event]
    outcomes: Mapping[str, Outcome]
    forms: Mapping[str, Form]
    rules: Mapping[str, RuleCard]
    retired: tuple[Retired, ...]
    gazetteer: Gazetteer
    """Municipalities by what people write for a place."""
    pictures: Mapping[str, Size]
    """The pictures that records can show, by the names of their files."""
    described: Mapping[str, Table]
    """What each table and field is, may be and means."""

    def table(self, name: str) -> Mapping[str, object]:
        """The records of a table by their ids. Raises AttributeError for a table that has none."""
        records: Mapping[str, object] = getattr(self, name)
        return records

    def retired_record(self, table: str, id: str) -> Retired | None:
        return next((one for one in self.retired if (one.table, one.id) == (table, id)), None)

    def lacks(self, table: str, id: str) -> bool:
        """Whether an id is unknown: neither today's nor a former one, nor that of a record that is gone for good."""
        return id not in self.table(table) and self.retired_record(table, id) is None

    def todays(self, table: str, id: str) -> str:
        """Today's id of a record that is known by one of its ids; that of an unknown one as it is."""
        record = self.table(table).get(id)
        return id if record is None else known_as(record)[-1]

    def name(self, table: str, id: str, language: Language) -> str:
        """What a record is called, also one that is gone for good; of an unknown one the id."""
        record = self.table(table).get(id) or self.retired_record(table, id)
        if record is None:
            return id
        if isinstance(record, Municipality):
            return record.name
        return (record.title if isinstance(record, Form) else record.name).of(language)

    def published_programmes(self) -> tuple[Programme, ...]:
        return tuple(one for one in self.programmes.values() if one.status != "draft")

    def programmes_of(self, organisation: str) -> tuple[Programme, ...]:
        """Those that an organisation runs or takes part in."""
        return tuple(one for one in self.published_programmes() if organisation in (one.organisation, *one.partners))

    def programmes_in(self, code: str) -> tuple[Programme, ...]:
        return tuple(one for one in self.published_programmes() if code in one.municipalities)

    def programmes_for(self, industry: str) -> tuple[Programme, ...]:
        return tuple(one for one in self.published_programmes() if industry in one.industries)

    def courses_in(self, code: str) -> tuple[Course, ...]:
        return tuple(one for one in self.courses.values() if one.venue.municipality == code)

    def courses_of(self, organisation: str) -> tuple[Course, ...]:
        return tuple(one for one in self.courses.values() if one.organisation == organisation)

    def events_in(self, code: str) -> tuple[Event, ...]:
        return tuple(one for one in self.events.values() if one.venue.municipality == code)

    def events_of(self, organisation: str) -> tuple[Event, ...]:
        return tuple(one for one in self.events.values() if one.organisation == organisation)

    def events_for(self, programme: str) -> tuple[Event, ...]:
        return tuple(one for one in self.events.values() if programme in one.programmes)

    def outcomes_of(self, programme: str) -> tuple[Outcome, ...]:
        return tuple(one for one in self.outcomes.values() if one.programme == programme)

    def portal(self) -> Organisation:
        """The organisation that runs the portal itself, and answers where nobody else has promised to."""
        return next(one for one in self.organisations.values() if one.type == "portal")

    def who_answers(self, programme: Programme | None = None) -> AnswerPromise:
        promised = programme.answers if programme else None
        return promised or self.portal().answers

    def form_for(self, purpose: Purpose) -> Form:
        """The form that serves a purpose. Raises KeyError where a portal has none of that kind."""
        for form in self.forms.values():
            if form.purpose == purpose:
                return form
        raise KeyError(purpose)

    def forms_for(self, programme: Programme) -> tuple[Form, ...]:
        """The forms that lead to a programme: sign-up while it is open, and the interest list."""
        interest = self.form_for("interest")
        return (self.form_for("join"), interest) if programme.status == "open" else (interest,)

    def region_of(self, municipality: Municipality) -> tuple[Region, ...]:
        """The region of today and those that follow it."""
        regions = [self.regions[municipality.region]]
        while successor := regions[-1].successor:
            regions.append(self.regions[successor])
        return tuple(regions)

    def municipalities_sorted(self) -> list[Municipality]:
        """In Danish order: æ, ø, å (and aa) last."""
        return sorted(self.municipalities.values(), key=lambda one: danish_key(one.name))

    def places(self, text: str) -> tuple[Municipality, ...]:
        """The municipalities meant by a postcode ("8000", "8000 Aarhus C"), a municipality, a town or another place.

        None, one or several, in Danish order.
        """
        match = self.gazetteer.match(text)
        found = () if match.is_guess else match.municipalities
        return tuple(sorted(found, key=lambda one: danish_key(one.name)))


def load_catalogue(data: Path, name: str | None = None) -> Catalogue:
    """Reads a folder of tables, each a file `<table>.yaml` or a folder `<table>/*.yaml`, or both.

    `name` is what problems call the folder (its path as given, if not told). Raises DataError.
    """
    with without_collector():
        entries, problems = read_all(data, name)
        if problems:
            raise DataError(problems)
        return records_of(entries, described(data), pictures_beside(data))


def read_all(data: Path, name: str | None = None) -> tuple[dict[str, list[Entry]], list[Problem]]:
    """Every record that could be read, by table, and every problem found, in the order of the files."""
    reading, called = Reading(), name or data.as_posix()
    unread = unread_files.unread(data, {path for _, path in data_files(data)})
    meant = {one.table for one in unread}
    with without_collector():
        tables = {table: list(_records(data, called, table, reading, table in meant)) for table in TABLES}
    reading.problems.extend(unread_files.problems(data, called, unread))
    reading.problems.extend(images.problems(data, called))
    reading.refuse_unknown_references(tables)
    reading.problems.extend(integrity_problems(tables, images.names_beside(data)))
    return tables, sorted(reading.problems, key=lambda one: (one.file, one.line, one.column))


def danish_key(name: str) -> str:
    return name.casefold().replace("aa", "å").translate(DANISH_ORDER)


def spelt_alike(text: str) -> str:
    """Text as people type it, without what they leave out: "Høje-Taastrup Kommune " -> "hoeje taastrup"."""
    return re.sub(r"\s*\bkommune$", "", " ".join(spelling_words(text)))


def _records(data: Path, name: str, table: str, reading: Reading, is_told: bool) -> Iterator[Entry]:
    """The records of one table. `is_told`: some file that seems to be the table's is told already."""
    files = list(files_of(data, name, table))
    if not files and (is_told or table not in MAY_BE_ABSENT):
        reading.unread.add(table)
        if not is_told:
            reading.add(
                f"{name}/{table}.yaml", None, "unreadable", why_da="den findes ikke", why_en="it does not exist"
            )
    for file, path in files:
        try:
            root = yaml_source.read_yaml(path, file)
        except DataError as error:
            reading.problems.extend(error.problems)
            reading.unread.add(table)
            continue
        yield from reading.records(table, file, root)


def data_files(data: Path, name: str | None = None) -> Iterator[tuple[str, Path]]:
    """Every file of every table, by the name that problems call it."""
    for table in TABLES:
        yield from files_of(data, name or data.as_posix(), table)


def files_of(data: Path, name: str, table: str) -> Iterator[tuple[str, Path]]:
    """The files of one table, by the name that problems call them."""
    for path in (data / f"{table}.yaml", *sorted((data / table).glob("*.yaml"))):
        if path.is_file() and not unread_files.is_hidden(path):
            yield f"{name}/{path.relative_to(data).as_posix()}", path


def records_of(tables: dict[str, list[Entry]], described: Mapping[str, Table], sizes: Mapping[str, Size]) -> Catalogue:
    """The catalogue of entries that are all sound."""
    by_key = {table: _by_key(table, entries) for table, entries in tables.items() if table not in WITHOUT_AN_ID}
    postcodes, retired = (tuple(entry.value for entry in tables[name]) for name in WITHOUT_AN_ID)
    municipalities = sorted(by_key["municipalities"].values(), key=lambda one: danish_key(one.name))
    return Catalogue(
        **by_key,
        postcodes=postcodes,
        retired=retired,
        gazetteer=gazetteer(municipalities, postcodes, by_key["placenames"].values()),
        pictures=sizes,
        described=MappingProxyType(described),
    )


def _by_key(table: str, entries: Iterable[Entry]) -> Mapping[str, object]:
    by_key = MappingProxyType({key_of(table, entry.value)[0]: entry.value for entry in entries})
    if table not in LASTING:
        return by_key
    former = {id: key for key, record in by_key.items() for id in known_as(record)[:-1]}
    return Records(by_key, MappingProxyType(former))


def key_of(table: str, record: object) -> tuple[str, ...]:
    return tuple(getattr(record, key) for key in KEYS.get(table, ("id",)))
