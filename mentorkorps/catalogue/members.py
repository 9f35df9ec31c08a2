"""How the fields of a record are read, by the types of its dataclass."""

from dataclasses import MISSING, fields
from functools import cache
from types import NoneType, UnionType
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints


class Member(NamedTuple):
    """How one field of a dataclass is read."""

    name: str
    type: Any
    required: bool


@cache
def members(cls: type) -> dict[str, Member]:
    """How the fields of a dataclass are read; `at` is never read from a file."""
    hints = get_type_hints(cls, include_extras=True)
    return {
        member.name: Member(
            member.name, without_none(hints[member.name]), member.default is MISSING
        )
        for member in fields(cls)
        if member.name != "at"
    }


@cache
def knows_its_place(cls: type) -> bool:
    return any(member.name == "at" for member in fields(cls))


def without_none(hint: Any) -> Any:
    if get_origin(hint) is UnionType or str(get_origin(hint)) == "typing.Union":
        return next(part for part in get_args(hint) if part is not NoneType)
    return hint
