"""A whole record at the end of its file: every field in the order of the record, each with what it means.

Fields without a value stand as comments. The rest of the file stays as it is, byte for byte.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from mentorkorps.catalogue import yaml_source
from mentorkorps.catalogue.diagnostics import DataError
from mentorkorps.catalogue.dictionary import Described
from mentorkorps.catalogue.load import files_of, read_all
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.yaml_source import Node
from mentorkorps.interface.dates import MONTHS
from mentorkorps.interface.languages import LANGUAGES

KINDS = {"programme": "programmes", "organisation": "organisations", "course": "courses", "event": "events"}
PLAIN = re.compile(r"[A-Za-zÆØÅæøå][A-Za-zÆØÅæøå0-9 ()/.'-]*[A-Za-zÆØÅæøå0-9().]|[A-Za-zÆØÅæøå]")
NOT_PLAIN = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
COURSE_HOURS = ("09:00", "16:00")

Values = Mapping[str, str]
"""Values by their path: `name.da`, `venue.municipality`; lists are written with commas."""
Ask = Callable[[str, Described], str]


def defaults(kind: str, today: date) -> dict[str, str]:
    """What an editor is not asked for."""
    match kind:
        case "programme":
            return {"status": "draft"}
        case "course" | "event":
            return {"status": "planned", "confirmed": today.isoformat(), "language": "da"}
        case _:
            return {}


def needed(fields: tuple[Described, ...], before: str = "") -> Iterator[tuple[str, Described]]:
    """The paths that a record cannot do without, with their fields."""
    for field in fields:
        if field.required:
            if field.inner and field.type == "object":
                yield from needed(field.inner, f"{before}{field.name}.")
            else:
                yield f"{before}{field.name}", field


def paths(fields: tuple[Described, ...], before: str = "") -> Iterator[str]:
    """Every path that can be given a value."""
    for field in fields:
        if field.inner and field.type == "object":
            yield from paths(field.inner, f"{before}{field.name}.")
        else:
            yield f"{before}{field.name}"


def record_text(fields: tuple[Described, ...], given: Values, ask: Ask) -> str:
    """The record as YAML; `ask` is called for what is needed and not given. Raises whatever `ask` raises."""
    values = {**given, **{path: ask(path, field) for path, field in needed(fields) if path not in given}}
    lines = [line for field in fields for line in _lines(field, values, field.name, "  ", commented=True)]
    what_id_means, id, *rest = lines
    return "\n".join([f"- {id.lstrip()}", what_id_means.replace("# ", "# id: ", 1), *rest]) + "\n"


def copy_text(data: Path, table: str, held: Course | Event, day: date, today: date, given: Values) -> str:
    """The lines of an earlier course or event with its days, deadline and name moved to begin on `day`.

    Comments and order stay as they are. The copy is planned, and confirmed today.
    """
    file, node = _found(data, table, held)
    lines = file.read_text("utf-8-sig").split("\n")
    first = held.days[0].date
    moved = day - first
    new_id = given.get("id") or _moved_words(held.id, first, day, "da", "-")
    if new_id == held.id:
        new_id = f"{held.id}-{day.isoformat()}"
    edits: list[tuple[Node, str]] = [
        (_at(node, "id"), new_id),
        (_at(node, "status"), "planned"),
        (_at(node, "deadline"), f'"{held.deadline + moved}"'),
        (_at(node, "confirmed"), f'"{today}"'),
    ]
    if "changed" in node.entries:
        edits.append((_at(node, "changed"), f'"{today} 00:00"'))
    objects = _at(node, "days").items if isinstance(held, Course) else [node]
    for one, held_on in zip(objects, held.days, strict=True):
        edits.append((_at(one, "date"), f'"{held_on.date + moved}"'))
    for language in LANGUAGES:
        name = _at(_at(node, "name"), language)
        moved_name = _moved_words(name.text, first, day, language, " ")
        edits.append((name, _quoted(given.get(f"name.{language}", moved_name))))
    for one, value in sorted(edits, key=lambda edit: (edit[0].line, edit[0].column), reverse=True):
        line = lines[one.line - 1]
        lines[one.line - 1] = line[: one.column - 1] + value + line[one.end_column - 1 :]
    copied = range(node.line, _end(file, node, len(lines)) + 1)
    own = _lines_of(node, "was")
    return "\n".join(lines[number - 1] for number in copied if number not in own).rstrip() + "\n"


def _lines_of(node: yaml_source.Mapping, key: str) -> range:
    """The lines on which a field stands, from its name to before the next field."""
    names = [place.line for place, _ in node.entries.values()]
    first = node.entries[key][0].line if key in node.entries else 0
    if names.count(first) != 1:  # another field stands beside it
        return range(0)
    after = [line for line in names if line > first]
    return range(first, min(after) if after else _last_line(node.entries[key][1]) + 1)


def _last_line(node: Node) -> int:
    return max([node.line, *(one.line for one in getattr(node, "items", ()))])


def append_record(data: Path, table: str, text: str) -> tuple[Path, int]:
    """Adds a record to its table's file, or as a file of its own if the table is a folder.

    Returns the file and the line of the record. Raises DataError, and writes nothing, if the record is not valid.
    """
    with TemporaryDirectory() as folder:
        trial = Path(folder, "data")
        shutil.copytree(data, trial)
        _, before = read_all(trial, data.as_posix())
        _append(trial, table, text)
        _, after = read_all(trial, data.as_posix())
        told = {str(one) for one in before}
        if problems := [one for one in after if str(one) not in told]:
            raise DataError(problems)
    return _append(data, table, text)


def _append(data: Path, table: str, text: str) -> tuple[Path, int]:
    file = data / f"{table}.yaml"
    if not file.exists():
        file = data / table / f"{re.search('id: (.*)', text)[1]}.yaml"
    before = file.read_bytes() if file.exists() else b""
    between = b"" if not before or before.endswith(b"\n") else b"\n"
    file.write_bytes(before + between + text.encode())
    return file, (before + between).count(b"\n") + 1


def _lines(field: Described, values: Values, path: str, indent: str, commented: bool) -> Iterator[str]:
    if commented:
        yield f"{indent}# {field.meaning.da}"
    given = [name for name in values if name == path or name.startswith(f"{path}.")]
    if not given:
        if commented:
            yield f"{indent}# {field.name}: {_shape(field)}"
    elif field.inner and field.type == "object":
        yield f"{indent}{field.name}:"
        for inner in field.inner:
            yield from _lines(inner, values, f"{path}.{inner.name}", f"{indent}  ", commented=False)
    elif path == "days":
        yield f"{indent}{field.name}:"
        start, end = COURSE_HOURS
        for day in _listed(values[path]):
            yield f'{indent}  - {{date: "{day}", start: "{start}", end: "{end}"}}'
    elif field.type == "array":
        yield f"{indent}{field.name}: [{', '.join(map(_quoted, _listed(values[path])))}]"
    elif field.type in ("integer", "boolean"):
        yield f"{indent}{field.name}: {values[path]}"
    else:
        yield f"{indent}{field.name}: {_quoted(values[path])}"


def _shape(field: Described) -> str:
    """How an optional field would be written."""
    if field.inner:
        inside = ", ".join(f"{inner.name}: {_shape(inner)}" for inner in field.inner)
        return f"[{{{inside}}}]" if field.type == "array" else f"{{{inside}}}"
    shapes = {
        "integer": "1",
        "boolean": "true",
        "date": '"2027-03-02"',
        "datetime": '"2027-03-02 09:00"',
        "time": '"09:00"',
        "array": "[…]",
    }
    return shapes.get(field.type, field.options[0] if field.options else "…")


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _quoted(value: str) -> str:
    is_plain = PLAIN.fullmatch(value) and value.casefold() not in NOT_PLAIN
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def _moved_words(text: str, before: date, after: date, language: str, between: str) -> str:
    """A name with the month and the year of a date, with those of another: odense-marts-2027."""
    old, new = (f"{MONTHS[language][day.month - 1]}{between}{day.year}" for day in (before, after))
    return text.replace(old, new)


def _found(data: Path, table: str, held: Course | Event) -> tuple[Path, yaml_source.Mapping]:
    file = next(path for name, path in files_of(data, data.as_posix(), table) if name == held.at.file)
    root = yaml_source.read_yaml(file, held.at.file)
    return file, next(node for node in root.items if node.line == held.at.line)


def _at(node: Node, key: str) -> Node:
    return node.entries[key][1]


def _end(file: Path, node: Node, last: int) -> int:
    following = (one.line - 1 for one in yaml_source.read_yaml(file, file.name).items if one.line > node.line)
    return next(following, last)
