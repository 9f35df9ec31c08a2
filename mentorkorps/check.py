"""Everything that is wrong with the data, at its place and in the editor's words.

The catalogue finds what would keep a page from being rendered; Frictionless judges the limits that
data/datapackage.yaml sets for each field. Frictionless knows neither lines nor nested fields, so each
table, and each object inside one, is handed to it as rows of its own, and its verdicts are carried back.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from frictionless import Resource, Schema
from frictionless.errors import CellError

from mentorkorps import source
from mentorkorps.catalogue import DESCRIPTION, read_all
from mentorkorps.model import CONFIRMATION_HOLDS, CPR
from mentorkorps.problem import Problem
from mentorkorps.reading import Entry, shown
from mentorkorps.source import Mapping, Node, Scalar, Sequence

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
MOBILE = re.compile(r"(?:\+45[ ]?|\b)[2-9][0-9](?:[ ]?[0-9]{2}){3}(?![0-9])")

LIMITS = {
    "minLength": ("der skal mindst {limit} tegn", "at least {limit} characters are needed"),
    "maxLength": ("der er plads til {limit} tegn", "there is room for {limit} characters"),
    "minimum": ("tallet skal være mindst {limit}", "the number must be at least {limit}"),
    "maximum": ("tallet må højst være {limit}", "the number must be at most {limit}"),
    "pattern": ("det skal skrives på formen {limit}", "it must be written in the form {limit}"),
    "enum": ("vælg mellem {limit}", "choose one of {limit}"),
}
FORMS = {
    "^[a-z0-9]+(-[a-z0-9]+)*$": "a-z, 0-9, fx mit-korps",
    "^[0-9]{4}$": "\"0461\"",
    "^[0-9]{4}(-[0-9]{2}){0,2}$": "2016-12-22, 2016-12 / 2016",
    "^https?://[^ ]+$": "https://…",
    "^https://[^ ]+$": "https://…",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "2026-11-22",
}
"""Patterns of the description, as examples that an editor can copy."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet: the object in the file, and the record that it belongs to."""

    entry: Entry
    node: Mapping


@dataclass(frozen=True, slots=True)
class Sheet:
    """Objects with the same fields, wherever in the tables they stand: a table, or one object of its records."""

    name: str
    fields: list[dict[str, Any]]
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `check` found: problems to mend, and notices that stop nobody."""

    problems: list[Problem]
    notices: list[Problem]


def check(data: Path, today: date, name: str | None = None) -> Verdict:
    """All problems of all files in one run, in the order of the files. Never raises for what stands in them."""
    entries, problems = read_all(data, name)
    told = {(one.file, one.record, one.field) for one in problems}
    for sheet in sheets(description(data), entries):
        for problem in _judge(sheet):
            if (problem.file, problem.record, problem.field) not in told:
                problems.append(problem)
    problems.extend(problem for of_table in entries.values() for entry in of_table for problem in _private(entry))
    return Verdict(sorted(problems, key=_place), sorted(_notices(entries, today), key=_place))


def description(data: Path) -> dict[str, list[dict[str, Any]]]:
    """The fields of each table, as data/datapackage.yaml describes them."""
    described = source.plain(source.read(data / DESCRIPTION, DESCRIPTION))
    return {one["name"]: one["schema"]["fields"] for one in described["resources"]}


def sheets(described: dict[str, list[dict[str, Any]]], entries: dict[str, list[Entry]]) -> Iterator[Sheet]:
    for table, fields in described.items():
        yield from _sheets(table, fields, [Row(entry, entry.node) for entry in entries[table]])


def _sheets(name: str, fields: list[dict[str, Any]], rows: list[Row]) -> Iterator[Sheet]:
    yield Sheet(name, fields, rows)
    for field in fields:
        if inner := _inner_fields(field):
            nodes = [(row.entry, row.node.entries.get(field["name"], (None, None))[1]) for row in rows]
            objects = [Row(entry, node) for entry, outer in nodes for node in _objects(outer)]
            yield from _sheets(f"{name}.{field['name']}", inner, objects)


def _inner_fields(field: dict[str, Any]) -> list[dict[str, Any]]:
    if "translated" in field:
        limit = {"maxLength": field["maxLength"]} if "maxLength" in field else {}
        return [{"name": language, "type": "string", "constraints": limit} for language in ("da", "en")]
    return field.get("fields", [])


def _objects(node: Node | None) -> Iterator[Mapping]:
    if isinstance(node, Mapping):
        yield node
    elif isinstance(node, Sequence):
        yield from (item for item in node.items if isinstance(item, Mapping))


def _judge(sheet: Sheet) -> Iterator[Problem]:
    fields = {field["name"]: field for field in sheet.fields}
    schema = Schema.from_descriptor({"fields": [_standard(field) for field in sheet.fields]})
    data = [{name: _cell(row.node, name) for name in fields} for row in sheet.rows]
    if not data:
        return
    report = Resource(name="sheet", data=data, schema=schema).validate()
    for error in (error for task in report.tasks for error in task.errors):
        if isinstance(error, CellError):
            row = sheet.rows[error.row_number - 2]
            yield _carried_back(error, fields[error.field_name], row)


def _standard(field: dict[str, Any]) -> dict[str, Any]:
    limits = {name: _number(value) for name, value in field.get("constraints", {}).items() if name != "required"}
    kept = {key: field[key] for key in ("name", "type", "format") if key in field}
    return kept | {"constraints": limits}


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() else value


def _cell(node: Mapping, name: str) -> object:
    value = source.plain(node.entries.get(name, (None, None))[1])
    return value or None


def _carried_back(error: CellError, field: dict[str, Any], row: Row) -> Problem:
    name = field["name"]
    node = row.node.entries[name][1]
    limit_name = re.match(r'constraint "(\w+)"', error.note)
    if not limit_name:
        expected = field.get("format", field["type"])
        return _problem(
            row, node, name, "wrong-type", key=name, value=shown(node), expected_da=expected, expected_en=expected
        )
    words_da, words_en = LIMITS[limit_name[1]]
    limit = field["constraints"][limit_name[1]]
    limit = ", ".join(limit) if isinstance(limit, list) else FORMS.get(limit, limit)
    return _problem(
        row, node, name, "constraint", key=name, value=shown(node),
        limit_da=words_da.format(limit=limit), limit_en=words_en.format(limit=limit),
    )  # fmt: skip


def _problem(row: Row, node: Node, field: str, rule: str, **values: object) -> Problem:
    return Problem.at(row.entry.file, node, rule, record=row.entry.record, field=field, **values)


def _private(entry: Entry) -> Iterator[Problem]:
    for name, node in _texts(entry.node):
        for pattern, what_da, what_en in (
            (CPR, "et CPR-nummer", "a CPR number"),
            (EMAIL, "en e-mailadresse", "an e-mail address"),
            (MOBILE, "et telefonnummer", "a phone number"),
        ):
            if pattern.search(node.text):
                yield Problem.at(
                    entry.file, node, "private-data", record=entry.record, field=name, what_da=what_da, what_en=what_en
                )
                break


def _texts(node: Node, name: str = "") -> Iterator[tuple[str, Scalar]]:
    match node:
        case Scalar():
            yield name, node
        case Sequence():
            for item in node.items:
                yield from _texts(item, name)
        case Mapping():
            for key, (_, value) in node.entries.items():
                yield from _texts(value, key)


def _notices(entries: dict[str, list[Entry]], today: date) -> Iterator[Problem]:
    for of_table in entries.values():
        for entry in of_table:
            if entry.text("example") == "true":
                yield entry.problem("example", "example")
    for entry in entries["programmes"]:
        programme = entry.value
        if programme and programme.confirmed and today > programme.confirmed + CONFIRMATION_HOLDS:
            yield entry.problem("confirmed", "unconfirmed", confirmed=programme.confirmed)


def _place(problem: Problem) -> tuple[str, int, int]:
    return problem.file, problem.line, problem.column
