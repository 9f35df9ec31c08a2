"""The data files -> one Catalogue of frozen records, or one DataError that carries every problem
found.

What passes here can be rendered: every required field is there, of its type, in both languages where it
must be, and every reference leads to a record. Limits of length, pattern and the like are `validation.limits`'.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from mentorkorps.catalogue import images, unread_files, yaml_source
from mentorkorps.catalogue.binding import TableReader, without_collector
from mentorkorps.catalogue.diagnostics import DataError, Problem
from mentorkorps.catalogue.dictionary import TableDescription, read_dictionary
from mentorkorps.catalogue.entries import Entries, Entry
from mentorkorps.catalogue.gazetteer import Gazetteer, gazetteer
from mentorkorps.catalogue.images import Size, pictures_beside
from mentorkorps.catalogue.integrity import integrity_problems
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.forms import Form, Purpose
from mentorkorps.catalogue.model.lasting import LastingRecord, Retired, known_as
from mentorkorps.catalogue.model.matching import MatchingRule
from mentorkorps.catalogue.model.operators import NOBODY, Operator
from mentorkorps.catalogue.model.organisations import (
    AnswerPromise,
    Industry,
    Organisation,
    Programme,
    SpokenLanguage,
)
from mentorkorps.catalogue.model.outcomes import Outcome, RuleCard, Source
from mentorkorps.catalogue.model.places import (
    Municipality,
    Neighbour,
    PlaceName,
    Postcode,
    Region,
)
from mentorkorps.catalogue.references import unknown_references
from mentorkorps.catalogue.suggestions import spelling_words
from mentorkorps.catalogue.tables import TABLES, Table
from mentorkorps.interface.languages import Language

DANISH_ORDER = str.maketrans({"æ": "z1", "ø": "z2", "å": "z3"})

R = TypeVar("R")


class Records(Mapping[str, R]):
    """The records of a table by their ids, in the order of the files; each is found by its former
    ids too.

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
    neighbours: tuple[Neighbour, ...]
    industries: Mapping[str, Industry]
    languages: Mapping[str, SpokenLanguage]
    organisations: Mapping[str, Organisation]
    programmes: Mapping[str, Programme]
    courses: Mapping[str, Course]
    events: Mapping[str, Event]
    outcomes: Mapping[str, Outcome]
    forms: Mapping[str, Form]
    matching: Mapping[str, MatchingRule]
    rules: Mapping[str, RuleCard]
    operators: Mapping[str, Operator]
    retired: tuple[Retired, ...]
    gazetteer: Gazetteer
    """Municipalities by what people write for a place."""
    pictures: Mapping[str, Size]
    """The pictures that records can show, by the names of their files."""
    dictionary: Mapping[str, TableDescription]
    """What each table and field is, may be and means."""

    def table(self, name: str) -> Mapping[str, LastingRecord]:
        """The records of a table that keeps former ids, by their ids. Raises AttributeError for an
        unknown table."""
        records: Mapping[str, LastingRecord] = getattr(self, name)
        return records

    def retired_record(self, table: str, id: str) -> Retired | None:
        return next(
            (record for record in self.retired if (record.table, record.id) == (table, id)), None
        )

    def lacks(self, table: str, id: str) -> bool:
        """Whether an id is unknown: neither today's nor a former one, nor that of a record that is
        gone for good."""
        return id not in self.table(table) and self.retired_record(table, id) is None

    def todays(self, table: str, id: str) -> str:
        """Today's id of a record that is known by one of its ids; that of an unknown one as it
        is."""
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
        return tuple(
            programme for programme in self.programmes.values() if programme.status != "draft"
        )

    def programmes_of(self, organisation: str) -> tuple[Programme, ...]:
        """Those that an organisation runs or takes part in."""
        return tuple(
            programme
            for programme in self.published_programmes()
            if organisation in (programme.organisation, *programme.partners)
        )

    def programmes_in(self, code: str) -> tuple[Programme, ...]:
        return tuple(
            programme
            for programme in self.published_programmes()
            if code in programme.municipalities
        )

    def programmes_for(self, industry: str) -> tuple[Programme, ...]:
        return tuple(
            programme
            for programme in self.published_programmes()
            if industry in programme.industries
        )

    def courses_in(self, code: str) -> tuple[Course, ...]:
        return tuple(
            course for course in self.courses.values() if course.venue.municipality == code
        )

    def courses_of(self, organisation: str) -> tuple[Course, ...]:
        return tuple(
            course for course in self.courses.values() if course.organisation == organisation
        )

    def events_in(self, code: str) -> tuple[Event, ...]:
        return tuple(event for event in self.events.values() if event.venue.municipality == code)

    def events_of(self, organisation: str) -> tuple[Event, ...]:
        return tuple(event for event in self.events.values() if event.organisation == organisation)

    def events_for(self, programme: str) -> tuple[Event, ...]:
        return tuple(event for event in self.events.values() if programme in event.programmes)

    def outcomes_of(self, programme: str) -> tuple[Outcome, ...]:
        return tuple(
            outcome for outcome in self.outcomes.values() if outcome.programme == programme
        )

    def portal(self) -> Organisation:
        """The organisation that runs the portal itself, and answers where nobody else has promised
        to."""
        return next(
            organisation
            for organisation in self.organisations.values()
            if organisation.type == "portal"
        )

    @property
    def operator(self) -> Operator:
        """Who runs the portal, as far as the data say."""
        return next(iter(self.operators.values()), NOBODY)

    def who_answers(self, programme: Programme | None = None) -> AnswerPromise:
        promised = programme.answers if programme else None
        answers = promised or self.portal().answers
        assert answers is not None  # `check` demands it of the portal's own organisation
        return answers

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
        return sorted(self.municipalities.values(), key=lambda place: danish_key(place.name))

    def places(self, text: str) -> tuple[Municipality, ...]:
        """The municipalities meant by a postcode ("8000", "8000 Aarhus C"), a municipality, a town
        or another place.

        None, one or several, in Danish order.
        """
        match = self.gazetteer.match(text)
        municipalities = () if match.is_guess else match.municipalities
        return tuple(sorted(municipalities, key=lambda place: danish_key(place.name)))


def load_catalogue(data: Path, name: str | None = None) -> Catalogue:
    """Reads a folder of tables, each a file `<table>.yaml` or a folder `<table>/*.yaml`, or both.

    `name` is what problems call the folder (its path as given, if not given). Raises DataError.
    """
    with without_collector():
        entries, problems = read_all(data, name)
        if problems:
            raise DataError(problems)
        return build_catalogue(entries, read_dictionary(data), pictures_beside(data))


def read_all(data: Path, name: str | None = None) -> tuple[Entries, list[Problem]]:
    """Every record that could be read, by table, and every problem found, in the order of the
    files."""
    reader, folder_name = TableReader(), name or data.as_posix()
    unread = unread_files.find_unread_files(data, {path for _, path in data_files(data)})
    misnamed = {file.table for file in unread}
    with without_collector():
        entries = {
            table: list(_records(data, folder_name, table, reader, table in misnamed))
            for table in TABLES
        }
    reader.problems.extend(unread_files.unread_file_problems(data, folder_name, unread))
    reader.problems.extend(images.picture_problems(data, folder_name))
    reader.problems.extend(
        unknown_references(reader.references, entries, reader.unread, reader.nameless)
    )
    reader.problems.extend(integrity_problems(entries, images.names_beside(data)))
    return entries, sorted(reader.problems, key=Problem.place)


def danish_key(name: str) -> str:
    return name.casefold().replace("aa", "å").translate(DANISH_ORDER)


def spelt_alike(text: str) -> str:
    """Text as people type it, without what they leave out: "Høje-Taastrup Kommune " -> "hoeje
    taastrup"."""
    return re.sub(r"\s*\bkommune$", "", " ".join(spelling_words(text)))


def _records(
    data: Path, name: str, table: str, reader: TableReader, is_misnamed: bool
) -> Iterator[Entry]:
    """The records of one table. `is_misnamed`: a file that seems to be the table's is a problem
    already."""
    files = list(files_of(data, name, table))
    if not files and (is_misnamed or not TABLES[table].may_be_absent):
        reader.unread.add(table)
        if not is_misnamed:
            reader.add(
                f"{name}/{table}.yaml",
                None,
                "unreadable",
                why_da="den findes ikke",
                why_en="it does not exist",
            )
    for file, path in files:
        try:
            root = yaml_source.read_yaml(path, file)
        except DataError as error:
            reader.problems.extend(error.problems)
            reader.unread.add(table)
            continue
        yield from reader.records(table, file, root)


def data_files(data: Path, name: str | None = None) -> Iterator[tuple[str, Path]]:
    """Every file of every table, by the name that problems call it."""
    for table in TABLES:
        yield from files_of(data, name or data.as_posix(), table)


def files_of(data: Path, name: str, table: str) -> Iterator[tuple[str, Path]]:
    """The files of one table, by the name that problems call them."""
    for path in (data / f"{table}.yaml", *sorted((data / table).glob("*.yaml"))):
        if path.is_file() and not unread_files.is_hidden(path):
            yield f"{name}/{path.relative_to(data).as_posix()}", path


def build_catalogue(
    entries: Entries, dictionary: Mapping[str, TableDescription], sizes: Mapping[str, Size]
) -> Catalogue:
    """The catalogue of entries that are all sound."""
    tables: dict[
        str, Any
    ] = {  # the field of each table has the type that its entry in TABLES names
        table.name: _by_key(table, entries[table.name])
        if table.has_one_key
        else tuple(entry.value for entry in entries[table.name])
        for table in TABLES.values()
    }
    municipalities = sorted(
        tables["municipalities"].values(), key=lambda place: danish_key(place.name)
    )
    return Catalogue(
        **tables,
        gazetteer=gazetteer(municipalities, tables["postcodes"], tables["placenames"].values()),
        pictures=sizes,
        dictionary=MappingProxyType(dict(dictionary)),
    )


def _by_key(table: Table, entries: Iterable[Entry]) -> Mapping[str, Any]:
    by_key = MappingProxyType({key_of(table, entry.value)[0]: entry.value for entry in entries})
    if not table.keeps_former_ids:
        return by_key
    former = {id: key for key, record in by_key.items() for id in known_as(record)[:-1]}
    return Records(by_key, MappingProxyType(former))


def key_of(table: Table, record: object) -> tuple[str, ...]:
    return tuple(getattr(record, name) for name in table.key)
