"""YAML text -> plain values that know their line and column.

PyYAML's own loader changes what an editor wrote without a word: 9:00 becomes 540, 0101 becomes 65, "no"
becomes False, and the second of two equal keys wins. Here every scalar stays the text that was written
(the type comes from the field, as in YAML 1.2's failsafe schema), and what could hide a value is refused.

Files are bounded (MAX_EVENTS), so that no file takes more than two seconds. A larger table is a
folder of files.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from mentorkorps.catalogue.diagnostics import DataError, Problem, worded
from mentorkorps.catalogue.yaml_compatibility import CompatibilityWatch, Finding, ParserMark
from mentorkorps.catalogue.yaml_errors import Complaint, explain
from mentorkorps.catalogue.yaml_nodes import Mapping, Node, Scalar, Sequence

MAX_BYTES = 20_000_000
MAX_LINE = 100_000
MAX_DEPTH = 12
MAX_EVENTS = 340_000
"""Some 1,000 whole programmes in one file, and what one to two seconds suffice for."""
INVISIBLE = re.compile(
    r"[^\t\n\r -~\xa0-\xac\xae-\u200a\u200c-\u2027\u202f-\u205f\u206a-\ud7ff"
    r"\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What YAML cannot hold, the line separators that only YAML takes for the end of a line, and signs
without width that come along when text is copied or that turn the direction of reading (Unicode
Technical Report 36, 3.7)."""
CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})(?: .*)?\r?$", re.MULTILINE)
GARBLED = re.compile(r"Ã[\x80-\xbf˜†…–]|â€.|\ufffd")
"""UTF-8 that was read as Windows-1252 or Latin-1 and saved again, and the sign for a lost
letter."""
CORE = re.compile(
    r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[tT]rue|TRUE|[fF]alse|FALSE|[yYnN]"
)
"""What YAML 1.2 takes for a number or a truth without quotes (YAML 1.2.2, 10.3.2); y and n are YAML
1.1's."""
WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
TEXT = "tag:yaml.org,2002:str"
CUT = re.compile(r"[ \t]#(?!tillad|allow)[^\s#]")

TAGGED = (yaml.ScalarEvent, yaml.CollectionStartEvent)
"""Events that may have a tag."""


class Refusal(NamedTuple):
    """What may not stand in a file, and what to do instead."""

    what_da: str
    what_en: str
    do_da: str = "Skriv værdien helt ud, eller sæt teksten i anførselstegn."
    do_en: str = "Write the value out in full, or put the text in quotes."


ALIASES = Refusal("Henvisninger (& og *)", "Anchors and aliases (& and *)")
MERGING = Refusal("Sammenfletning (<<)", "Merging (<<)")
TAGS = Refusal(
    "Typemærker (!)",
    "Tags (!)",
    "Slet mærket, eller sæt teksten i anførselstegn.",
    "Delete the tag, or put the text in quotes.",
)
LEVELS = Refusal(
    "Så mange niveauer",
    "That many levels",
    "Der mangler nok en slutparentes.",
    "A closing bracket is probably missing.",
)
SECOND_DOCUMENT = Refusal(
    "Et dokument mere (---)",
    "A second document (---)",
    "Slet linjen, så alle poster står i én liste.",
    "Delete the line, so that all records stand in one list.",
)
LIST_AS_NAME = Refusal(
    "En liste som navn på et felt",
    "A list as a field's name",
    "Skriv et navn, et kolon og værdien.",
    "Write a name, a colon and the value.",
)


def read_yaml(path: Path, name: str, *, is_open: bool = True) -> Node | None:
    """The one document of a YAML file; None if the file holds nothing but comments.

    `name` is what problems call the file. Raises DataError with the first place that cannot be
    read, or with every place at which other readers stop; not so for a file that nobody else reads
    (`is_open`).
    """
    text = read_yaml_text(path, name)
    if not text.strip():
        raise _unreadable(
            name,
            "den er tom; hent teksten frem igen, eller skriv en kommentar (#), hvis tabellen skal "
            "være tom",
            "it is empty; bring the text back, or write a comment (#) if the table is to be empty",
        )
    return parse_yaml(text, name, is_open=is_open)


def read_yaml_text(path: Path, name: str) -> str:
    """The text of a file that people write, without a byte order mark. Raises DataError if it is
    none."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _unreadable(
            name, f"den kan ikke åbnes ({error.strerror})", "it cannot be opened"
        ) from error
    if len(raw) > MAX_BYTES:
        raise _unreadable(name, "den er for stor", "it is too large")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _unreadable(
            name,
            "den er ikke gemt som UTF-8; gem den igen med tegnkodningen UTF-8",
            "it is not saved as UTF-8; save it again with the encoding UTF-8",
            line,
        ) from error


def parse_yaml(text: str, name: str, *, is_open: bool = True) -> Node | None:
    """As `read_yaml`, from text."""
    for problem in _damages(text, name):
        raise DataError([problem])
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE:
            raise _unreadable(
                name,
                f"linjen er på over {MAX_LINE} tegn; del den i flere",
                "the line is too long; split it",
                number,
            )
    watch = CompatibilityWatch(text)
    try:
        events = _watched(yaml.parse(text, Loader=yaml.CSafeLoader), watch, name)
        root = _document(_whole(events, text, name) if CUT.search(text) else events, name)
    except yaml.MarkedYAMLError as error:
        raise _syntax(name, text, error) from error
    if is_open and (findings := watch.findings()):
        raise DataError([_not_for_others(name, finding) for finding in findings])
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


@lru_cache(maxsize=4096)
def taken_by_yaml_1_1(text: str) -> str:
    """The tag that YAML 1.1 gives a text without quotes: tag:yaml.org,2002:bool for `no`."""
    resolver: Any = yaml.resolver.Resolver()  # its methods have no types
    tag: str = resolver.resolve(yaml.ScalarNode, text, (True, False))
    return tag


def stops_yaml_1_1(text: str) -> bool:
    """Whether YAML 1.1 takes a text without quotes for a date or a number that does not exist, and
    stops there."""
    try:
        loader = yaml.SafeLoader("")
        loader.construct_object(yaml.ScalarNode(taken_by_yaml_1_1(text), text), deep=True)
    except (ValueError, yaml.YAMLError):
        return True
    return False


def is_taken_for_else(text: str, kind: str) -> bool:
    """Whether some reader takes a text without quotes for something else than `kind`, a type of the
    description."""
    if kind == "boolean":
        return False
    if kind == "integer":
        return not WHOLE.fullmatch(text)
    return CORE.fullmatch(text) is not None or taken_by_yaml_1_1(text) != TEXT


def _start(event: yaml.Event) -> ParserMark:
    assert (
        event.start_mark is not None
    )  # the parser marks each of its events; those made by hand have none
    return event.start_mark


def _end(event: yaml.Event) -> ParserMark:
    assert event.end_mark is not None
    return event.end_mark


def _watched(
    events: Iterator[yaml.Event], watch: CompatibilityWatch, name: str
) -> Iterator[yaml.Event]:
    """The events, each of which the watch has seen, and no more of them than a file may have."""
    for number, event in enumerate(events):
        start, end = event.start_mark, event.end_mark
        assert start is not None and end is not None  # inline: one call fewer an event
        if number > MAX_EVENTS:
            raise _unreadable(
                name,
                "den er for stor; del den i en mappe af filer",
                "it is too large; split it into a folder",
                start.line + 1,
            )
        if isinstance(event, yaml.ScalarEvent):
            watch.scalar(event.value, event.style or "", start, end)
        elif isinstance(event, yaml.CollectionStartEvent):
            watch.opened(bool(event.flow_style), start, end)
        elif isinstance(event, yaml.CollectionEndEvent):
            watch.closed(end)
        yield event


def _damages(text: str, name: str) -> Iterator[Problem]:
    """What has happened to a file on its way, before anybody looks at it as YAML."""
    if any(sign in text for sign in ("<<<<<<<", "\n=======", ">>>>>>>")) and (
        match := CONFLICT.search(text)
    ):
        yield _of(text, name, match, "merge-conflict")
    if any(sign in text for sign in ("Ã", "â€", "\ufffd")) and (match := GARBLED.search(text)):
        yield _of(text, name, match, "garbled")
    if match := INVISIBLE.search(text):
        yield _of(
            text,
            name,
            match,
            "not-allowed",
            what_da="Et usynligt tegn",
            what_en="An invisible character",
            do_da="Slet det.",
            do_en="Delete it.",
        )


def _of(text: str, name: str, match: re.Match[str], rule: str, /, **values: object) -> Problem:
    line, column = (
        text.count("\n", 0, match.start()) + 1,
        match.start() - text.rfind("\n", 0, match.start()),
    )
    return Problem(
        name, line, column, column + len(match[0].rstrip()) or 1, rule, worded(rule, **values)
    )


def _whole(events: Iterator[yaml.Event], text: str, name: str) -> Iterator[yaml.Event]:
    """The events, as long as no text without quotes ends where a # without a space after it makes
    it a comment."""
    for event in events:
        if (
            isinstance(event, yaml.ScalarEvent)
            and not event.style
            and CUT.match(text, _end(event).index)
        ):
            mark = _end(event)
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
    start, end = event.start_mark, event.end_mark
    assert start is not None and end is not None
    line, column = start.line + 1, start.column + 1
    if isinstance(event, yaml.ScalarEvent):
        end_column = end.column + 1 if end.line == start.line else column + 1
        return Scalar(_scalar_text(event), line, column, end_column, not event.style)
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
            raise _refused(
                name, key.line, key.column, "duplicate-key", key=key.text[:40], line=first.line
            )
        entries[key.text] = key, _node(next(events), events, name, depth + 1)
    return entries


def _scalar_text(event: yaml.ScalarEvent) -> str:
    is_null = not event.style and event.value in ("~", "null", "Null", "NULL")
    return "" if is_null else event.value


def _refuse_what_hides(event: yaml.Event, name: str, depth: int) -> None:
    if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
        raise _at(name, event, ALIASES)
    if isinstance(event, TAGGED) and event.tag is not None:
        raise _at(name, event, TAGS)
    if depth > MAX_DEPTH:
        raise _at(name, event, LEVELS)


def _at(name: str, event: yaml.Event, refused: Refusal) -> DataError:
    mark = _start(event)
    return _refused(name, mark.line + 1, mark.column + 1, "not-allowed", **refused._asdict())


def _refused(name: str, line: int, column: int, rule: str, /, **values: object) -> DataError:
    return DataError([Problem(name, line, column, column + 1, rule, worded(rule, **values))])


def _not_for_others(name: str, finding: Finding) -> Problem:
    message = worded("other-readers", why_da=finding.why_da, why_en=finding.why_en)
    return Problem(name, finding.line, finding.column, finding.end_column, "other-readers", message)


def _unreadable(name: str, why_da: str, why_en: str, line: int = 1) -> DataError:
    return _refused(name, line, 1, "unreadable", why_da=why_da, why_en=why_en)


def _syntax(name: str, text: str, error: yaml.MarkedYAMLError) -> DataError:
    gave_up = error.problem_mark
    assert gave_up is not None  # the parser says where it gave up
    began = error.context_mark or gave_up
    complaint = Complaint(error.problem or "", error.context or "", gave_up, began)
    line, column, why_da, why_en = explain(text, complaint)
    return _refused(name, line, column, "syntax", why_da=why_da, why_en=why_en)
