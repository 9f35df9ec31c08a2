"""The limits that data/datapackage.yaml sets for each field, as Frictionless judges them.

Frictionless knows neither lines nor nested fields, so each table, and each object inside one, is handed to it as rows
of its own, and its verdicts are carried back.

Nested references, translations and unknown keys are the catalogue's, not Checks registered with
Frictionless: the build must find them without Frictionless anyway, and its rows have neither a
line nor a place inside a record.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from frictionless import Resource, Schema
from frictionless.errors import CellError

from mentorkorps.catalogue import yaml_nodes, yaml_source
from mentorkorps.catalogue.diagnostics import Problem
from mentorkorps.catalogue.dictionary import FieldDescription, TableDescription
from mentorkorps.catalogue.entries import Entries, Entry
from mentorkorps.catalogue.yaml_nodes import Node, objects, quoted

LIMITS = {
    "minLength": ("der skal mindst {limit} tegn", "at least {limit} characters are needed"),
    "maxLength": ("der er plads til {limit} tegn", "there is room for {limit} characters"),
    "minimum": ("tallet skal være mindst {limit}", "the number must be at least {limit}"),
    "maximum": ("tallet må højst være {limit}", "the number must be at most {limit}"),
    "pattern": ("det skal skrives på formen {limit}", "it must be written in the form {limit}"),
    "enum": ("vælg mellem {limit}", "choose one of {limit}"),
}
FORMS = {
    "^[a-z0-9]+(-[a-z0-9]+)*$": (
        "mit-korps med a-z, 0-9 og bindestreg",
        "my-corps with a-z, 0-9 and hyphens",
    ),
    "^[0-9]{4}$": ('"0461"', '"0461"'),
    "^[0-9]{4}(-[0-9]{2}){0,2}$": ("2016-12-22, 2016-12 eller 2016", "2016-12-22, 2016-12 or 2016"),
    "^https?://[^ ]+$": ("https://…", "https://…"),
    "^https://[^ ]+$": ("https://…", "https://…"),
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": ("2026-11-22", "2026-11-22"),
    "^[a-z0-9-]+[.](jpg|png|webp)$": ("mit-billede.jpg", "my-picture.jpg"),
}
"""Patterns of the description, as examples that an editor can copy."""


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One line of a sheet: the object in the file, and the record that it belongs to."""

    entry: Entry
    node: yaml_nodes.Mapping


@dataclass(frozen=True, slots=True)
class LimitTable:
    """Objects with the same fields, wherever in the tables they stand: a table, or one object of
    its records."""

    fields: tuple[FieldDescription, ...]
    rows: list[LimitRow]


def limit_tables(
    dictionary: Mapping[str, TableDescription], entries: Entries
) -> Iterator[LimitTable]:
    """The objects of all records, those with the same limits together, since each costs
    Frictionless 2 ms."""
    alike: dict[str, LimitTable] = {}
    for name, table in dictionary.items():
        records = [LimitRow(entry, entry.node) for entry in entries.get(name, [])]
        for part in _limit_tables(table.fields, records):
            if limited := tuple(field for field in part.fields if _has_limits(field)):
                key = repr([(field.name, field.type, dict(field.limits)) for field in limited])
                alike.setdefault(key, LimitTable(limited, [])).rows.extend(part.rows)
    yield from alike.values()


def _limit_tables(
    fields: tuple[FieldDescription, ...], rows: list[LimitRow]
) -> Iterator[LimitTable]:
    yield LimitTable(fields, rows)
    for field in fields:
        if inner := field.inner:
            inner_rows = [
                LimitRow(row.entry, node)
                for row in rows
                for node in objects(row.node.get(field.name))
            ]
            yield from _limit_tables(inner, inner_rows)


def judge_limits(table: LimitTable) -> Iterator[Problem]:
    fields = {field.name: field for field in table.fields}
    if not table.rows:
        return
    schema = Schema.from_descriptor({"fields": [_standard(field) for field in fields.values()]})
    data = [{name: _cell(row.node, name) for name in fields} for row in table.rows]
    report = Resource(name="sheet", data=data, schema=schema).validate()
    for error in (error for task in report.tasks for error in task.errors):
        if isinstance(error, CellError):
            row = table.rows[error.row_number - 2]
            yield _carried_back(error, fields[error.field_name], row)


def _has_limits(field: FieldDescription) -> bool:
    """Whether a value of the right type can still be wrong; the types themselves are the
    catalogue's."""
    return bool(field.limits) and not field.inner and field.type != "array"


def _standard(field: FieldDescription) -> dict[str, Any]:
    standard = {"name": field.name, "type": field.type} | (
        {"format": field.format} if field.format else {}
    )
    return standard | {"constraints": dict(field.limits)}


def _cell(node: yaml_nodes.Mapping, name: str) -> object:
    value = yaml_source.plain_value(node.get(name))
    return value or None


def _carried_back(error: CellError, field: FieldDescription, row: LimitRow) -> Problem:
    node = row.node.entries[field.name][1]
    limit_name = re.match(r'constraint "(\w+)"', error.note)
    if not limit_name:
        expected = field.format or field.type
        return _problem(row, node, field, "wrong-type", expected_da=expected, expected_en=expected)
    words_da, words_en = LIMITS[limit_name[1]]
    limit = field.limits[limit_name[1]]
    in_da, in_en = (
        (", ".join(limit),) * 2 if isinstance(limit, list) else FORMS.get(limit, (limit, limit))
    )
    return _problem(
        row,
        node,
        field,
        "constraint",
        limit_da=words_da.format(limit=in_da),
        limit_en=words_en.format(limit=in_en),
    )


def _problem(
    row: LimitRow, node: Node, field: FieldDescription, rule: str, **values: object
) -> Problem:
    return row.entry.problem_at(
        field.name, node, rule, suggestion=None, key=field.name, value=quoted(node), **values
    )
