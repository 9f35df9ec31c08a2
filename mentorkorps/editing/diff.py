"""What a change of the data does to the site, in plain Danish, for the person who reviews it."""

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from mentorkorps.catalogue import yaml_source
from mentorkorps.catalogue.binding import Entry
from mentorkorps.catalogue.diagnostics import DataError
from mentorkorps.catalogue.dictionary import Described, described
from mentorkorps.catalogue.load import files_of, read_all
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.lasting import LASTING
from mentorkorps.catalogue.tables import KEYS, TABLES
from mentorkorps.catalogue.yaml_source import Mapping, Node, Scalar, Sequence
from mentorkorps.interface.dates import MONTHS, day
from mentorkorps.validation.vanished_ids import Earlier, Known

CALLED = {
    "programmes": "programmet",
    "organisations": "organisationen",
    "courses": "kurset",
    "events": "arrangementet",
    "outcomes": "tallet",
    "forms": "formularen",
    "sources": "kilden",
    "rules": "regelkortet",
    "industries": "branchen",
    "languages": "sproget",
    "regions": "regionen",
    "municipalities": "kommunen",
    "postcodes": "postnummeret",
    "retired": "posten, der er væk for altid,",
    "placenames": "stednavnet",
}
WITH_A_PAGE = ("programmes", "organisations", "courses", "events", "industries", "forms", "municipalities")

TOLD_AS_DATES = ("days", "date", "start", "end", "seats", "deadline", "changed")

Entries = dict[tuple[str | None, ...], Entry]


class NoBase(Exception):
    """There is nothing to compare with; the text says why."""


@contextmanager
def earlier_data(base: str, data: Path) -> Iterator[Path]:
    """The data folder as it was: `base` itself if it is a folder, or the folder at that Git revision.

    Raises NoBase if Git knows no such revision.
    """
    if Path(base).is_dir():
        yield Path(base)
        return
    if base.startswith("-"):
        raise NoBase(f"{base} is neither a folder nor a Git revision")
    # A hook of Git sets GIT_DIR, and then Git would take the data folder for the whole of the repository.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", data, "archive", "--format=tar", base]
    archive = subprocess.run(command, capture_output=True, check=False, env=outside)
    if archive.returncode:
        raise NoBase(f"Git cannot give the data of {base}: {archive.stderr.decode(errors='replace').strip()}")
    with TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
            for member in tar:
                if member.isfile() and member.name.endswith(".yaml"):
                    target = Path(folder, member.name)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(tar.extractfile(member).read())
        yield Path(folder)


def earlier(base: Path) -> Earlier:
    """The records of a data folder that addresses or sign-ups may lead to; of a file that cannot be read, none."""
    found = {table: tuple(_known(base, table)) for table in LASTING}
    for file, record in _records(base, "retired"):
        id, table = _text(record, "id"), _text(record, "table")
        if id and table in found:
            found[table] += (Known((id,), file, status="cancelled"),)
    return found


def _known(base: Path, table: str) -> Iterator[Known]:
    for file, record in _records(base, table):
        status = _text(record, "status")
        ids = tuple(_ids(table, record))
        if ids and (table, status) != ("programmes", "draft"):
            yield Known(ids, file, _danish_name(record), status, _last_day(record))


def _records(base: Path, table: str) -> Iterator[tuple[str, Mapping]]:
    for name, path in files_of(base, base.as_posix(), table):
        try:
            root = yaml_source.read_yaml(path, name)
        except DataError:
            continue
        file = path.relative_to(base).as_posix()
        yield from (
            (file, one) for one in (root.items if isinstance(root, Sequence) else ()) if isinstance(one, Mapping)
        )


def _ids(table: str, record: Mapping) -> Iterator[str]:
    """Former ids, what stands in the address, and the key: the first id in front."""
    was = _at(record, "was")
    yield from (one.text for one in (was.items if isinstance(was, Sequence) else ()) if isinstance(one, Scalar))
    yield from (text for key in ("slug", *KEYS.get(table, ("id",))) if (text := _text(record, key)))


def _danish_name(record: Mapping) -> str | None:
    name = _at(record, "name")
    return _text(name, "da") if isinstance(name, Mapping) else _text(record, "name")


def _last_day(record: Mapping) -> str | None:
    days = _at(record, "days")
    last = days.items[-1] if isinstance(days, Sequence) and days.items else record
    return _text(last, "date") if isinstance(last, Mapping) else None


def _text(record: Mapping, key: str) -> str | None:
    node = _at(record, key)
    return node.text if isinstance(node, Scalar) else None


def differences(base: Path, data: Path, today: date) -> Iterator[str]:
    """One sentence a change, table by table, in the order of the files."""
    old, new = (_by_key(read_all(folder)[0]) for folder in (base, data))
    tables = described(data)
    for table in TABLES:
        renamed = {(one.text,): key for key, entry in new[table].items() for one in entry.former()}
        followed = {
            renamed[key]: entry for key, entry in old[table].items() if key in renamed and key not in new[table]
        }
        for key, entry in new[table].items():
            before = old[table].get(key) or followed.get(key)
            if before is None:
                yield from _added(entry, today)
            elif yaml_source.plain_value(entry.node) != yaml_source.plain_value(before.node):
                what = "; ".join(_changed(before, entry, tables[table].fields))
                yield f"{_label(entry)}: {what}{'' if what.endswith('?') else '.'}"
        for key, entry in old[table].items():
            if key not in new[table] and key not in renamed:
                yield f"{_label(entry)}: {CALLED[table]} er slettet.{_address_after(table, key, new)}"


def _address_after(table: str, key: tuple[str | None, ...], new: dict[str, Entries]) -> str:
    """What becomes of the address of a record that was deleted."""
    if table not in WITH_A_PAGE:
        return ""
    if (*key, table) in new["retired"]:
        return " Adressen siger, at det er væk for altid."
    return " Adressen dør; behold posten med en status i stedet."


def _by_key(tables: dict[str, list[Entry]]) -> dict[str, Entries]:
    return {
        table: {tuple(entry.text(name) for name in KEYS.get(table, ("id",))): entry for entry in entries}
        for table, entries in tables.items()
    }


def _added(entry: Entry, today: date) -> Iterator[str]:
    what = f"{CALLED[entry.table]} er tilføjet"
    if isinstance(entry.value, Course | Event) and entry.value.days[0].date < today:
        what += f", men det begyndte {day(entry.value.days[0].date, 'da')}"
    yield f"{_label(entry)}: {what}."


def _label(entry: Entry) -> str:
    """What people call a record; a programme and a course with its organisation or town."""
    for name in ("name", "title", "headline", "town"):
        node = _at(entry.node, name)
        if isinstance(node, Mapping) and isinstance(_at(node, "da"), Scalar):
            return _at(node, "da").text
        if isinstance(node, Scalar):
            return node.text
    return entry.record or "?"


def _changed(old: Entry, new: Entry, fields: tuple[Described, ...]) -> Iterator[str]:
    is_dated = isinstance(old.value, Course | Event) and isinstance(new.value, Course | Event)
    if is_dated:
        yield from _moved(CALLED[new.table], old.value, new.value)
    for field in fields:
        left, right = _at(old.node, field.name), _at(new.node, field.name)
        if yaml_source.plain_value(left) != yaml_source.plain_value(right) and not (
            is_dated and field.name in TOLD_AS_DATES
        ):
            yield from _field(field, left, right)
    for name in new.node.entries.keys() - {field.name for field in fields}:
        yield f"“{name}” er ikke et felt"


def _moved(called: str, old: Course | Event, new: Course | Event) -> Iterator[str]:
    if [one.date for one in old.days] != [one.date for one in new.days]:
        pairs = zip(old.days, new.days, strict=False)
        moves = " og ".join(_from_to(one.date, other.date) for one, other in pairs if one.date != other.date)
        yield f"{called} flyttes {moves}" if moves else "antallet af kursusdage ændres"
    elif old.days != new.days:
        yield "klokkeslættene ændres"
    if old.seats != new.seats:
        count = abs(new.seats - old.seats)
        yield f"{count} plads{'er' if count > 1 else ''} {'flere' if new.seats > old.seats else 'færre'}"
    if old.deadline != new.deadline:
        yield f"fristen flyttes {_from_to(old.deadline, new.deadline)}"


def _from_to(old: date, new: date) -> str:
    """fra 3. til 10. marts 2027; what both share is said once."""
    if (old.year, old.month) == (new.year, new.month):
        return f"fra {old.day}. til {day(new, 'da')}"
    if old.year == new.year:
        return f"fra {old.day}. {MONTHS['da'][old.month - 1]} til {day(new, 'da')}"
    return f"fra {day(old, 'da')} til {day(new, 'da')}"


def _field(field: Described, old: Node | None, new: Node | None) -> Iterator[str]:
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


def _without_english(field: Described, node: Node) -> str:
    lacks = field.translated and isinstance(node, Mapping) and "en" not in node.entries
    return ", men kun på dansk" if lacks else ""


def _translated(old: Mapping, new: Mapping) -> str:
    danish, english = (
        yaml_source.plain_value(_at(old, one)) != yaml_source.plain_value(_at(new, one)) for one in ("da", "en")
    )
    if "en" not in new.entries:
        return "er ændret; den engelske side mangler teksten" if danish else "har ikke længere en engelsk tekst"
    if danish and english:
        return "er ændret på begge sprog"
    return "er ændret på dansk; er den engelske nu forældet?" if danish else "er ændret på engelsk"


def _list(name: str, old: object, new: object) -> Iterator[str]:
    if not isinstance(old, list) or not isinstance(new, list):
        yield f"{name} er ændret"
        return
    gained, lost = [one for one in new if one not in old], [one for one in old if one not in new]
    for word, items in (("får", gained), ("mister", lost)):
        if items:
            yield f"{name} {word} {', '.join(map(str, items))}"
    if sorted(map(str, old)) == sorted(map(str, new)):
        yield f"{name} står i en anden rækkefølge"


def _at(node: Mapping, name: str) -> Node | None:
    return node.entries.get(name, (None, None))[1]
