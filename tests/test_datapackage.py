"""datapackage.yaml and the dataclasses say the same: a field cannot stand in one only."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime, time
from typing import Annotated, Literal, get_args, get_origin

import pytest
from frictionless import Package

from mentorkorps.catalogue import yaml_source
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.catalogue.members import members
from mentorkorps.catalogue.model.lasting import LastingRecord, Retired
from mentorkorps.catalogue.model.text import Refers, Slug, Text, Title
from mentorkorps.catalogue.tables import PAGES, TABLES, WITH_FORMER_IDS
from mentorkorps.interface.addresses import ADDRESSES
from tests.conftest import ROOT

PACKAGE = yaml_source.plain_value(
    yaml_source.read_yaml(ROOT / "data" / "datapackage.yaml", "datapackage.yaml")
)
SCHEMAS = {resource["name"]: resource["schema"] for resource in PACKAGE["resources"]}
SAYS = ("description", "description_en")
TYPES = {
    str: "string",
    int: "integer",
    bool: "boolean",
    date: "date",
    time: "time",
    datetime: "datetime",
}


def test_every_table_is_described_once_and_in_order():
    assert list(TABLES) == [resource["name"] for resource in PACKAGE["resources"]]


def test_the_catalogue_holds_every_table():
    names = {field.name for field in fields(Catalogue)}

    assert set(TABLES) == names - {"gazetteer", "pictures", "dictionary"}


@pytest.mark.parametrize("table", TABLES)
def test_fields_of_a_table_are_those_of_its_dataclass(table):
    assert described(SCHEMAS[table]["fields"]) == declared(TABLES[table].record)


@pytest.mark.parametrize("table", TABLES)
def test_keys_and_references_are_the_same(table):
    keys = {
        (key["fields"][0], key["reference"]["resource"] or table)
        for key in SCHEMAS[table].get("foreignKeys", [])
    }
    marks = {
        name: get_args(member.type)
        for name, member in members(TABLES[table].record).items()
        if annotated(member.type)
    }

    assert list(TABLES[table].key) == SCHEMAS[table]["primaryKey"]
    assert keys == {
        (name, mark.table) for name, (_, mark) in marks.items() if isinstance(mark, Refers)
    }


def test_the_description_is_a_sound_data_package_to_frictionless_itself():
    assert list(TABLES) == Package(str(ROOT / "data" / "datapackage.yaml")).resource_names


@pytest.mark.parametrize("table", TABLES)
def test_every_field_says_what_it_means_in_both_languages(table):
    lacking = [
        path
        for path, field in every(SCHEMAS[table]["fields"])
        for name in SAYS
        if not field.get(name)
    ]

    assert [] == lacking


def every(fields: list[dict], before: str = "") -> Iterator[tuple[str, dict]]:
    for field in fields:
        yield before + field["name"], field
        yield from every(field.get("fields", []), f"{before}{field['name']}.")


def described(fields: list[dict]) -> dict[str, object]:
    return {
        field["name"]: (
            field["type"],
            field.get("constraints", {}).get("required") == "true",
            field.get("translated"),
            field.get("references"),
            field.get("constraints", {}).get("enum"),
            described(field["fields"]) if "fields" in field else None,
        )
        for field in fields
    }


def declared(cls: type) -> dict[str, object]:
    return {
        name: (*shape(member.type)[:1], member.required, *shape(member.type)[1:])
        for name, member in members(cls).items()
    }


def shape(kind: object) -> tuple:
    """Type, translated, references, options, inner fields."""
    if get_origin(kind) is tuple:
        return ("array", *shape(get_args(kind)[0])[1:])
    if annotated(kind):
        mark = get_args(kind)[1]
        assert isinstance(mark, (Refers, Slug))
        return "string", None, getattr(mark, "table", None), None, None
    if get_origin(kind) is Literal:
        return "string", None, None, list(get_args(kind)), None
    if kind in TYPES:
        return TYPES[kind], None, None, None, None
    if kind in (Title, Text):
        return "object", "both" if kind is Title else "danish", None, None, None
    return "object", None, None, None, declared(kind)


def annotated(kind: object) -> bool:
    return get_origin(kind) is Annotated


def test_records_that_keep_former_ids_are_those_that_can_be_gone_for_good():
    records = {table.record for table in TABLES.values() if table.keeps_former_ids}

    assert records == set(get_args(LastingRecord))
    assert WITH_FORMER_IDS == get_args(members(Retired)["table"].type)


def test_a_table_with_pages_names_a_kind_of_page_that_has_an_address():
    assert set(PAGES.values()) <= ADDRESSES.keys()
