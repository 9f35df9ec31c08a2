"""Every field of every sound record is deleted, misspelt, emptied and mistyped: each is told at its
line."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from mentorkorps.catalogue import yaml_source
from mentorkorps.catalogue.dictionary import FieldDescription, read_dictionary
from mentorkorps.catalogue.load import read_all
from mentorkorps.catalogue.tables import TABLES
from tests.blocks import Path, written_records
from tests.conftest import HERE

DICTIONARY = read_dictionary(HERE / "sound")


def sound_records(table: str) -> list[Any]:
    return yaml_source.plain_value(yaml_source.read_yaml(HERE / "sound" / f"{table}.yaml", table))


def fields_of(
    records: list[Any], fields: tuple[FieldDescription, ...]
) -> Iterator[tuple[Path, FieldDescription]]:
    for index, record in enumerate(records):
        yield from within((index,), record, fields)


def within(
    path: Path, record: dict, fields: tuple[FieldDescription, ...]
) -> Iterator[tuple[Path, FieldDescription]]:
    for field in fields:
        if field.name not in record:
            continue
        place = (*path, field.name)
        yield place, field
        value = record[field.name]
        if field.inner and isinstance(value, dict):
            yield from within(place, value, field.inner)
        elif field.inner:
            for index, item in enumerate(value):
                yield from within((*place, index), item, field.inner)


def mistyped(field: FieldDescription) -> Any:
    return "x" if field.type in ("object", "array") else {"x": "y"}


def rules_at(data, table: str, records: list[Any], path: Path, *, value: bool) -> set[str]:
    """The rules found at the line of a path in the written records, at its key or where its value
    begins."""
    text, places = written_records(records)
    (data / f"{table}.yaml").write_text(text, "utf-8")
    _, problems = read_all(data, "data")
    line = places[path][value]
    return {
        problem.rule
        for problem in problems
        if (problem.file, problem.line) == (f"data/{table}.yaml", line)
    }


def changed(records: list[Any], path: Path) -> tuple[list[Any], dict]:
    """A copy of the records, and the object in it that holds the last step of the path."""
    copy = deepcopy(records)
    holder: Any = copy
    for step in path[:-1]:
        holder = holder[step]
    return copy, holder


@pytest.mark.parametrize("table", TABLES)
def test_a_deleted_field_is_missed_where_it_belongs(table, data):
    records = sound_records(table)
    for path, field in fields_of(records, DICTIONARY[table].fields):
        if field.required:
            copy, holder = changed(records, path)
            del holder[path[-1]]
            rules = rules_at(data, table, copy, path[:-1], value=True)
            assert rules & {"missing", "missing-translation", "wrong-type"}, path


@pytest.mark.parametrize("table", TABLES)
def test_a_misspelt_field_is_told_at_its_line(table, data):
    records = sound_records(table)
    for path, _ in fields_of(records, DICTIONARY[table].fields):
        copy, holder = changed(records, path)
        holder[f"{path[-1]}x"] = holder.pop(path[-1])
        assert "unknown-key" in rules_at(
            data, table, copy, (*path[:-1], f"{path[-1]}x"), value=False
        ), path


@pytest.mark.parametrize("table", TABLES)
def test_an_emptied_field_is_told_at_its_line(table, data):
    records = sound_records(table)
    for path, _ in fields_of(records, DICTIONARY[table].fields):
        for nothing in ("", None, []):
            copy, holder = changed(records, path)
            holder[path[-1]] = nothing
            assert rules_at(data, table, copy, path, value=True) & {"empty", "wrong-type"}, (
                path,
                nothing,
            )


@pytest.mark.parametrize("table", TABLES)
def test_a_mistyped_field_is_told_at_its_line(table, data):
    records = sound_records(table)
    for path, field in fields_of(records, DICTIONARY[table].fields):
        copy, holder = changed(records, path)
        holder[path[-1]] = mistyped(field)
        assert "wrong-type" in rules_at(data, table, copy, path, value=True), path


@pytest.mark.parametrize("table", TABLES)
def test_a_value_out_of_the_blue_is_told_at_its_line_where_values_are_known(table, data):
    records = sound_records(table)
    for path, field in fields_of(records, DICTIONARY[table].fields):
        if (
            field.type in ("integer", "boolean", "date", "time")
            or field.options
            or field.references
        ):
            copy, holder = changed(records, path)
            holder[path[-1]] = ["x-y"] if field.type == "array" else "x-y"
            expected = {"wrong-type", "not-an-option", "unknown-reference"}
            assert rules_at(data, table, copy, path, value=True) & expected, path
