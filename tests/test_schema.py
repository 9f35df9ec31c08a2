"""The JSON Schemas for editors' tools judge as `mentorkorps check` does, but for what only it can
know."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from itertools import pairwise
from typing import Any

import jsonschema
import pytest

from mentorkorps.catalogue import yaml_source
from mentorkorps.catalogue.dictionary import FieldDescription
from mentorkorps.catalogue.tables import TABLES
from mentorkorps.editing import json_schema
from mentorkorps.validation.check import check
from tests.blocks import written_records
from tests.conftest import ROOT
from tests.test_mutants import DICTIONARY, changed, fields_of, mistyped, sound_records
from tests.test_problems import TODAY

ONLY_CHECK_KNOWS = {
    "duplicate-id",
    "alike",
    "order-of-dates",
    "in-the-future",
    "open-needs",
    "form",
    "pattern",
    "figures",
    "bare-percent",
    "private-data",
    "cpr-number",
    "long-unconfirmed",
    "long-unverified",
    "bad-allowance",
    "no-such-date",
    "former-id",
}
"""Beside these, a schema wants numbers, true and false without quotes, and text that looks like
them in quotes."""

FURTHEST = 3
"""Items of a list within a record that are mutated; those after it have the same fields."""
BATCH = 100
"""Records in one file: fewer than the problems of a file that are told in one run."""


def typed(value: Any, fields: tuple[FieldDescription, ...]) -> Any:
    """A record as a YAML 1.2 tool sees it, when numbers, true and false stand without quotes."""
    kinds = {field.name: field for field in fields}
    return {key: _typed(item, kinds[key]) if key in kinds else item for key, item in value.items()}


def _typed(value: Any, field: FieldDescription) -> Any:
    if isinstance(value, list):
        return [_typed(item, field) for item in value]
    if isinstance(value, dict):
        return typed(value, field.inner)
    if field.type == "integer" and isinstance(value, str) and re.fullmatch("-?[0-9]{1,12}", value):
        return int(value)
    return {"true": True, "false": False}.get(value, value) if field.type == "boolean" else value


def mutants(table: str) -> Iterator[dict]:
    """Sound records with one field deleted, misspelt, emptied, mistyped, out of the blue, too long
    or too large."""
    records = sound_records(table)
    for path, field in fields_of(records, DICTIONARY[table].fields):
        if any(isinstance(step, int) and step > FURTHEST for step in path[1:]):
            continue
        copy, holder = changed(records, path)
        del holder[path[-1]]
        yield copy[path[0]]
        copy, holder = changed(records, path)
        holder[f"{path[-1]}x"] = holder.pop(path[-1])
        yield copy[path[0]]
        long, list_of = "Ord " * 400, ["x-y"] if field.type == "array" else "x-y"
        for value in (
            "",
            " ",
            [],
            mistyped(field),
            list_of,
            long,
            "99999",
            "-1",
            "æøå",
            "2026-02-30",
            "0206-11-20",
            "25:00",
            "9:5",
        ):
            copy, holder = changed(records, path)
            is_key = len(path) == 2 and path[1] in TABLES[table].key and isinstance(value, str)
            holder[path[-1]] = f"{value}-{path[0]}" if is_key and value.strip() else value
            yield copy[path[0]]


def with_own_key(record: dict, table: str, number: int) -> dict:
    """The record under a key of its own, if it still has one of the right form."""
    key = TABLES[table].key[0]
    if record.get(key) not in [sound_record[key] for sound_record in sound_records(table)]:
        return record
    return record | {key: f"m-{number}" if key == "id" else f"{9000 - number}"}


def refused_by_check(data, table: str, records: list[dict]) -> list[bool]:
    before = sound_records(table)
    text, places = written_records([*before, *records])
    (data / f"{table}.yaml").write_text(text, "utf-8")
    starts = [places[(index,)][0] for index in range(len(before), len(before) + len(records))] + [
        10**9
    ]
    lines = [
        problem.line
        for problem in check(data, TODAY, "data").problems
        if problem.file == f"data/{table}.yaml" and problem.rule not in ONLY_CHECK_KNOWS
    ]
    return [any(start <= line < end for line in lines) for start, end in pairwise(starts)]


@pytest.mark.parametrize("table", TABLES)
def test_schema_and_check_agree_on_every_mutant(table, data, sound):
    items = jsonschema.Draft7Validator(
        json_schema.schemas(sound)[table]["items"],
        format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER,
    )
    all_mutants = list(mutants(table))
    for start in range(0, len(all_mutants), BATCH):
        batch = [
            with_own_key(mutant, table, start + number)
            for number, mutant in enumerate(all_mutants[start : start + BATCH])
            if mutant
        ]
        by_schema = [
            not items.is_valid(typed(mutant, DICTIONARY[table].fields)) for mutant in batch
        ]
        by_check = refused_by_check(data, table, deepcopy(batch))
        differ = [
            mutant
            for mutant, is_refused_by_schema, is_refused_by_check in zip(
                batch, by_schema, by_check, strict=True
            )
            if is_refused_by_schema != is_refused_by_check
        ]
        assert [] == differ, differ


@pytest.mark.parametrize("table", TABLES)
def test_the_portals_own_records_pass_their_schema(table, real):
    records = yaml_source.plain_value(yaml_source.read_yaml(ROOT / "data" / f"{table}.yaml", table))

    jsonschema.validate(
        [typed(record, real.dictionary[table].fields) for record in records or ()],
        json_schema.schemas(real)[table],
        format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER,
    )


@pytest.mark.parametrize("table", TABLES)
def test_the_committed_schema_is_current_but_for_records_added_since(table, real):
    """An editor who adds a record in the browser has no command at hand; `mentorkorps schema` adds
    its id later."""
    committed = json.loads((ROOT / "data" / "schema" / f"{table}.json").read_text("utf-8"))

    assert without_choices(json_schema.schemas(real)[table]) == without_choices(committed)


def without_choices(value: Any) -> Any:
    if isinstance(value, dict):
        ids = ("enum", "enumDescriptions", "defaultSnippets") if "enumDescriptions" in value else ()
        return {key: without_choices(item) for key, item in value.items() if key not in ids}
    return [without_choices(item) for item in value] if isinstance(value, list) else value


def test_municipalities_are_offered_with_their_names(real):
    choices = json_schema.schemas(real)["programmes"]["items"]["properties"]["municipalities"][
        "items"
    ]

    assert "Odense" == choices["enumDescriptions"][choices["enum"].index("0461")]
    assert {"label": "Odense", "description": "0461", "body": '"0461"'} in choices[
        "defaultSnippets"
    ]


@pytest.mark.parametrize("table", TABLES)
def test_every_data_file_names_its_schema_and_vs_code_knows_it(table):
    first = (ROOT / "data" / f"{table}.yaml").read_text("utf-8").splitlines()[0]
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text("utf-8"))["yaml.schemas"]

    assert f"# yaml-language-server: $schema=schema/{table}.json" == first
    assert [f"data/{table}.yaml", f"data/{table}/*.yaml"] == settings[f"./data/schema/{table}.json"]
