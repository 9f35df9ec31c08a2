"""The Markdown of a module, a paper or a card, cut into blocks of one kind each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["text", "trainer", "key", "check", "rule", "write", "page"]
SECRET: tuple[Kind, ...] = ("trainer", "key")
"""What only trainers see."""

OPENED: dict[str, Kind] = {"trainer": "trainer", "key": "key", "check": "check"}
"""Blocks that are opened with a title, by the word in their first line."""

REFERENCE = re.compile(r"\[\[(rule|paper|cards|module):([a-z0-9-]+)\]\]")
OPENING = re.compile(r'(!!!|\?\?\?) (trainer|key|check) "(.+)"')
HEADING = re.compile(r"## (.+?) \{#([a-z0-9-]+)\}")
BLANK = re.compile(r"\{([a-z]+)\}")
WRITE = re.compile(r"____(?: ([0-9]{1,2}))?")
PAGE = "<!-- page -->"
INDENT = "    "

FORBIDDEN = (
    (
        re.compile(r"\s*(?:!!|\?\?\?)"),
        'blokken skrives !!! trainer "…", !!! key "…" eller ??? check "…"',
        'the block is written !!! trainer "…", !!! key "…" or ??? check "…"',
    ),
    (
        re.compile(r"# "),
        "modulets titel er overskriften; begynd med ##",
        "the title is the heading; begin with ##",
    ),
    (
        re.compile(r".*<[a-zA-Z/!]"),
        "her står HTML; skriv det som Markdown",
        "this is HTML; write it as Markdown",
    ),
    (
        re.compile(r".*\]\("),
        "links skrives kun [[paper:h2]], [[cards:a]] eller [[module:d1-m2]]",
        "links are only written [[paper:h2]], [[cards:a]] or [[module:d1-m2]]",
    ),
)


@dataclass(frozen=True, slots=True)
class Block:
    """Markdown for one reader. The text of a `rule` is the card's id, of a `write` the number of
    lines.
    """

    kind: Kind
    text: str
    line: int
    title: str = ""

    @property
    def is_secret(self) -> bool:
        return self.kind in SECRET


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one `## heading {#id}`; the first section has neither."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    line: int


class Fault(NamedTuple):
    """A line that cannot be read, and why, in Danish and English."""

    line: int
    column: int
    why_da: str
    why_en: str

    @property
    def end_column(self) -> int:
        return self.column + 1


class Mention(NamedTuple):
    """A `[[kind:id]]`, and where it stands."""

    kind: str
    id: str
    line: int
    column: int
    end_column: int


def sections(text: str, first: int) -> tuple[list[Section], list[Fault]]:
    """A module's text by its headings. `first` is the number of its first line in the file."""
    lines = text.split("\n")
    faults: list[Fault] = []
    heads = [
        (i, heading)
        for i, line in enumerate(lines)
        if (heading := HEADING.fullmatch(line.rstrip()))
    ]
    starts = [("", "", 0, 0), *((heading[2], heading[1], i, i + 1) for i, heading in heads)]
    ends = [i for i, _ in heads] + [len(lines)]
    parts: list[Section] = []
    for (id, title, at, start), end in zip(starts, ends, strict=True):
        parts.append(
            Section(id, title, tuple(blocks(lines[start:end], first + start, faults)), first + at)
        )
    faults.extend(
        Fault(
            first + i,
            1,
            "overskriften mangler sit id: ## Titel {#id}",
            "the heading lacks its id: ## Title {#id}",
        )
        for i, line in enumerate(lines)
        if line.startswith("## ") and not HEADING.fullmatch(line.rstrip())
    )
    return parts, sorted(faults)


def blocks(lines: list[str], first: int, faults: list[Fault]) -> Iterator[Block]:
    """The blocks of some lines. Adds to `faults` what looks like a block and is none: it could
    show a secret.
    """
    run: list[str] = []
    run_line = first
    i = 0
    while i < len(lines):
        line = lines[i].rstrip()
        special, after = _special(lines, i, first, faults)
        if special or after > i:
            yield from _run(run, run_line)
            run, i, run_line = [], after, first + after
            if special:
                yield special
            continue
        for wrong, why_da, why_en in FORBIDDEN:
            if wrong.match(line):
                faults.append(Fault(first + i, 1, why_da, why_en))
        run.append(line)
        i += 1
    yield from _run(run, run_line)


def mentions(text: str, first: int) -> Iterator[Mention]:
    for number, line in enumerate(text.split("\n"), first):
        for reference in REFERENCE.finditer(line):
            yield Mention(
                reference[1], reference[2], number, reference.start() + 1, reference.end() + 1
            )


def _run(lines: list[str], line: int) -> Iterator[Block]:
    text = "\n".join(lines).strip("\n")
    if text.strip():
        yield Block("text", text, line)


def _special(lines: list[str], i: int, first: int, faults: list[Fault]) -> tuple[Block | None, int]:
    """The block that begins in line `i`, and the line after it."""
    line = lines[i].rstrip()
    if opening := OPENING.fullmatch(line):
        return _opened(opening, lines, i, first, faults)
    if (rule := REFERENCE.fullmatch(line)) and rule[1] == "rule":
        return Block("rule", rule[2], first + i), i + 1
    if write := WRITE.fullmatch(line):
        return Block("write", write[1] or "1", first + i), i + 1
    if line == PAGE:
        return Block("page", "", first + i), i + 1
    return None, i


def _opened(
    opening: re.Match[str], lines: list[str], i: int, first: int, faults: list[Fault]
) -> tuple[Block | None, int]:
    sign, kind, title = opening.groups()
    end = i + 1
    while end < len(lines) and (not lines[end].strip() or lines[end].startswith(INDENT)):
        end += 1
    text = "\n".join(line[len(INDENT) :].rstrip() for line in lines[i + 1 : end]).strip("\n")
    if (sign == "???") != (kind == "check"):
        faults.append(
            Fault(
                first + i,
                1,
                "trainer og key skrives med !!!, check med ???",
                "trainer and key are written with !!!, check with ???",
            )
        )
    if not text.strip():
        faults.append(
            Fault(
                first + i,
                1,
                "blokken er tom; ryk teksten fire mellemrum ind",
                "the block is empty; indent its text by four spaces",
            )
        )
    if end < len(lines) and lines[end].startswith(" "):
        faults.append(
            Fault(
                first + end,
                1,
                "linjen er rykket for lidt ind: fire mellemrum, ellers ser deltagerne den",
                "the line is not indented enough: four spaces, or participants see it",
            )
        )
    return Block(OPENED[kind], text, first + i, title), end
