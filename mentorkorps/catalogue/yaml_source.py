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

from mentorkorps.catalogue.diagnostics import DataError, Problem, worded
from mentorkorps.catalogue.yaml_compatibility import Finding, Watch
from mentorkorps.catalogue.yaml_errors import Complaint, explain

MAX_BYTES = 20_000_000
MAX_LINE = 100_000
MAX_DEPTH = 12
MAX_EVENTS = 340_000
"""Some 1,000 whole programmes in one file, and what one to two seconds suffice for."""
INVISIBLE = re.compile(
    r"[^\t\n\r -~\xa0-\xac\xae-\u200a\u200c-\u2027\u202f-\u205f\u206a-\ud7ff"
    r"\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What YAML cannot hold, the line separators that only YAML takes for the end of a line, and signs without width that
come along when text is copied or that turn the direction of reading (Unicode Technical Report 36, 3.7)."""
CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})(?: .*)?\r?$", re.MULTILINE)
GARBLED = re.compile(r"Ã[\x80-\xbf˜†…–]|â€.|\ufffd")
"""UTF-8 that was read as Windows-1252 or Latin-1 and saved again, and the sign for a lost letter."""
CUT = re.compile(r"[ \t]#(?!tillad|allow)[^\s#]")


class Scalar(NamedTuple):
    text: str
    line: int
    column: int
    end_column: int
    is_plain: bool = False
    """Whether it stands without quotes, so that another reader may take it for a number or a date."""


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
    do_da: str = "Skriv værdien helt ud, eller sæt teksten i anførselstegn."
    do_en: str = "Write the value out in full, or put the text in quotes."


ALIASES = Refused("Henvisninger (& og *)", "Anchors and aliases (& and *)")
MERGING = Refused("Sammenfletning (<<)", "Merging (<<)")
TAGS = Refused(
    "Typemærker (!)", "Tags (!)", "Slet mærket, eller sæt teksten i anførselstegn.",
    "Delete the tag, or put the text in quotes.",
)  # fmt: skip
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


def read_yaml(path: Path, name: str, *, is_open: bool = True) -> Node | None:
    """The one document of a YAML file; None if the file holds nothing but comments.

    `name` is what problems call the file. Raises DataError with the first place that cannot be read, or with every
    place at which other readers stop; not so for a file that nobody else reads (`is_open`).
    """
    text = read_yaml_text(path, name)
    if not text.strip():
        raise _unreadable(
            name, "den er tom; hent teksten frem igen, eller skriv en kommentar (#), hvis tabellen skal være tom",
            "it is empty; bring the text back, or write a comment (#) if the table is to be empty",
        )  # fmt: skip
    return parse_yaml(text, name, is_open=is_open)


def read_yaml_text(path: Path, name: str) -> str:
    """The text of a file that people write, without a byte order mark. Raises DataError if it is none."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _unreadable(name, f"den kan ikke åbnes ({error.strerror})", "it cannot be opened") from error
    if len(raw) > MAX_BYTES:
        raise _unreadable(name, "den er for stor", "it is too large")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _unreadable(
            name, "den er ikke gemt som UTF-8; gem den igen med tegnkodningen UTF-8",
            "it is not saved as UTF-8; save it again with the encoding UTF-8", line,
        ) from error  # fmt: skip


def parse_yaml(text: str, name: str, *, is_open: bool = True) -> Node | None:
    """As `read`, from text."""
    for problem in _damages(text, name):
        raise DataError([problem])
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE:
            raise _unreadable(
                name, f"linjen er på over {MAX_LINE} tegn; del den i flere", "the line is too long; split it", number
            )
    watch = Watch(text)
    try:
        events = watch.seen(_bounded(yaml.parse(text, Loader=yaml.CSafeLoader), name))
        root = _document(_whole(events, text, name) if CUT.search(text) else events, name)
    except yaml.MarkedYAMLError as error:
        raise _syntax(name, text, error) from error
    if is_open and (findings := watch.findings()):
        raise DataError([_not_for_others(name, one) for one in findings])
    return root


def plain_value(node: Node | None) -> object:
    """The same document as lists, dicts and text, without places."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [plain_value(item) for item in node.items]
        case Mapping():
            return {key: plain_value(value) for key, (_, value) in node.entries.items()}
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


def _damages(text: str, name: str) -> Iterator[Problem]:
    """What has happened to a file on its way, before anybody looks at it as YAML."""
    if any(sign in text for sign in ("<<<<<<<", "\n=======", ">>>>>>>")) and (found := CONFLICT.search(text)):
        yield _of(text, name, found, "merge-conflict")
    if any(sign in text for sign in ("Ã", "â€", "\ufffd")) and (found := GARBLED.search(text)):
        yield _of(text, name, found, "garbled")
    if found := INVISIBLE.search(text):
        yield _of(
            text, name, found, "not-allowed",
            what_da="Et usynligt tegn", what_en="An invisible character",
            do_da="Slet det.", do_en="Delete it.",
        )  # fmt: skip


def _of(text: str, name: str, found: re.Match[str], rule: str, /, **values: object) -> Problem:
    line, column = text.count("\n", 0, found.start()) + 1, found.start() - text.rfind("\n", 0, found.start())
    return Problem(name, line, column, column + len(found[0].rstrip()) or 1, rule, worded(rule, **values))


def _whole(events: Iterator[yaml.Event], text: str, name: str) -> Iterator[yaml.Event]:
    """The events, as long as no text without quotes ends where a # without a space after it makes it a comment."""
    for event in events:
        if isinstance(event, yaml.ScalarEvent) and not event.style and CUT.match(text, event.end_mark.index):
            mark = event.end_mark
            raise _refused(
                name,
                mark.line + 1,
                mark.column + 2,
                "cut-off",
                value=text[mark.index : mark.index + 40].splitlines()[0].strip(),
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
        end_column = event.end_mark.column + 1 if same_line else column + 1
        return Scalar(_written(event), line, column, end_column, not event.style)
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


def _not_for_others(name: str, one: Finding) -> Problem:
    message = worded("other-readers", why_da=one.why_da, why_en=one.why_en)
    return Problem(name, one.line, one.column, one.end_column, "other-readers", message)


def _unreadable(name: str, why_da: str, why_en: str, line: int = 1) -> DataError:
    return _refused(name, line, 1, "unreadable", why_da=why_da, why_en=why_en)


def _syntax(name: str, text: str, error: yaml.MarkedYAMLError) -> DataError:
    began = error.context_mark or error.problem_mark
    complaint = Complaint(error.problem or "", error.context or "", error.problem_mark, began)
    line, column, why_da, why_en = explain(text, complaint)
    return _refused(name, line, column, "syntax", why_da=why_da, why_en=why_en)
