"""What other readers of YAML stop at, though libyaml takes it: each place, with what to write
instead.

The data is open, and who takes it may read it with anything: PyYAML's own scanner, go-yaml and ruamel.yaml (YAML 1.1),
or a reader that follows YAML 1.2 by the letter. Each kind below was found by holding four of them against libyaml.

What another reader stops at is an error; what it reads as another value (0461, no or 9:00 without
quotes) is a notice, since the site shows the right one. A test loads every file with those
readers, and they must agree on each value: to run them in `check` would take forty times as long.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, Protocol

UNREADABLE = re.compile(r"=|<<|[-+]?0[bx]_+|[-+]?[0-9_]{4300,}")
"""Texts that readers of YAML 1.1 take for a sign or a number of theirs, and then cannot make
one."""
DASH = re.compile(r"-\s|(?:.*\s)?-$", re.DOTALL)
GLUED_HEADER = re.compile(r"[|>][-+0-9]*#")
COMMENT = re.compile(r"(?:^|[ \t])#")
BLANKS_FIRST = re.compile(r"[|>][-+]?[ ]*(?:#[^\n]*)?\r?\n((?:[ ]*\r?\n)+)([ ]*)\S")
LONGEST_SHOWN = 60
MANY = 500
"""So many places of one file are reported in one run."""


class Finding(NamedTuple):
    """A place, line and columns from 1, why others cannot read it, and what to do."""

    line: int
    column: int
    end_column: int
    why_da: str
    why_en: str


class ParserMark(Protocol):
    """A place of the parser: characters from the beginning, line and column, all from 0."""

    @property
    def index(self) -> int: ...

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Beginning:
    """The mark before all text."""

    index: int
    line: int
    column: int


class OpenCollection(NamedTuple):
    """A collection that is still open."""

    is_flow: bool
    column: int
    start: ParserMark


OUTERMOST = OpenCollection(False, -1, Beginning(0, 0, -1))
CROWDED = (
    "der står # lige efter; skriv et mellemrum foran #",
    "there is a # right after it; write a space in front of the #",
)
TAB = ("der står et tabulatortegn; brug mellemrum", "there is a tab; use spaces")
TOO_FAR_OUT = (
    "linjen er for langt ude; ryk den mindst ét mellemrum længere ind end feltet, den hører til",
    "the line stands too far out; indent it at least one space more than the field that it "
    "belongs to",
)
BLANKS = (
    "en tom linje under > eller | har flere mellemrum end teksten; slet mellemrummene",
    "an empty line under > or | has more spaces than the text; delete the spaces",
)


@dataclass(slots=True)
class CompatibilityWatch:
    """One pass over the events of a text. `findings` are whole once the last event is seen."""

    text: str
    around: list[OpenCollection] = field(default_factory=lambda: [OUTERMOST])
    collected: list[Finding] = field(default_factory=list)
    texts: list[tuple[int, int]] = field(default_factory=list)
    """Beginning and end, in characters, of the texts within which a tab does no harm."""

    def findings(self) -> list[Finding]:
        """At most 500, in the order of the text."""
        tabs = islice(self._tabs(), MANY) if "\t" in self.text else ()
        return sorted({*self.collected, *tabs})[:MANY]

    def scalar(self, value: str, style: str, start: ParserMark, end: ParserMark) -> None:
        """Sees a text: `style` is empty where it stands without quotes."""
        if not style:
            self._plain(value, start, end)
        elif style in "|>":
            self._block(start, end)
        else:
            self.texts.append((start.index, end.index))
            self._crowded(end)
            if not self.around[-1].is_flow:
                self._too_far_out(start, end)

    def opened(self, is_flow: bool, start: ParserMark, end: ParserMark) -> None:
        """Sees the beginning of a collection, which in flow style is its bracket."""
        self.around.append(OpenCollection(is_flow, start.column, start))
        if is_flow:
            self._crowded(end)

    def closed(self, end: ParserMark) -> None:
        """Sees the end of the innermost collection."""
        collection = self.around.pop()
        if collection.is_flow and not self.around[-1].is_flow:
            self._too_far_out(collection.start, end, may_close=True)
        if collection.is_flow:
            self._crowded(end)

    def _plain(self, value: str, start: ParserMark, end: ParserMark) -> None:
        if self.around[-1].is_flow and "?" in value:
            why_da = "mellem { } eller [ ] kan en tekst med ? ikke stå uden anførselstegn"
            why_en = "between { } or [ ] a text with ? needs quotes"
        elif self.around[-1].is_flow and DASH.match(value):
            why_da = "mellem { } eller [ ] kan en bindestreg ikke stå alene"
            why_en = "between { } or [ ] a hyphen cannot stand alone"
        elif value[:1] in "=<-+0123456789" and UNREADABLE.fullmatch(value):
            why_da = "de tager den for noget andet end tekst"
            why_en = "they take it for something else than text"
        else:
            return
        excerpt = value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"
        self._add(start, end, f'{why_da}; skriv "{excerpt}"', f'{why_en}; write "{excerpt}"')

    def _block(self, start: ParserMark, end: ParserMark) -> None:
        header, _, _ = self.text[start.index : end.index].partition("\n")
        self.texts.append((start.index + len(header), end.index))
        if GLUED_HEADER.match(header):
            self._add(start, start, *CROWDED)
        before = self.text[self.text.rfind("\n", 0, start.index) + 1 : start.index]
        if not before.strip() and len(before) <= self.around[-1].column:
            self._add(start, start, *TOO_FAR_OUT)
        blanks = BLANKS_FIRST.match(self.text, start.index)
        if blanks and max(map(len, re.findall("[ ]*", blanks[1]))) > len(blanks[2]):
            self._add(start, start, *BLANKS)

    def _crowded(self, end: ParserMark) -> None:
        if self.text[end.index : end.index + 1] == "#":
            self._add(end, end, *CROWDED)

    def _too_far_out(self, start: ParserMark, end: ParserMark, may_close: bool = False) -> None:
        """Lines of one value that do not stand further in than what the value belongs to (YAML
        1.2.2, 6.1)."""
        if start.line == end.line:
            return
        column = self.around[-1].column
        lines = self.text[start.index : end.index].split("\n")[1:]
        for number, line in enumerate(lines, start.line + 2):
            spaces = len(line) - len(line.lstrip(" "))
            closes = may_close and number == end.line + 1 and line.strip() in ("]", "}")
            if line.strip() and spaces < column + (0 if closes else 1):
                self.collected.append(Finding(number, spaces + 1, spaces + 2, *TOO_FAR_OUT))
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

    def _add(self, start: ParserMark, end: ParserMark, why_da: str, why_en: str) -> None:
        column = start.column + 1
        end_column = (
            end.column + 1 if end.line == start.line and end.column > start.column else column + 1
        )
        self.collected.append(Finding(start.line + 1, column, end_column, why_da, why_en))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line with the place of its first character."""
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1
