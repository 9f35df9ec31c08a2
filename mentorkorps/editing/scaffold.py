"""A whole record at the end of its file: every field in the order of the record, each with what it means.

Fields without a value stand as comments. The rest of the file stays as it is, byte for byte.
"""

import collections.abc
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from mentorkorps.catalogue import yaml_nodes, yaml_source
from mentorkorps.catalogue.diagnostics import DataError
from mentorkorps.catalogue.dictionary import FieldDescription
from mentorkorps.catalogue.load import files_of, read_all
from mentorkorps.catalogue.model.courses import Course, Event
from mentorkorps.catalogue.model.organisations import Programme
from mentorkorps.catalogue.tables import Table
from mentorkorps.catalogue.yaml_nodes import Mapping, Node
from mentorkorps.interface.dates import MONTHS
from mentorkorps.interface.languages import LANGUAGES, Language

PLAIN = re.compile(r"[A-Za-zÆØÅæøå][A-Za-zÆØÅæøå0-9 ()/.'-]*[A-Za-zÆØÅæøå0-9().]|[A-Za-zÆØÅæøå]")
NOT_PLAIN = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
COURSE_HOURS = ("09:00", "16:00")

Values = collections.abc.Mapping[str, str]
"""Values by their path: `name.da`, `venue.municipality`; lists are written with commas."""
Ask = Callable[[str, FieldDescription], str]


def defaults(table: Table, today: date) -> dict[str, str]:
    """What an editor is not asked for."""
    if table.is_dated:
        return {"status": "planned", "confirmed": today.isoformat(), "language": "da"}
    return {"status": "draft"} if table.record is Programme else {}


def needed(
    fields: tuple[FieldDescription, ...], prefix: str = ""
) -> Iterator[tuple[str, FieldDescription]]:
    """The paths that a record cannot do without, with their fields."""
    for field in fields:
        if field.required:
            if field.inner and field.type == "object":
                yield from needed(field.inner, f"{prefix}{field.name}.")
            else:
                yield f"{prefix}{field.name}", field


def paths(fields: tuple[FieldDescription, ...], prefix: str = "") -> Iterator[str]:
    """Every path that can be given a value."""
    for field in fields:
        if field.inner and field.type == "object":
            yield from paths(field.inner, f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}"


def record_text(fields: tuple[FieldDescription, ...], preset: Values, ask: Ask) -> str:
    """The record as YAML; `ask` is called for what is needed and not given. Raises whatever `ask`
    raises."""
    values = {
        **preset,
        **{path: ask(path, field) for path, field in needed(fields) if path not in preset},
    }
    lines = [
        line for field in fields for line in _lines(field, values, field.name, "  ", commented=True)
    ]
    what_id_means, id, *rest = lines
    return "\n".join([f"- {id.lstrip()}", what_id_means.replace("# ", "# id: ", 1), *rest]) + "\n"


def copy_text(
    data: Path, table: str, record: Course | Event, day: date, today: date, preset: Values
) -> str:
    """The lines of an earlier course or event with its days, deadline and name moved to begin on
    `day`.

    Comments and order stay as they are. The copy is planned, and confirmed today.
    """
    file, nodes, node = _find(data, table, record)
    lines = file.read_text("utf-8-sig").split("\n")
    edits = _moves(node, record, day, today, preset)
    for place, value in sorted(
        edits, key=lambda edit: (edit[0].line, edit[0].column), reverse=True
    ):
        line = lines[place.line - 1]
        lines[place.line - 1] = line[: place.column - 1] + value + line[place.end_column - 1 :]
    end = next((later.line - 1 for later in nodes if later.line > node.line), len(lines))
    own = _lines_of(node, "was")
    copied = (lines[number - 1] for number in range(node.line, end + 1) if number not in own)
    return "\n".join(copied).rstrip() + "\n"


def _moves(
    node: Mapping, record: Course | Event, day: date, today: date, preset: Values
) -> list[tuple[Node, str]]:
    """Each value that the copy of a record has instead, with the place of the one that it has
    now."""
    first = record.days[0].date
    distance = day - first
    new_id = preset.get("id") or _moved_words(record.id, first, day, "da", "-")
    if new_id == record.id:
        new_id = f"{record.id}-{day.isoformat()}"
    edits = [
        (node.entries["id"][1], new_id),
        (node.entries["status"][1], "planned"),
        (node.entries["deadline"][1], f'"{record.deadline + distance}"'),
        (node.entries["confirmed"][1], f'"{today}"'),
    ]
    if changed := node.get("changed"):
        edits.append((changed, f'"{today} 00:00"'))
    days = node.mappings("days") if isinstance(record, Course) else [node]
    for day_node, course_day in zip(days, record.days, strict=True):
        edits.append((day_node.entries["date"][1], f'"{course_day.date + distance}"'))
    names = node.mapping("name")
    assert names is not None  # the record has been read, so it has a name in both languages
    for language in LANGUAGES:
        moved_name = _moved_words(record.name.of(language), first, day, language, " ")
        value = _quoted(preset.get(f"name.{language}", moved_name))
        edits.append((names.entries[language][1], value))
    return edits


def _lines_of(node: Mapping, key: str) -> range:
    """The lines on which a field stands, from its name to before the next field."""
    names = [place.line for place, _ in node.entries.values()]
    first = node.entries[key][0].line if key in node.entries else 0
    if names.count(first) != 1:  # another field stands beside it
        return range(0)
    after = [line for line in names if line > first]
    return range(first, min(after) if after else _last_line(node.entries[key][1]) + 1)


def _last_line(node: Node) -> int:
    return max([node.line, *(item.line for item in yaml_nodes.items(node))])


def append_record(data: Path, table: str, text: str) -> tuple[Path, int]:
    """Adds a record to its table's file, or as a file of its own if the table is a folder.

    Returns the file and the line of the record. Raises DataError, and writes nothing, if the record
    is not valid.
    """
    with TemporaryDirectory() as folder:
        trial = Path(folder, "data")
        shutil.copytree(data, trial)
        _, earlier = read_all(trial, data.as_posix())
        _append(trial, table, text)
        _, later = read_all(trial, data.as_posix())
        earlier_problems = {str(problem) for problem in earlier}
        if problems := [problem for problem in later if str(problem) not in earlier_problems]:
            raise DataError(problems)
    return _append(data, table, text)


def _append(data: Path, table: str, text: str) -> tuple[Path, int]:
    file = data / f"{table}.yaml"
    if not file.exists():
        id = re.search("id: (.*)", text)
        file = data / table / f"{id[1] if id else table}.yaml"
    before = file.read_bytes() if file.exists() else b""
    between = b"" if not before or before.endswith(b"\n") else b"\n"
    file.write_bytes(before + between + text.encode())
    return file, (before + between).count(b"\n") + 1


def _lines(
    field: FieldDescription, values: Values, path: str, indent: str, commented: bool
) -> Iterator[str]:
    if commented:
        yield f"{indent}# {field.meaning.da}"
    names = [name for name in values if name == path or name.startswith(f"{path}.")]
    if not names:
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


def _shape(field: FieldDescription) -> str:
    """How an optional field would be written."""
    if field.inner:
        fields = ", ".join(f"{inner.name}: {_shape(inner)}" for inner in field.inner)
        return f"[{{{fields}}}]" if field.type == "array" else f"{{{fields}}}"
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


def _moved_words(text: str, before: date, after: date, language: Language, between: str) -> str:
    """A name with the month and the year of a date, with those of another: odense-marts-2027."""
    old, new = (f"{MONTHS[language][day.month - 1]}{between}{day.year}" for day in (before, after))
    return text.replace(old, new)


def _find(data: Path, table: str, record: Course | Event) -> tuple[Path, list[Mapping], Mapping]:
    """The file of a record, all nodes of that file, and the record's own."""
    place = record.at
    file = next(path for name, path in files_of(data, data.as_posix(), table) if name == place.file)
    nodes = yaml_nodes.mappings(yaml_source.read_yaml(file, place.file))
    return file, nodes, next(node for node in nodes if node.line == place.line)
