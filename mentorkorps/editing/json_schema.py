"""JSON Schemas of the data files, for editors' tools: the same fields and limits, with the ids of
today as choices.

They judge as `mentorkorps check` does, but for what only it can know (see tests/test_schema.py).

They judge what a YAML 1.2 tool sees, so they want numbers, `true` and `false` without quotes, and
text that looks like them in quotes. The committed ones offer the ids of their day: who adds a
record in the browser cannot renew them, the pre-commit hook does, and /schema/ on the site is
always of the build's day. VS Code gets municipalities by name as snippets (`defaultSnippets`),
since it filters choices by what is inserted and nobody types a code.

The snippets were tried with yaml-language-server 1.25 over its protocol; the tests need no npm.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mentorkorps.catalogue.dictionary import FieldDescription
from mentorkorps.catalogue.load import Catalogue, key_of
from mentorkorps.catalogue.model.places import Municipality
from mentorkorps.catalogue.scalars import YEAR
from mentorkorps.catalogue.tables import TABLES, Table

Schema = dict[str, Any]

SCALARS: dict[str, Schema] = {
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date", "pattern": f"^{YEAR}-[0-9]{{2}}-[0-9]{{2}}$"},
    "datetime": {
        "type": "string",
        "pattern": f"^{YEAR}-[0-9]{{2}}-[0-9]{{2}}[ T][0-9]{{2}}:[0-9]{{2}}$",
    },
    "time": {"type": "string", "pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$"},
}
LIMITS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "pattern": "pattern",
    "maxLength": "maxLength",
}


def schemas(catalogue: Catalogue) -> dict[str, Schema]:
    """The schema of each table's file by the table's name."""
    choices = {
        table.name: _choices(catalogue, table) for table in TABLES.values() if table.has_one_key
    }
    return {
        table.name: {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": table.title.da,
            "description": table.title.en,
            "type": ["array", "null"],
            "items": _object(table.fields, choices),
        }
        for table in catalogue.dictionary.values()
    }


def write_schemas(catalogue: Catalogue, folder: Path) -> list[Path]:
    """Writes `<table>.json` for every table into a folder. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        folder / f"{table}.json": as_text(schema) for table, schema in schemas(catalogue).items()
    }
    for path, text in files.items():
        path.write_text(text, "utf-8")
    return list(files)


def as_text(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _choices(catalogue: Catalogue, table: Table) -> Schema:
    """The keys of a table with the names that people know them by. An empty table allows
    nothing."""
    records = getattr(catalogue, table.name).values()
    choices = {
        "type": "string",
        "enum": [key_of(table, record)[0] for record in records],
        "enumDescriptions": [_label(record) for record in records],
    }
    return choices | (
        {"defaultSnippets": _by_name(records)} if table.name == "municipalities" else {}
    )


def _by_name(municipalities: Iterable[Municipality]) -> list[Schema]:
    """Codes offered by their names, as nobody types a code: understood by yaml-language-server
    1.25."""
    return [
        {"label": place.name, "description": place.code, "body": f'"{place.code}"'}
        for place in municipalities
    ]


def _label(record: object) -> str:
    label = next(
        (getattr(record, name) for name in ("name", "title", "headline") if hasattr(record, name)),
        "",
    )
    return label if isinstance(label, str) else label.da


def _object(fields: Iterable[FieldDescription], choices: dict[str, Schema]) -> Schema:
    fields = tuple(fields)
    return {
        "type": "object",
        "properties": {field.name: _field(field, choices) for field in fields},
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }


def _field(field: FieldDescription, choices: dict[str, Schema]) -> Schema:
    meaning = {"description": f"{field.meaning.da}\n\n{field.meaning.en}"}
    if field.type == "array":
        unique = {"uniqueItems": True} if field.references or "pattern" in field.limits else {}
        items = {"items": _value(field, choices)}
        return meaning | {"type": "array", "minItems": 1} | unique | items
    return meaning | _value(field, choices)


def _value(field: FieldDescription, choices: dict[str, Schema]) -> Schema:
    if field.inner:
        return _object(field.inner, choices)
    if field.references:
        return choices[field.references]
    if field.options:
        return {"type": "string", "enum": list(field.options)}
    limits = {LIMITS[name]: value for name, value in field.limits.items()}
    text = {"type": "string", "minLength": 1, "pattern": "\\S"}
    return SCALARS.get(field.type, text) | limits
