"""The data files -> one Catalogue of frozen records, or one DataError that carries every problem found.

What passes here can be rendered: every required field is there, of its type, in both languages where it
must be, and every reference leads to a record. Limits of length, pattern and the like are check.py's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, time
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from mentorkorps import patterns, source
from mentorkorps.described import DESCRIPTION, Table, described
from mentorkorps.meant import nearest, words
from mentorkorps.model import (
    BOOKED_BY,
    KEYS,
    TABLES,
    Answers,
    Course,
    Event,
    Form,
    Industry,
    Municipality,
    Organisation,
    Outcome,
    Postcode,
    Programme,
    Region,
    Rule,
    Source,
    SpokenLanguage,
)
from mentorkorps.pictures import Size, pictures_beside
from mentorkorps.problem import DataError, Problem
from mentorkorps.reading import Entry, Reading, shown, without_collector
from mentorkorps.source import Node

OPEN_NEEDS = ("confirmed", "mentors", "audience", "commitment", "training", "matching", "insurance", "answers")
WITH_PICTURES = ("organisations", "programmes", "events")
JOINING = ("mentor", "interesseliste")
"""The forms by which people join a programme."""
Moment = date | time
DANISH_ORDER = str.maketrans({"æ": "z1", "ø": "z2", "å": "z3"})


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All public records, each table by its key in the order of the files."""

    sources: Mapping[str, Source]
    regions: Mapping[str, Region]
    municipalities: Mapping[str, Municipality]
    postcodes: tuple[Postcode, ...]
    industries: Mapping[str, Industry]
    languages: Mapping[str, SpokenLanguage]
    organisations: Mapping[str, Organisation]
    programmes: Mapping[str, Programme]
    courses: Mapping[str, Course]
    events: Mapping[str, Event]
    outcomes: Mapping[str, Outcome]
    forms: Mapping[str, Form]
    rules: Mapping[str, Rule]
    gazetteer: Mapping[str, tuple[Municipality, ...]]
    """Municipalities by what people write: a postcode, a municipality's name, a town's name, spelt alike."""
    pictures: Mapping[str, Size]
    """The pictures that records can show, by the names of their files."""
    described: Mapping[str, Table]
    """What each table and field is, may be and means."""

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

    def who_answers(self, programme: Programme | None = None) -> Answers:
        promised = programme.answers if programme else None
        return promised or self.portal().answers

    def forms_for(self, programme: Programme) -> tuple[Form, ...]:
        """The forms that lead to a programme: sign-up while it is open, and always the interest list."""
        names = JOINING if programme.status == "open" else JOINING[1:]
        return tuple(self.forms[name] for name in names)

    def form_for(self, programme: Programme) -> Form:
        """Sign-up for a programme that is open, the interest list for any other."""
        return self.forms_for(programme)[0]

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
        """The municipalities meant by a postcode ("8000", "8000 Aarhus C"), a municipality or a town.

        None, one or several: a postcode may lie in more than one municipality.
        """
        wanted = spelt_alike(text)
        postcode = re.match(r"[0-9]{4}\b", wanted)
        return self.gazetteer.get(postcode[0] if postcode else wanted, ())


def load(data: Path, name: str | None = None) -> Catalogue:
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
    reading = Reading()
    with without_collector():
        tables = {table: list(_records(data, name or data.as_posix(), table, reading)) for table in TABLES}
    reading.problems.extend(_unknown_files(data, name or data.as_posix()))
    reading.refuse_unknown_references(tables)
    for rule in RULES_OF_TABLES:
        reading.problems.extend(rule(tables))
    reading.problems.extend(_missing_pictures(tables, pictures_beside(data)))
    return tables, sorted(reading.problems, key=lambda one: (one.file, one.line, one.column))


def danish_key(name: str) -> str:
    return name.casefold().replace("aa", "å").translate(DANISH_ORDER)


def spelt_alike(text: str) -> str:
    """Text as people type it, without what they leave out: "Høje-Taastrup Kommune " -> "hoeje taastrup"."""
    return re.sub(r"\s*\bkommune$", "", " ".join(words(text)))


def _records(data: Path, name: str, table: str, reading: Reading) -> Iterator[Entry]:
    files = list(files_of(data, name, table))
    if not files:
        reading.unread.add(table)
        if not (data / f"{table}.yml").exists():
            reading.add(
                f"{name}/{table}.yaml", None, "unreadable", why_da="den findes ikke", why_en="it does not exist"
            )
    for file, path in files:
        try:
            root = source.read(path, file)
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
        if path.is_file():
            yield f"{name}/{path.relative_to(data).as_posix()}", path


def _unknown_files(data: Path, name: str) -> Iterator[Problem]:
    for path in sorted((*data.glob("*.y*ml"), *data.glob("*/*.y*ml"))):
        inside = path.relative_to(data)
        table = inside.parts[0].removesuffix(path.suffix)
        if path.suffix == ".yml":
            yield Problem.at(f"{name}/{inside.as_posix()}", None, "file-ending", name=f"{path.stem}.yaml")
        elif table not in TABLES and inside.name != DESCRIPTION:
            yield Problem.at(f"{name}/{inside.as_posix()}", None, "unknown-table", table=table)


def records_of(
    tables: dict[str, list[Entry]], described: Mapping[str, Table], pictures: Mapping[str, Size]
) -> Catalogue:
    """The catalogue of entries that are all sound."""
    by_key = {
        table: MappingProxyType({key_of(table, entry.value)[0]: entry.value for entry in entries})
        for table, entries in tables.items()
        if table != "postcodes"
    }
    postcodes = tuple(entry.value for entry in tables["postcodes"])
    gazetteer = _gazetteer(by_key["municipalities"], postcodes)
    return Catalogue(
        **by_key, postcodes=postcodes, gazetteer=gazetteer, pictures=pictures, described=MappingProxyType(described)
    )


def _gazetteer(
    municipalities: Mapping[str, Municipality], postcodes: Iterable[Postcode]
) -> Mapping[str, tuple[Municipality, ...]]:
    written = [(written, one.municipality) for one in postcodes for written in (one.postcode, spelt_alike(one.town))]
    codes: dict[str, set[str]] = {}
    for name, code in written:
        codes.setdefault(name, set()).add(code)
    # A municipality's own name means the municipality, also where its town reaches into the next one.
    codes |= {spelt_alike(one.name): {one.code} for one in municipalities.values()}
    in_order = {
        name: tuple(sorted((municipalities[code] for code in of), key=lambda one: danish_key(one.name)))
        for name, of in codes.items()
    }
    return MappingProxyType(in_order)


def key_of(table: str, record: object) -> tuple[str, ...]:
    return tuple(getattr(record, key) for key in KEYS.get(table, ("id",)))


def _duplicates(tables: dict[str, list[Entry]]) -> Iterator[Problem]:
    for table, entries in tables.items():
        names = KEYS.get(table, ("id",))
        seen: dict[tuple[str, ...], Entry] = {}
        for entry in entries:
            key = tuple(entry.text(name) for name in names)
            if all(key) and key in seen:
                first = seen[key]
                yield entry.problem(
                    names[0], "duplicate-id", key=names[0], value=key[0], file=first.file, line=first.node.line
                )
            seen.setdefault(key, entry)


def _shared_addresses(tables: dict[str, list[Entry]]) -> Iterator[Problem]:
    """Municipalities whose pages would overwrite each other."""
    seen: dict[str, Entry] = {}
    for entry in tables["municipalities"]:
        slug = entry.text("slug")
        if slug and slug in seen:
            first = seen[slug]
            yield entry.problem("slug", "duplicate-id", key="slug", value=slug, file=first.file, line=first.node.line)
        seen.setdefault(slug or "", entry)


def _programme_rules(tables: dict[str, list[Entry]]) -> Iterator[Problem]:
    for entry in tables["programmes"]:
        if entry.text("status") == "open":
            for key in OPEN_NEEDS:
                if key not in entry.node.entries:
                    yield entry.problem("status", "open-needs", key=key)


def _course_rules(tables: dict[str, list[Entry]]) -> Iterator[Problem]:
    for entry in tables["courses"]:
        course = entry.value
        if course is None:
            continue
        if not course.days:
            yield entry.problem("days", "empty", key="days")
            continue
        nodes = entry.node.entries["days"][1].items
        dates = [
            ("deadline", course.deadline, entry.node.entries["deadline"][1]),
            *(
                (f"days {number}", day.date, node.entries["date"][1])
                for number, (day, node) in enumerate(zip(course.days, nodes, strict=True), 1)
            ),
        ]
        for (earlier, before, _), (later, after, node) in pairwise(dates):
            if after <= before:
                yield _out_of_order(entry, node, later, after, earlier, before)
        for number, (day, node) in enumerate(zip(course.days, nodes, strict=True), 1):
            if day.end <= day.start:
                end = node.entries["end"][1]
                yield _out_of_order(entry, end, f"end {number}", day.end, f"start {number}", day.start)


def _out_of_order(entry: Entry, node: Node, later: str, after: Moment, earlier: str, before: Moment) -> Problem:
    return Problem.at(
        entry.file, node, "order-of-dates", record=entry.record, field=later.split()[0],
        later=later, later_value=_told(after), earlier=earlier, earlier_value=_told(before),
    )  # fmt: skip


def _told(moment: Moment) -> str:
    return moment.isoformat("minutes") if isinstance(moment, time) else moment.isoformat()


def _event_rules(tables: dict[str, list[Entry]]) -> Iterator[Problem]:
    for entry in tables["events"]:
        event = entry.value
        if event is None:
            continue
        nodes = {key: entry.node.entries[key][1] for key in ("date", "end")}
        if event.date <= event.deadline:
            yield _out_of_order(entry, nodes["date"], "date", event.date, "deadline", event.deadline)
        if event.end <= event.start:
            yield _out_of_order(entry, nodes["end"], "end", event.end, "start", event.start)


def _form_rules(tables: dict[str, list[Entry]]) -> Iterator[Problem]:
    for entry in tables["forms"]:
        if entry.value is not None:
            for why_da, why_en in _wrong_in_form(entry.value):
                yield entry.problem("fields", "form", why_da=why_da, why_en=why_en)


def _pattern_rules(tables: dict[str, list[Entry]]) -> Iterator[Problem]:
    for entry in tables["forms"]:
        for node in entry.scalars("fields", "pattern"):
            if why := patterns.flaw(node.text):
                yield Problem.at(
                    entry.file, node, "pattern",
                    record=entry.record, field="pattern", value=shown(node), why_da=why[0], why_en=why[1],
                )  # fmt: skip


def _wrong_in_form(form: Form) -> Iterator[tuple[str, str]]:
    names = [field.id for field in form.fields] + [consent.id for consent in form.consents]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"“{name}” står to gange", f"“{name}” stands twice"
    for field in form.fields:
        is_choice = field.type in ("choice", "choices")
        if is_choice != bool(field.options or field.options_from):
            da, en = ("skal have", "needs") if is_choice else ("kan ikke have", "cannot have")
            yield (
                f"“{field.id}” er af typen {field.type} og {da} svarmuligheder (options eller options_from)",
                f"“{field.id}” is of type {field.type} and {en} options (options or options_from)",
            )
        if field.pattern and field.type != "text":
            yield f"“{field.id}” er ikke af typen text, så pattern gælder ikke", f"“{field.id}” is not of type text"
        if (field.type == "email") != (field.id == "email"):
            yield f"“{field.id}”: feltet til mailadressen hedder email", f"“{field.id}”: the address's field is email"
    if form.books and not _asks_what_it_books(form):
        yield (
            f"den giver plads i {form.books}, så den skal spørge efter “{BOOKED_BY[form.books]}” og efter “email”",
            f"it gives places in {form.books}, so it must ask for “{BOOKED_BY[form.books]}” and for “email”",
        )
    yield from _wrong_conditions(form)
    yield from _wrong_steps(form)


def _asks_what_it_books(form: Form) -> bool:
    asked = {field.id: field for field in form.fields if field.required and not field.shown_if}
    which = asked.get(BOOKED_BY[form.books])
    return "email" in asked and which is not None and which.options_from == form.books


def _wrong_conditions(form: Form) -> Iterator[tuple[str, str]]:
    before: dict[str, tuple[str, ...]] = {}
    for field in form.fields:
        condition = field.shown_if
        if condition and condition.field not in before:
            yield (
                f"“{field.id}” afhænger af “{condition.field}”, som skal være et valg eller kryds længere oppe",
                f"“{field.id}” depends on “{condition.field}”, which must be a choice or a box further up",
            )
        elif condition and condition.value not in before[condition.field]:
            options = ", ".join(before[condition.field])
            yield (
                f"“{field.id}” venter på “{condition.value}”, men “{condition.field}” kan kun være {options}",
                f"“{field.id}” waits for “{condition.value}”, but “{condition.field}” can only be {options}",
            )
        if field.type == "tick":
            before[field.id] = ("yes",)
        elif field.options:
            before[field.id] = tuple(option.value for option in field.options)


def _wrong_steps(form: Form) -> Iterator[tuple[str, str]]:
    folded = [field.id for field in form.fields if field.more]
    if folded and form.more is None:
        yield f"“{folded[0]}” står bag folden, så “more” mangler", f"“{folded[0]}” is folded, so “more” is missing"
    if any(field.step for field in form.fields):
        if form.fields[0].step is None:
            yield "det første spørgsmål skal begynde et trin (step)", "the first question must begin a step"
        if folded:
            yield "trin og fold kan ikke stå i samme formular", "steps and a fold cannot stand in one form"


def _missing_pictures(tables: dict[str, list[Entry]], pictures: Mapping[str, Size]) -> Iterator[Problem]:
    for entry in (entry for table in WITH_PICTURES for entry in tables[table]):
        if entry.value and entry.value.picture and entry.value.picture.file not in pictures:
            node = entry.node.entries["picture"][1].entries["file"][1]
            yield Problem.at(
                entry.file, node, "missing-picture",
                record=entry.record, field="file", value=shown(node), suggestion=nearest(node.text, pictures),
            )  # fmt: skip


def _portal_rules(tables: dict[str, list[Entry]]) -> Iterator[Problem]:
    portals = [entry for entry in tables["organisations"] if entry.text("type") == "portal"]
    for entry in portals:
        if "answers" not in entry.node.entries:
            yield entry.problem("type", "open-needs", key="answers")
    for entry in portals[1:]:
        first = portals[0]
        yield entry.problem("type", "duplicate-id", key="type", value="portal", file=first.file, line=first.node.line)
    if not portals and tables["organisations"]:
        yield tables["organisations"][0].problem("type", "missing", key="type: portal")
    ids = {entry.text("id") for entry in tables["forms"]}
    for needed in JOINING:
        if tables["forms"] and needed not in ids:
            yield tables["forms"][0].problem("id", "missing", key=f"id: {needed}")


RULES_OF_TABLES = (
    _duplicates, _shared_addresses, _programme_rules, _course_rules, _event_rules, _form_rules, _pattern_rules,
    _portal_rules,
)  # fmt: skip

assert {field.name for field in fields(Catalogue)} == {*TABLES, "gazetteer", "pictures", "described"}
