"""What other readers of YAML stop at, though libyaml takes it: each place, with what to write instead.

The data is open, and who takes it may read it with anything: PyYAML's own scanner, go-yaml and ruamel.yaml (YAML 1.1),
or a reader that follows YAML 1.2 by the letter. Each kind below was found by holding four of them against libyaml.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import yaml

UNREADABLE = re.compile(r"=|<<|[-+]?0[bx]_+|[-+]?[0-9_]{4300,}")
"""Texts that readers of YAML 1.1 take for a sign or a number of theirs, and then cannot make one."""
DASH = re.compile(r"-\s|(?:.*\s)?-$", re.DOTALL)
GLUED_HEADER = re.compile(r"[|>][-+0-9]*#")
COMMENT = re.compile(r"(?:^|[ \t])#")
BLANKS_FIRST = re.compile(r"[|>][-+]?[ ]*(?:#[^\n]*)?\r?\n((?:[ ]*\r?\n)+)([ ]*)\S")
LONGEST_SHOWN = 60
MANY = 500
"""So many places of one file are told in one run."""


CORE = re.compile(
    r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[tT]rue|TRUE|[fF]alse|FALSE|[yYnN]"
)
"""What YAML 1.2 takes for a number or a truth without quotes (YAML 1.2.2, 10.3.2); y and n are YAML 1.1's."""
WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
TEXT = "tag:yaml.org,2002:str"


class Finding(NamedTuple):
    """A place, line and columns from 1, why others cannot read it, and what to do."""

    line: int
    column: int
    end_column: int
    why_da: str
    why_en: str


def is_taken_for_else(text: str, kind: str) -> bool:
    """Whether some reader takes a text without quotes for something else than `kind`, a type of the description."""
    if kind == "boolean":
        return False
    if kind == "integer":
        return not WHOLE.fullmatch(text)
    return CORE.fullmatch(text) is not None or _tag(text) != TEXT


def cannot_be_taken(text: str) -> bool:
    """Whether YAML 1.1 takes a text without quotes for a date or a number that does not exist, and stops there."""
    try:
        loader = yaml.SafeLoader("")
        loader.construct_object(yaml.ScalarNode(_tag(text), text), deep=True)
    except (ValueError, yaml.YAMLError):
        return True
    return False


@lru_cache(maxsize=4096)
def _tag(text: str) -> str:
    """What YAML 1.1 takes a text without quotes for."""
    tag: str = yaml.resolver.Resolver().resolve(yaml.ScalarNode, text, (True, False))
    return tag


class Around(NamedTuple):
    """A collection that is still open."""

    is_flow: bool
    column: int
    start: yaml.Mark


NOTHING_AROUND = Around(False, -1, yaml.Mark("", 0, 0, -1, None, 0))
CROWDED = (
    "der står # lige efter; skriv et mellemrum foran #",
    "there is a # right after it; write a space in front of the #",
)
TAB = ("der står et tabulatortegn; brug mellemrum", "there is a tab; use spaces")
TOO_FAR_OUT = (
    "linjen er for langt ude; ryk den mindst ét mellemrum længere ind end feltet, den hører til",
    "the line stands too far out; indent it at least one space more than the field that it belongs to",
)
BLANKS = (
    "en tom linje under > eller | har flere mellemrum end teksten; slet mellemrummene",
    "an empty line under > or | has more spaces than the text; delete the spaces",
)


@dataclass(slots=True)
class Watch:
    """One pass over the events of a text. `findings` are told once the last event is seen."""

    text: str
    around: list[Around] = field(default_factory=lambda: [NOTHING_AROUND])
    found: list[Finding] = field(default_factory=list)
    texts: list[tuple[int, int]] = field(default_factory=list)
    """Beginning and end, in characters, of the texts within which a tab does no harm."""

    def seen(self, events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
        for event in events:
            self._see(event)
            yield event

    def findings(self) -> list[Finding]:
        """At most 500, in the order of the text."""
        tabs = islice(self._tabs(), MANY) if "\t" in self.text else ()
        return sorted({*self.found, *tabs})[:MANY]

    def _see(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._plain(event) if not event.style else self._styled(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self.around.append(Around(bool(event.flow_style), event.start_mark.column, event.start_mark))
            if event.flow_style:
                self._crowded(event.end_mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            ended = self.around.pop()
            if ended.is_flow and not self.around[-1].is_flow:
                self._too_far_out(ended.start, event.end_mark, may_close=True)
            if ended.is_flow:
                self._crowded(event.end_mark)

    def _plain(self, event: yaml.ScalarEvent) -> None:
        value = event.value
        if self.around[-1].is_flow and "?" in value:
            self._quotes(
                event,
                "mellem { } eller [ ] kan en tekst med ? ikke stå uden anførselstegn",
                "between { } or [ ] a text with ? needs quotes",
            )
        elif self.around[-1].is_flow and DASH.match(value):
            self._quotes(
                event,
                "mellem { } eller [ ] kan en bindestreg ikke stå alene",
                "between { } or [ ] a hyphen cannot stand alone",
            )
        elif value[:1] in "=<-+0123456789" and UNREADABLE.fullmatch(value):
            self._quotes(event, "de tager den for noget andet end tekst", "they take it for something else than text")

    def _quotes(self, event: yaml.ScalarEvent, why_da: str, why_en: str) -> None:
        shown = event.value if len(event.value) <= LONGEST_SHOWN else f"{event.value[:LONGEST_SHOWN]}…"
        self._tell(event.start_mark, event.end_mark, f'{why_da}; skriv "{shown}"', f'{why_en}; write "{shown}"')

    def _styled(self, event: yaml.ScalarEvent) -> None:
        start, end = event.start_mark, event.end_mark
        if event.style in "|>":
            self._block(start, end)
            return
        self.texts.append((start.index, end.index))
        self._crowded(end)
        if not self.around[-1].is_flow:
            self._too_far_out(start, end)

    def _block(self, start: yaml.Mark, end: yaml.Mark) -> None:
        header, _, _ = self.text[start.index : end.index].partition("\n")
        self.texts.append((start.index + len(header), end.index))
        if GLUED_HEADER.match(header):
            self._tell(start, start, *CROWDED)
        before = self.text[self.text.rfind("\n", 0, start.index) + 1 : start.index]
        if not before.strip() and len(before) <= self.around[-1].column:
            self._tell(start, start, *TOO_FAR_OUT)
        blanks = BLANKS_FIRST.match(self.text, start.index)
        if blanks and max(map(len, re.findall("[ ]*", blanks[1]))) > len(blanks[2]):
            self._tell(start, start, *BLANKS)

    def _crowded(self, end: yaml.Mark) -> None:
        if self.text[end.index : end.index + 1] == "#":
            self._tell(end, end, *CROWDED)

    def _too_far_out(self, start: yaml.Mark, end: yaml.Mark, may_close: bool = False) -> None:
        """Lines of one value that do not stand further in than what the value belongs to (YAML 1.2.2, 6.1)."""
        if start.line == end.line:
            return
        column = self.around[-1].column
        lines = self.text[start.index : end.index].split("\n")[1:]
        for number, line in enumerate(lines, start.line + 2):
            spaces = len(line) - len(line.lstrip(" "))
            closes = may_close and number == end.line + 1 and line.strip() in ("]", "}")
            if line.strip() and spaces < column + (0 if closes else 1):
                self.found.append(Finding(number, spaces + 1, spaces + 2, *TOO_FAR_OUT))
                return

    def _tabs(self) -> Iterator[Finding]:
        """The first tab of each line that separates; those in a text or in a comment do no harm."""
        texts = iter([*self.texts, (len(self.text),) * 2])
        begins, ends, before = 0, 0, 0
        for number, (start, line) in enumerate(_lines(self.text), 1):
            at = line.find("\t")
            while at >= 0:
                while ends <= start + at:
                    before, (begins, ends) = ends, next(texts)
                since = line[max(0, before - start) : at]
                if begins > start + at and not COMMENT.search(since):
                    yield Finding(number, at + 1, at + 2, *TAB)
                    break
                at = line.find("\t", at + 1)

    def _tell(self, start: yaml.Mark, end: yaml.Mark, why_da: str, why_en: str) -> None:
        column = start.column + 1
        end_column = end.column + 1 if end.line == start.line and end.column > start.column else column + 1
        self.found.append(Finding(start.line + 1, column, end_column, why_da, why_en))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line with the place of its first character."""
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1
