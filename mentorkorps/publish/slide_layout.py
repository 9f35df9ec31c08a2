"""Prose -> what stands on a slide, by rule, so that nobody keeps a second text.

A paragraph gives its first sentence and every sentence with bold words or a paper in it; a list
item or a cell that is short stands whole. What does not fit on one slide goes on to the next, a
step or a row at a time.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Literal

from mentorkorps.curriculum.markdown import REFERENCE

Kind = Literal["heading", "paragraph", "quote", "bullet", "step", "row"]

WHOLE = 100
"""Characters of a list item or a cell that stands whole."""
LINE = 63
"""Characters of a line on a slide, in its ordinary size."""
SLIDE_HEIGHT = 9.8
"""Lines of a slide below its heading, in its ordinary size."""
DENSE = 1.34
"""How much more a slide in the smaller size holds."""
WITHIN = {"bullet": 7, "row": 7, "step": 14}
"""What it costs to go on within a list or table; a slide more costs 10, so the steps of an
exercise stay together.
"""
LONG_HEADING, HIGH = 42, 1.4
"""Characters of a heading that needs a second line, and the room it takes."""
AIR = 0.45
"""Lines of room after each piece."""

SENTENCE_ENDS = re.compile(r"(?<=[.!?…])[»«”\"*)]*\s+(?=[«»„“\"*(]*[A-ZÆØÅ0-9\[])")
ABBREVIATED = re.compile(
    r"(?:\b(?:kl|ca|nr|dvs|osv|fx|mv|evt|e\.g|i\.e)|\b\w\.\w|\b[0-9]{1,2})\.$", re.IGNORECASE
)
PAIRS = (("»", "«"), ("“", "”"), ("(", ")"))
ITEM = re.compile(r"(?:([-*])|([0-9]+)\.)\s+(.*)")
HEADING = re.compile(r"#{3,6} (.+)")
RULE_OF_TABLE = re.compile(r"\|[\s:|-]+\|")


@dataclass(frozen=True, slots=True)
class SlidePiece:
    """A part of a slide that is never divided. The `head` of a row is its table's first row."""

    kind: Kind
    text: str
    number: int = 0
    head: str = ""


@dataclass(frozen=True, slots=True)
class SlidePage:
    """The text of one slide, as Markdown."""

    markdown: str
    is_dense: bool


def slide_pages(text: str, heading: str, width: float = 1) -> Iterator[SlidePage]:
    """The slides of a text under a heading: one if it fits, in the smaller size if need be, else
    as few as can be.

    `width` is the part of a slide's width that the text has.
    """
    height = SLIDE_HEIGHT - (HIGH if len(heading) > LONG_HEADING else 0)
    pieces = tuple(cut(text))
    line = LINE * width
    for part in _divided(pieces, height, line):
        yield SlidePage(piece_markdown(part), _lines(part, line) > height)


def cut(text: str) -> Iterator[SlidePiece]:
    """The pieces of a Markdown text that a slide shows."""
    lines = text.split("\n")
    i = 0
    while i < len(lines):
        line = lines[i].strip()
        end = i + 1
        if not line:
            pass
        elif heading := HEADING.fullmatch(line):
            yield SlidePiece("heading", heading[1])
        elif line.startswith("|"):
            end = _while(lines, i, lambda row: row.startswith("|"))
            yield from _rows([row.strip() for row in lines[i:end]])
        elif line.startswith(">"):
            end = _while(lines, i, lambda row: row.startswith(">"))
            for part in "\n".join(row.strip().lstrip("> ") for row in lines[i:end]).split("\n\n"):
                yield SlidePiece("quote", _short(" ".join(part.split())))
        else:
            end = _while(
                lines,
                i + 1,
                lambda row: bool(row) and not _begins(row),
            )
            paragraph = " ".join(row.strip() for row in lines[i:end])
            yield _item(paragraph) or SlidePiece("paragraph", sentence(paragraph))
        i = end


def sentence(text: str) -> str:
    """A paragraph's first sentence, and every one with bold words or a paper in it."""
    first, *rest = _sentences(text)
    return " ".join(
        [first, *(sentence for sentence in rest if "**" in sentence or REFERENCE.search(sentence))]
    )


def piece_markdown(pieces: tuple[SlidePiece, ...]) -> str:
    """Pieces as Markdown again."""
    parts = []
    for kind, run in groupby(pieces, lambda piece: (piece.kind, piece.head)):
        texts = [_markdown_of(piece) for piece in run]
        match kind:
            case ("row", head):
                columns = len(cells_of(head))
                parts.append("\n".join([head, "|---" * columns + "|", *texts]))
            case ("bullet" | "step", _):
                parts.append("\n".join(texts))
            case _:
                parts.extend(texts)
    return "\n\n".join(parts)


def cells_of(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def _markdown_of(piece: SlidePiece) -> str:
    match piece.kind:
        case "heading":
            return f"### {piece.text}"
        case "quote":
            return f"> {piece.text}"
        case "bullet":
            return f"- {piece.text}"
        case "step":
            return f"{piece.number}. {piece.text}"
        case _:
            return piece.text


def _divided(
    pieces: tuple[SlidePiece, ...], height: float, line: float
) -> list[tuple[SlidePiece, ...]]:
    """The cheapest way to divide: few parts, large type, and lists and tables whole."""
    best: list[tuple[float, int]] = [(0, 0)]
    for end in range(1, len(pieces) + 1):
        ways, lines, heads = [], 0.0, set()
        for start in reversed(range(end)):
            first = pieces[start]
            lines += _height(first, line)
            if first.head and first.head not in heads:
                lines += _row(first.head, line)
                heads.add(first.head)
            if start < end - 1 and lines > height * DENSE:
                break
            cost = best[start][0] + 10 + (3 if lines > height else 0) + abs(1 - lines / height)
            ways.append((cost + _break(pieces[start - 1 : start], first), start))
        best.append(min(ways))
    parts, end = [], len(pieces)
    while end:
        start = best[end][1]
        parts.append(pieces[start:end])
        end = start
    return parts[::-1] or [()]


def _break(before: tuple[SlidePiece, ...], first: SlidePiece) -> float:
    """What it costs to begin a slide with `first`."""
    for last in before:
        if last.kind == "heading":
            return 100
        if first.kind == "heading":
            return 0
        if last.text.endswith(":"):
            return 12
        return WITHIN[first.kind] if last.kind == first.kind and first.kind in WITHIN else 2
    return 0


def _lines(pieces: tuple[SlidePiece, ...], line: float) -> float:
    heads = {piece.head for piece in pieces if piece.head}
    return sum(_height(piece, line) for piece in pieces) + sum(_row(head, line) for head in heads)


def _height(piece: SlidePiece, line: float) -> float:
    """How many lines of a slide it takes, if so many characters stand on a line."""
    match piece.kind:
        case "row":
            return _row(piece.text, line)
        case "heading":
            return 1.3 + AIR
        case "bullet" | "step":
            return ceil(_length(piece.text) / (line - 4)) + AIR * 0.6
        case _:
            return ceil(_length(piece.text) / line) + AIR


def _row(row: str, line: float) -> float:
    return (ceil(_length(row) / line) + 0.2) * 0.85 + AIR


def _length(text: str) -> int:
    return len(text.replace("**", ""))


def _rows(lines: list[str]) -> Iterator[SlidePiece]:
    head, *rows = [line for line in lines if not RULE_OF_TABLE.fullmatch(line)]
    for row in rows:
        yield SlidePiece(
            "row", f"| {' | '.join(_short(cell) for cell in cells_of(row))} |", head=head
        )


def _item(text: str) -> SlidePiece | None:
    item = ITEM.fullmatch(text)
    if not item:
        return None
    bullet, number, words = item.groups()
    return (
        SlidePiece("bullet", _short(words))
        if bullet
        else SlidePiece("step", _short(words), int(number))
    )


def _short(text: str) -> str:
    return text if len(text) <= WHOLE else _sentences(text)[0]


def _begins(line: str) -> bool:
    return bool(ITEM.fullmatch(line) or HEADING.fullmatch(line)) or line.startswith(("|", ">"))


def _while(lines: list[str], i: int, holds: Callable[[str], bool]) -> int:
    while i < len(lines) and holds(lines[i].strip()):
        i += 1
    return i


def _sentences(text: str) -> list[str]:
    """Sentences, each with its bold words, quotation marks and brackets whole."""
    sentences: list[str] = []
    sentence = ""
    for part in _split(text):
        sentence = f"{sentence} {part}" if sentence else part
        if _is_whole(sentence):
            sentences.append(sentence)
            sentence = ""
    return [*sentences, sentence] if sentence else sentences


def _split(text: str) -> Iterator[str]:
    start = 0
    for end in SENTENCE_ENDS.finditer(text):
        if not ABBREVIATED.search(text[start : end.start()]):
            yield text[start : end.end()].strip()
            start = end.end()
    yield text[start:].strip()


def _is_whole(text: str) -> bool:
    if ABBREVIATED.search(text) or text.count("**") % 2:
        return False
    if text.count('"') % 2:
        return False
    return all(text.count(opening) <= text.count(closing) for opening, closing in PAIRS)
