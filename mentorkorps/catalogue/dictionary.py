"""data/datapackage.yaml as typed records: what each field is, may be and means.

The checks, the JSON Schemas, the editors' guide and `mentorkorps new` all read it from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from mentorkorps.catalogue import yaml_source
from mentorkorps.catalogue.diagnostics import DataError, Problem
from mentorkorps.catalogue.messages.rule import Message

DESCRIPTION = "datapackage.yaml"


@dataclass(frozen=True, slots=True)
class FieldDescription:
    """One field. `limits` are its constraints in Table Schema's words, numbers as numbers.

    `translated` is "both" where Danish and English are needed, "danish" where English may follow;
    `references` the table whose key it holds; `fields` those of an object, or of each object of an
    array.
    """

    name: str
    type: Literal["string", "integer", "boolean", "date", "time", "datetime", "object", "array"]
    required: bool
    meaning: Message
    limits: Mapping[str, Any]
    format: str | None = None
    translated: Literal["both", "danish"] | None = None
    references: str | None = None
    fields: tuple["FieldDescription", ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(self.limits.get("enum", ()))

    @property
    def inner(self) -> tuple["FieldDescription", ...]:
        """The fields inside: its own, or one a language where it is a translated text."""
        return self.fields or (languages(self) if self.translated else ())


@dataclass(frozen=True, slots=True)
class TableDescription:
    name: str
    title: Message
    fields: tuple[FieldDescription, ...]


def read_dictionary(data: Path) -> dict[str, TableDescription]:
    """Reads what every table of a data folder is, by its name.

    Raises DataError if the description itself cannot be read.
    """
    document: Any = yaml_source.plain_value(yaml_source.read_yaml(data / DESCRIPTION, DESCRIPTION))
    try:
        return {resource["name"]: _table(resource) for resource in document["resources"]}
    except (KeyError, TypeError, AttributeError) as error:
        why_da, why_en = f"{error} mangler eller står forkert", f"{error} is missing or misplaced"
        problem = Problem.at(DESCRIPTION, None, "unreadable", why_da=why_da, why_en=why_en)
        raise DataError([problem]) from error


def languages(field: FieldDescription) -> tuple[FieldDescription, ...]:
    length = {name: field.limits[name] for name in ("maxLength",) if name in field.limits}
    return (
        FieldDescription("da", "string", True, Message("På dansk.", "In Danish."), length),
        FieldDescription(
            "en",
            "string",
            field.translated == "both",
            Message("På engelsk.", "In English."),
            length,
        ),
    )


def _table(resource: dict[str, Any]) -> TableDescription:
    title = Message(resource["title"], resource["title_en"])
    return TableDescription(
        resource["name"], title, tuple(map(_field, resource["schema"]["fields"]))
    )


def _field(descriptor: dict[str, Any]) -> FieldDescription:
    limits = {
        name: _number(value)
        for name, value in descriptor.get("constraints", {}).items()
        if name != "required"
    }
    limits |= {
        name: _number(descriptor[name]) for name in ("maxLength", "pattern") if name in descriptor
    }
    return FieldDescription(
        descriptor["name"],
        descriptor["type"],
        descriptor.get("constraints", {}).get("required") == "true",
        Message(descriptor.get("description", ""), descriptor.get("description_en", "")),
        MappingProxyType(limits),
        descriptor.get("format"),
        descriptor.get("translated"),
        descriptor.get("references"),
        tuple(map(_field, descriptor.get("fields", []))),
    )


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() else value
