"""YAML nodes -> records, guided by the types of the dataclasses alone.

One mistake is one message: an unknown field and the one needed field that is missing are one, if
the value fits; so are a field in a wrong column and the lack of it where it belongs. At most 500
problems of a file are reported.
"""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, is_dataclass
from datetime import date, datetime, time
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

from mentorkorps.catalogue.diagnostics import MOST_REPORTED, Problem
from mentorkorps.catalogue.entries import Entry
from mentorkorps.catalogue.members import Member, knows_its_place, members
from mentorkorps.catalogue.model.text import Refers, Slug, Text, Title
from mentorkorps.catalogue.references import Reference
from mentorkorps.catalogue.scalars import SCALARS, meant
from mentorkorps.catalogue.suggestions import nearest, slug
from mentorkorps.catalogue.tables import TABLES
from mentorkorps.catalogue.yaml_nodes import Mapping, Node, Place, Scalar, Sequence, quoted, scalars

EXPECTED = {
    int: ("et helt tal", "a whole number"),
    bool: ("true eller false", "true or false"),
    date: ("en dato som 2026-12-01", "a date such as 2026-12-01"),
    time: ("et klokkeslæt som 09:00", "a time such as 09:00"),
    datetime: (
        "en dag og et klokkeslæt som 2026-12-01 09:00",
        "a day and a time such as 2026-12-01 09:00",
    ),
    str: ("en tekst", "a text"),
    tuple: ("en liste som [a, b]", "a list such as [a, b]"),
    dict: ("felter med navn og værdi", "fields with name and value"),
    Title: ("på begge sprog: {da: …, en: …}", "in both languages: {da: …, en: …}"),
    Text: ("delt i sprog: {da: …, en: …}", "divided by language: {da: …, en: …}"),
    Slug: (
        "små bogstaver a-z, tal og bindestreg, fx mit-korps",
        "small letters a-z, digits and hyphens, such as my-corps",
    ),
}
PLAIN_ID = re.compile(Slug.pattern)
GLUED = ("der mangler et mellemrum efter kolonet", "a space is missing after the colon")
CUT_BY_COMMA = (
    "kommaet deler værdien i to; sæt hele teksten i anførselstegn, og skriv tal uden komma",
    "the comma cuts the value in two; put the whole text in quotes, and write numbers without a "
    "comma",
)
LANGUAGE_NAMES = {"da": ("dansk", "Danish"), "en": ("engelsk", "English")}


@contextmanager
def without_collector() -> Iterator[None]:
    """Leaves the search for reference cycles off meanwhile: records have none, and it takes 3/4 of
    the reading time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class BindingError:
    """Stands for a value that could not be read; its problem is in the list already."""


WRONG = BindingError()


class ObjectInProgress(NamedTuple):
    """An object that is being read: what it is called, how its fields are read, and the node."""

    name: str
    plan: dict[str, Member]
    node: Mapping

    def lacks(self, key: str) -> bool:
        return key in self.plan and key not in self.node.entries


@dataclass(slots=True)
class TableReader:
    """One pass over all tables: what was wrong so far, and which references are still to be looked
    up.

    `unread` names the tables of which some records could not be read: a reference there may well be
    right. `nameless` holds the values of records without a key, by table: one of them may be the
    key, under a misspelt name. `around` are the objects that are being read, the record first;
    `strayed` the fields that stand in another object than theirs.
    """

    problems: list[Problem] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    nameless: dict[str, set[str]] = field(default_factory=dict)
    around: list[ObjectInProgress] = field(default_factory=list)
    strayed: set[tuple[int, str]] = field(default_factory=set)
    file: str = ""
    record: str | None = None

    def add(
        self,
        file: str,
        node: Node | None,
        rule: str,
        suggestion: str | None = None,
        field: str | None = None,
        **values: object,
    ) -> BindingError:
        self.problems.append(
            Problem.at(
                file,
                node,
                rule,
                record=self.record,
                field=field,
                suggestion=suggestion,
                **values,
            )
        )
        return WRONG

    def records(self, table: str, file: str, root: Node | None) -> Iterator[Entry]:
        """The records of one file. A file that holds only comments is an empty table."""
        self.file, self.record = file, None
        if root is None:
            return
        if not isinstance(root, Sequence):
            self.add(file, root, "not-a-list")
            self.unread.add(table)
            return
        before = len(self.problems)
        for node in root.items:
            if len(self.problems) - before > MOST_REPORTED:
                self.unread.add(table)
                break
            if not isinstance(node, Mapping):
                self.add(file, node, "not-a-record")
                self.unread.add(table)
                continue
            self.record = Entry(table, file, node, None).record
            if self.record is None:
                self.nameless.setdefault(table, set()).update(scalars(node))
            value = self.object(
                TABLES[table].record, node, table, at=Place(file, node.line, node.column)
            )
            yield Entry(table, file, node, None if value is WRONG else value)
        self.record = None

    def object(self, cls: type, node: Node, name: str, **preset: object) -> Any:
        if not isinstance(node, Mapping):
            return self.wrong_type(name, cls if cls in EXPECTED else dict, node)
        plan = members(cls)
        self.around.append(ObjectInProgress(name, plan, node))
        misspelt = self.refuse_unknown_keys()
        values: dict[str, Any] = dict(preset)
        for member in plan.values():
            if member.name in node.entries:
                values[member.name] = self.value(member, node.entries[member.name][1])
        for member in plan.values():
            if member.name in values:
                continue
            if member.name in misspelt or (id(node), member.name) in self.strayed:
                values[member.name] = WRONG
            elif member.required:
                values[member.name] = self.missing(cls, member.name, node, name)
        self.around.pop()
        sound = not any(value is WRONG for value in values.values())
        return cls(**values) if sound else WRONG

    def refuse_unknown_keys(self) -> set[str]:
        """Tells of each field that the innermost object does not have. Returns those that were
        meant."""
        innermost = self.around[-1]
        unknown = [
            pair for key, pair in innermost.node.entries.items() if key not in innermost.plan
        ][:MOST_REPORTED]
        if not unknown:
            return set()
        unused = innermost.plan.keys() - innermost.node.entries.keys()
        glued = {place.text.partition(":")[0] for place, _ in unknown} & unused
        for place, value in unknown:
            if place.text.partition(":")[0] in glued:
                self.add(self.file, place, "syntax", why_da=GLUED[0], why_en=GLUED[1])
            elif is_cut_off(place, value):
                if not glued:
                    self.add(
                        self.file, place, "syntax", why_da=CUT_BY_COMMA[0], why_en=CUT_BY_COMMA[1]
                    )
            elif home := self.home(place):
                self.strayed.add((id(home.node), place.text))
                self.add(
                    self.file,
                    place,
                    "wrong-level",
                    field=place.text,
                    key=place.text,
                    right=home.name,
                    here=innermost.name,
                )
            else:
                suggestion = nearest(place.text, unused) or self.only_one_missing(unknown, value)
                self.add(
                    self.file,
                    place,
                    "unknown-key",
                    suggestion=suggestion,
                    field=quoted(place),
                    key=quoted(place),
                    table=innermost.name,
                )
                glued.add(suggestion or "")
        return glued

    def home(self, key: Scalar) -> ObjectInProgress | None:
        """The object around the key, or just before it, that has such a field and lacks it: the
        line is moved."""
        innermost = self.around[-1]
        inner = None
        for name, (place, node) in innermost.node.entries.items():
            if place is key:
                break
            if (
                name in innermost.plan
                and isinstance(node, Mapping)
                and is_dataclass(innermost.plan[name].type)
            ):
                inner = ObjectInProgress(name, members(innermost.plan[name].type), node)
        candidates = [*reversed(self.around[:-1]), *([inner] if inner else [])]
        return next((candidate for candidate in candidates if candidate.lacks(key.text)), None)

    def only_one_missing(self, unknown: list[tuple[Scalar, Node]], value: Node) -> str | None:
        """The one field that is needed and not there, if its value can be that of the one field
        that is unknown."""
        innermost = self.around[-1]
        needed = [
            member
            for member in innermost.plan.values()
            if member.required and innermost.lacks(member.name)
        ]
        if len(unknown) > 1 or len(needed) != 1:
            return None
        is_readable = TableReader(file=self.file).value(needed[0], value) is not WRONG
        return needed[0].name if is_readable else None

    def missing(self, cls: type, key: str, node: Mapping, name: str) -> BindingError:
        if cls in (Title, Text):
            language_da, language_en = LANGUAGE_NAMES[key]
            return self.add(
                self.file,
                node,
                "missing-translation",
                field=name,
                key=name,
                language_da=language_da,
                language_en=language_en,
            )
        return self.add(self.file, node, "missing", field=key, key=key)

    def value(self, member: Member, node: Node) -> Any:
        return self.read(member.type, node, member.name)

    def read(self, kind: Any, node: Node, name: str) -> Any:
        if isinstance(node, Scalar) and not node.text.strip():
            return self.add(self.file, node, "empty", field=name, key=name)
        origin = get_origin(kind)
        if origin is Annotated:
            return self.annotated(kind, node, name)
        if origin is tuple:
            return self.sequence(get_args(kind)[0], node, name)
        if origin is Literal:
            return self.choice(get_args(kind), node, name)
        if isinstance(kind, type) and is_dataclass(kind):
            place = (
                {"at": Place(self.file, node.line, node.column)} if knows_its_place(kind) else {}
            )
            return self.object(kind, node, name, **place)
        return self.scalar(kind, node, name)

    def annotated(self, kind: Any, node: Node, name: str) -> Any:
        base, mark = get_args(kind)
        text = self.scalar(base, node, name)
        if text is WRONG or not isinstance(node, Scalar):
            return WRONG
        if isinstance(mark, Refers):
            self.references.append(Reference(self.file, node, mark.table, self.record, name))
        elif not re.fullmatch(Slug.pattern, text):
            return self.wrong_type(name, Slug, node, slug(text))
        return text

    def sequence(self, kind: Any, node: Node, name: str) -> Any:
        if not isinstance(node, Sequence):
            suggestion = None
            if (
                get_origin(kind) is Annotated
                and isinstance(node, Scalar)
                and PLAIN_ID.fullmatch(node.text)
            ):
                suggestion = f"[{node.text}]"
            return self.wrong_type(name, tuple, node, suggestion)
        if not node.items:
            return self.add(self.file, node, "empty", field=name, key=name)
        items = tuple(self.read(kind, item, name) for item in node.items)
        if get_origin(kind) is Annotated and self.refuse_repeated(node, name):
            return WRONG
        return WRONG if WRONG in items else items

    def refuse_repeated(self, node: Sequence, name: str) -> bool:
        places: dict[str, list[Scalar]] = {}
        for item in node.items:
            if isinstance(item, Scalar):
                places.setdefault(item.text, []).append(item)
        repeated = [equal[1] for equal in places.values() if len(equal) > 1]
        for item in repeated[:MOST_REPORTED]:
            self.add(self.file, item, "twice", field=name, key=name, value=quoted(item))
        return bool(repeated)

    def choice(self, options: tuple[str, ...], node: Node, name: str) -> Any:
        text = self.scalar(str, node, name)
        if text is WRONG or text in options:
            return text
        return self.add(
            self.file,
            node,
            "not-an-option",
            suggestion=nearest(text, options),
            field=name,
            key=name,
            value=quoted(node),
            options=", ".join(options),
        )

    def scalar(self, kind: type, node: Node, name: str) -> Any:
        if not isinstance(node, Scalar):
            return self.wrong_type(name, kind, node)
        try:
            return SCALARS[kind](node.text)
        except ValueError:
            return self.wrong_type(name, kind, node, meant(kind, node.text))

    def wrong_type(
        self, name: str, kind: Any, node: Node, suggestion: str | None = None
    ) -> BindingError:
        expected_da, expected_en = EXPECTED[kind]
        return self.add(
            self.file,
            node,
            "wrong-type",
            suggestion=suggestion,
            field=name,
            key=name,
            expected_da=expected_da,
            expected_en=expected_en,
            value=quoted(node),
        )


def is_cut_off(key: Scalar, value: Node) -> bool:
    """Whether what looks like a field is the rest of a text with a comma: {da: Metal, maskiner, en:
    …}."""
    return (
        isinstance(value, Scalar)
        and not value.text
        and (value.line, value.column) == (key.line, key.end_column)
    )
