"""What a change of the data does to the site, in plain Danish, for the person who reviews it."""

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

from mentorkorps.catalogue import yaml_source
from mentorkorps.catalogue.dictionary import FieldDescription, read_dictionary
from mentorkorps.catalogue.entries import Entries, Entry
from mentorkorps.catalogue.load import read_all
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.tables import TABLES, Table
from mentorkorps.catalogue.yaml_nodes import Mapping, Node, Scalar
from mentorkorps.interface.dates import MONTHS, day
from mentorkorps.interface.languages import LANGUAGES

SAID_AS_MOVES = ("days", "date", "start", "end", "seats", "deadline", "changed")
"""Fields of a course or an event of which `_moved` says what has changed."""

Key = tuple[str | None, ...]
ByKey = dict[Key, Entry]


def differences(base: Path, data: Path, today: date) -> Iterator[str]:
    """One sentence a change, table by table, in the order of the files."""
    old, new = (_by_key(read_all(folder)[0]) for folder in (base, data))
    dictionary = read_dictionary(data)
    for table in TABLES.values():
        fields = dictionary[table.name].fields if table.name in dictionary else ()
        retired = new["retired"].keys()
        yield from _differences(table, old[table.name], new[table.name], fields, retired, today)


def _differences(
    table: Table,
    old: ByKey,
    new: ByKey,
    fields: tuple[FieldDescription, ...],
    retired: Collection[Key],
    today: date,
) -> Iterator[str]:
    renamed: dict[Key, Key] = {
        (former.text,): key for key, entry in new.items() for former in entry.former()
    }
    followed = {
        renamed[key]: entry for key, entry in old.items() if key in renamed and key not in new
    }
    for key, entry in new.items():
        before = old.get(key) or followed.get(key)
        if before is None:
            yield from _added(table, entry, today)
        elif yaml_source.plain_value(entry.node) != yaml_source.plain_value(before.node):
            changes = "; ".join(_changed(table, before, entry, fields))
            yield f"{_label(entry)}: {changes}{'' if changes.endswith('?') else '.'}"
    for key, entry in old.items():
        if key not in new and key not in renamed:
            address = _address_after(table, (*key, table.name) in retired)
            yield f"{_label(entry)}: {table.noun.da} er slettet.{address}"


def _address_after(table: Table, is_retired: bool) -> str:
    """What becomes of the address of a record that was deleted."""
    if table.page is None:
        return ""
    if is_retired:
        return " Adressen siger, at det er væk for altid."
    return " Adressen dør; behold posten med en status i stedet."


def _by_key(entries: Entries) -> dict[str, ByKey]:
    return {
        table.name: {
            tuple(entry.text(name) for name in table.key): entry for entry in entries[table.name]
        }
        for table in TABLES.values()
    }


def _added(table: Table, entry: Entry, today: date) -> Iterator[str]:
    sentence = f"{table.noun.da} er tilføjet"
    if isinstance(entry.value, Course | Event) and entry.value.days[0].date < today:
        sentence += f", men det begyndte {day(entry.value.days[0].date, 'da')}"
    yield f"{_label(entry)}: {sentence}."


def _label(entry: Entry) -> str:
    """What people call a record; a programme and a course with its organisation or town."""
    for field in ("name", "title", "headline", "town"):
        name = entry.node.mapping(field)
        if label := name.text("da") if name else entry.text(field):
            return label
    return entry.record or "?"


def _changed(
    table: Table, old: Entry, new: Entry, fields: tuple[FieldDescription, ...]
) -> Iterator[str]:
    moves = isinstance(old.value, Course | Event) and isinstance(new.value, Course | Event)
    if moves:
        yield from _moved(table.noun.da, old.value, new.value)
    for field in fields:
        before, after = old.node.get(field.name), new.node.get(field.name)
        is_equal = yaml_source.plain_value(before) == yaml_source.plain_value(after)
        if not is_equal and not (moves and field.name in SAID_AS_MOVES):
            yield from _field(field, before, after)
    for name in new.node.entries.keys() - {field.name for field in fields}:
        yield f"“{name}” er ikke et felt"


def _moved(noun: str, old: Course | Event, new: Course | Event) -> Iterator[str]:
    if [before.date for before in old.days] != [after.date for after in new.days]:
        pairs = zip(old.days, new.days, strict=False)
        moves = " og ".join(
            _from_to(before.date, after.date)
            for before, after in pairs
            if before.date != after.date
        )
        yield f"{noun} flyttes {moves}" if moves else "antallet af kursusdage ændres"
    elif old.days != new.days:
        yield "klokkeslættene ændres"
    if old.seats != new.seats:
        count = abs(new.seats - old.seats)
        more = "flere" if new.seats > old.seats else "færre"
        yield f"{count} plads{'er' if count > 1 else ''} {more}"
    if old.deadline != new.deadline:
        yield f"fristen flyttes {_from_to(old.deadline, new.deadline)}"


def _from_to(old: date, new: date) -> str:
    """fra 3. til 10. marts 2027; what both share is said once."""
    if (old.year, old.month) == (new.year, new.month):
        return f"fra {old.day}. til {day(new, 'da')}"
    if old.year == new.year:
        return f"fra {old.day}. {MONTHS['da'][old.month - 1]} til {day(new, 'da')}"
    return f"fra {day(old, 'da')} til {day(new, 'da')}"


def _field(field: FieldDescription, old: Node | None, new: Node | None) -> Iterator[str]:
    name = f"“{field.name}”"
    if new is None:
        yield f"{name} er fjernet"
    elif old is None:
        yield f"{name} er tilføjet{_without_english(field, new)}"
    elif field.translated and isinstance(old, Mapping) and isinstance(new, Mapping):
        yield f"{name} {_translated(old, new)}"
    elif isinstance(old, Scalar) and isinstance(new, Scalar):
        yield f"{name} ændres fra {old.text} til {new.text}"
    elif field.references and field.type == "array":
        yield from _list(name, yaml_source.plain_value(old), yaml_source.plain_value(new))
    else:
        yield f"{name} er ændret"


def _without_english(field: FieldDescription, node: Node) -> str:
    lacks = field.translated and isinstance(node, Mapping) and "en" not in node.entries
    return ", men kun på dansk" if lacks else ""


def _translated(old: Mapping, new: Mapping) -> str:
    danish, english = (
        yaml_source.plain_value(old.get(language)) != yaml_source.plain_value(new.get(language))
        for language in LANGUAGES
    )
    if "en" not in new.entries:
        return (
            "er ændret; den engelske side mangler teksten"
            if danish
            else "har ikke længere en engelsk tekst"
        )
    if danish and english:
        return "er ændret på begge sprog"
    return "er ændret på dansk; er den engelske nu forældet?" if danish else "er ændret på engelsk"


def _list(name: str, old: object, new: object) -> Iterator[str]:
    if not isinstance(old, list) or not isinstance(new, list):
        yield f"{name} er ændret"
        return
    gained = [value for value in new if value not in old]
    lost = [value for value in old if value not in new]
    for word, items in (("får", gained), ("mister", lost)):
        if items:
            yield f"{name} {word} {', '.join(map(str, items))}"
    if sorted(map(str, old)) == sorted(map(str, new)):
        yield f"{name} står i en anden rækkefølge"
