"""YAML text -> plain values that know their line and column.

PyYAML's own loader changes what an editor wrote without a word: 9:00 becomes 540, 0101 becomes 65, "no"
becomes False, and the second of two equal keys wins. Here every scalar stays the text that was written
(the type comes from the field, as in YAML 1.2's failsafe schema), and what could hide a value is refused.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from mentorkorps.problem import DataError, Problem, worded

MAX_BYTES = 20_000_000
MAX_LINE = 100_000
MAX_DEPTH = 12
MAX_EVENTS = 340_000
"""Some 1,000 whole programmes in one file, and what one to two seconds suffice for."""
INVISIBLE = re.compile(r"[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What YAML cannot hold, and the line separators that only YAML takes for the end of a line."""


class Scalar(NamedTuple):
    text: str
    line: int
    column: int
    end_column: int


class Sequence(NamedTuple):
    items: list["Node"]
    line: int
    column: int
    end_column: int


class Mapping(NamedTuple):
    entries: dict[str, tuple[Scalar, "Node"]]
    line: int
    column: int
    end_column: int


Node = Scalar | Sequence | Mapping


class Refused(NamedTuple):
    """What may not stand in a file, and what to do instead."""

    what_da: str
    what_en: str
    do_da: str = "Skriv værdien helt ud."
    do_en: str = "Write the value out in full."


ALIASES = Refused("Henvisninger (& og *)", "Anchors and aliases (& and *)")
MERGING = Refused("Sammenfletning (<<)", "Merging (<<)")
TAGS = Refused("Typemærker (!)", "Tags (!)", "Slet mærket.", "Delete the tag.")
LEVELS = Refused(
    "Så mange niveauer",
    "That many levels",
    "Der mangler nok en slutparentes.",
    "A closing bracket is probably missing.",
)
SECOND_DOCUMENT = Refused(
    "Et dokument mere (---)", "A second document (---)", "Slet linjen, så alle poster står i én liste.",
    "Delete the line, so that all records stand in one list.",
)  # fmt: skip
LIST_AS_NAME = Refused(
    "En liste som navn på et felt", "A list as a field's name", "Skriv et navn, et kolon og værdien.",
    "Write a name, a colon and the value.",
)  # fmt: skip


class Place(NamedTuple):
    """Where a record begins: the file as problems call it, line and column from 1."""

    file: str
    line: int
    column: int


def read(path: Path, name: str) -> Node | None:
    """The one document of a YAML file; None if the file holds nothing but comments.

    `name` is what problems call the file. Raises DataError with the first place that cannot be read.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _unreadable(name, f"den kan ikke åbnes ({error.strerror})", "it cannot be opened") from error
    if len(raw) > MAX_BYTES:
        raise _unreadable(name, "den er for stor", "it is too large")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _unreadable(name, "den er ikke gemt som UTF-8", "it is not saved as UTF-8", line=line) from error
    if not text.strip():
        raise _unreadable(
            name, "den er tom; hent teksten frem igen, eller skriv en kommentar (#), hvis tabellen skal være tom",
            "it is empty; bring the text back, or write a comment (#) if the table is to be empty",
        )  # fmt: skip
    return parse(text, name)


def parse(text: str, name: str) -> Node | None:
    """As `read`, from text."""
    if found := INVISIBLE.search(text):
        line, column = text.count("\n", 0, found.start()) + 1, found.start() - text.rfind("\n", 0, found.start())
        raise _refused(
            name, line, column, "not-allowed",
            what_da="Et usynligt styretegn", what_en="An invisible control character",
            do_da="Slet det.", do_en="Delete it.",
        )  # fmt: skip
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE:
            raise _unreadable(
                name, f"linjen er på over {MAX_LINE} tegn; del den i flere", "the line is too long; split it", number
            )
    try:
        return _document(_bounded(yaml.parse(text, Loader=yaml.CSafeLoader), name), name)
    except yaml.MarkedYAMLError as error:
        raise _syntax(name, text, error) from error


def plain(node: Node | None) -> object:
    """The same document as lists, dicts and text, without places."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(value) for key, (_, value) in node.entries.items()}
        case None:
            return None


def _bounded(events: Iterator[yaml.Event], name: str) -> Iterator[yaml.Event]:
    for number, event in enumerate(events):
        if number > MAX_EVENTS:
            line = event.start_mark.line + 1
            raise _unreadable(
                name, "den er for stor; del den i en mappe af filer", "it is too large; split it into a folder", line
            )
        yield event


def _document(events: Iterator[yaml.Event], name: str) -> Node | None:
    root = None
    documents = 0
    for event in events:
        match event:
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    raise _at(name, event, SECOND_DOCUMENT)
            case yaml.NodeEvent():
                root = _node(event, events, name, 0)
    return None if isinstance(root, Scalar) and not root.text else root


def _node(event: yaml.Event, events: Iterator[yaml.Event], name: str, depth: int) -> Node:
    _refuse_what_hides(event, name, depth)
    line, column = event.start_mark.line + 1, event.start_mark.column + 1
    if isinstance(event, yaml.ScalarEvent):
        same_line = event.end_mark.line == event.start_mark.line
        return Scalar(_written(event), line, column, event.end_mark.column + 1 if same_line else column + 1)
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(inner := next(events), yaml.SequenceEndEvent):
            items.append(_node(inner, events, name, depth + 1))
        return Sequence(items, line, column, column + 1)
    return Mapping(_entries(events, name, depth), line, column, column + 1)


def _entries(events: Iterator[yaml.Event], name: str, depth: int) -> dict[str, tuple[Scalar, Node]]:
    entries: dict[str, tuple[Scalar, Node]] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _node(event, events, name, depth + 1)
        if not isinstance(key, Scalar):
            raise _at(name, event, LIST_AS_NAME)
        if key.text == "<<":
            raise _at(name, event, MERGING)
        if key.text in entries:
            first = entries[key.text][0]
            raise _refused(name, key.line, key.column, "duplicate-key", key=key.text[:40], line=first.line)
        entries[key.text] = key, _node(next(events), events, name, depth + 1)
    return entries


def _written(event: yaml.ScalarEvent) -> str:
    is_null = not event.style and event.value in ("~", "null", "Null", "NULL")
    return "" if is_null else event.value


def _refuse_what_hides(event: yaml.Event, name: str, depth: int) -> None:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise _at(name, event, ALIASES)
    if event.tag is not None:
        raise _at(name, event, TAGS)
    if depth > MAX_DEPTH:
        raise _at(name, event, LEVELS)


def _at(name: str, event: yaml.Event, refused: Refused) -> DataError:
    mark = event.start_mark
    return _refused(name, mark.line + 1, mark.column + 1, "not-allowed", **refused._asdict())


def _refused(name: str, line: int, column: int, rule: str, /, **values: object) -> DataError:
    return DataError([Problem(name, line, column, column + 1, rule, worded(rule, **values))])


def _unreadable(name: str, why_da: str, why_en: str, line: int = 1) -> DataError:
    return _refused(name, line, 1, "unreadable", why_da=why_da, why_en=why_en)


SYNTAX = (
    ("found character that cannot start", "teksten begynder med et særligt tegn; sæt den i anførselstegn",
     "the text begins with a special character; put it in quotes"),
    ("mapping values are not allowed",
     "der er et kolon midt i teksten, eller linjen er rykket for langt ind; sæt tekst med kolon i anførselstegn",
     "there is a colon within the text, or the line is indented too far; put text with a colon in quotes"),
    ("found unexpected end of stream", "anførselstegnet her bliver aldrig lukket", "the quote here is never closed"),
    ("could not find expected ':'", "der mangler et kolon efter feltets navn",
     "a colon is missing after the field's name"),
    ("did not find expected ',' or", "listen mangler et komma eller en slutparentes",
     "the list lacks a comma or a closing bracket"),
    ("did not find expected", "linjen står ikke i samme kolonne som dem over den",
     "the line does not stand in the same column as those above it"),
)  # fmt: skip
QUOTE = (
    "et anførselstegn mangler her eller længere oppe, eller der står et midt i teksten",
    "a quote is missing here or further up, or there is one within the text",
)
TAB = ("der er et tabulatortegn; brug mellemrum", "there is a tab; use spaces")
ANYTHING = ("den følger ikke YAML's regler", "it does not follow YAML's rules")


def _syntax(name: str, text: str, error: yaml.MarkedYAMLError) -> DataError:
    said = error.problem or ""
    mark = error.context_mark if said.startswith("found unexpected end") else error.problem_mark
    known = next((words for start, *words in SYNTAX if said.startswith(start)), ANYTHING)
    after_quote = said.startswith("did not find expected") and text[: mark.index].rstrip(" ")[-1:] in ('"', "'")
    why_da, why_en = TAB if text[mark.index : mark.index + 1] == "\t" else QUOTE if after_quote else known
    return _refused(name, mark.line + 1, mark.column + 1, "syntax", why_da=why_da, why_en=why_en)
