"""The form that an answer to a question must have, in a small part of regular expressions.

Only what JavaScript (with the v flag, as browsers read `pattern`) and Python's `fullmatch` understand alike, and what
neither can be slow at: characters and sets one after the other, each with a count. A set that may repeat a varying
number of times shares no character with what can follow it, so no text is ever tried in two ways.

The tests ask Chromium whether it agrees.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 200
"""Characters of a pattern."""
MOST = 1000
"""The most times that a piece may repeat."""
LETTERS = "A-Za-z0-9æøåÆØÅ"
PIECE = re.compile(
    rf"(?P<set>\[(?:[{LETTERS} _.+,']|\\[^{LETTERS}\s]|(?<=[A-Za-z0-9])-(?=[A-Za-z0-9]))+\])"
    rf"|(?P<escaped>\\[\^$\\.*+?()\[\]{{}}|/])"
    rf"|(?P<letter>[{LETTERS} _,:;%#@'=<>~`!&/-])"
)
COUNT = re.compile(r"[?*+]|\{([0-9]{1,4})(?:(,)([0-9]{1,4})?)?\}")
IN_SET = re.compile(r"\\(.)|([A-Za-z0-9])-([A-Za-z0-9])|(.)")
IN_SETS_ESCAPED = frozenset("-/()[]{}|\\.+*?^$&!#%,:;<=>@~`")

Why = tuple[str, str]
"""What is wrong, in Danish and in English."""


@dataclass(frozen=True, slots=True)
class PatternPiece:
    """Some characters, of which so many stand here: `most` is None without a limit."""

    text: str
    characters: frozenset[str]
    least: int
    most: int | None

    @property
    def varies(self) -> bool:
        return self.least != self.most


class Unlike(Exception):
    """A pattern that browser and server may read in two ways, or slowly; carries why."""

    def __init__(self, why: Why) -> None:
        super().__init__(why[1])
        self.why = why


def flaw(pattern: str) -> Why | None:
    """Why a pattern cannot be used; None if it can."""
    try:
        parsed = list(pieces(pattern))
    except Unlike as error:
        return error.why
    return _slow(parsed) or _spaces_around(parsed)


def pieces(pattern: str) -> Iterator[PatternPiece]:
    """The pieces of a pattern, in order. Raises Unlike at the first that is not in the part that is
    understood."""
    if len(pattern) > LONGEST:
        raise Unlike((f"det er over {LONGEST} tegn", f"it is longer than {LONGEST} characters"))
    at = 0
    while at < len(pattern):
        piece = PIECE.match(pattern, at)
        if not piece:
            rest = pattern[at : at + 12]
            raise Unlike(
                (
                    f"“{rest}” kan browser og server forstå forskelligt; brug tegn og sæt som "
                    "[A-Z0-9] med et antal",
                    f"browser and server may read “{rest}” differently; use characters and sets "
                    "such as [A-Z0-9] "
                    "with a count",
                )
            )
        count = COUNT.match(pattern, piece.end())
        yield PatternPiece(piece[0], _characters(piece), *_counted(count))
        at = count.end() if count else piece.end()


def _counted(count: re.Match[str] | None) -> tuple[int, int | None]:
    if not count:
        return 1, 1
    if count[0] in "?*+":
        return {"?": (0, 1), "*": (0, None), "+": (1, None)}[count[0]]
    least = int(count[1])
    most = least if not count[2] else int(count[3]) if count[3] else None
    if least > MOST or (most is not None and not least <= most <= MOST) or most == 0:
        raise Unlike(
            (
                f"“{count[0]}” er ikke et antal fra 1 til {MOST}, det mindste først",
                f"“{count[0]}” is no count from 1 to {MOST}, the least first",
            )
        )
    return least, most


def _characters(piece: re.Match[str]) -> frozenset[str]:
    if not piece["set"]:
        return frozenset(piece[0][-1])
    content = piece[0][1:-1]
    for pair in re.findall(r"([^\\\w])\1", content):
        raise Unlike(
            (f"“{pair}” står to gange i {piece[0]}", f"“{pair}” stands twice in {piece[0]}")
        )
    return frozenset(sign for part in IN_SET.finditer(content) for sign in _part(part, piece[0]))


def _part(part: re.Match[str], piece: str) -> Iterator[str]:
    escaped, first, last, alone = part.groups()
    if first:
        kinds = [str.isdigit, str.isupper, str.islower]
        if first > last or not any(kind(first) and kind(last) for kind in kinds):
            raise Unlike(
                (
                    f"“{part[0]}” er bagvendt i {piece}",
                    f"“{part[0]}” is the wrong way round in {piece}",
                )
            )
        yield from map(chr, range(ord(first), ord(last) + 1))
    elif escaped and escaped not in IN_SETS_ESCAPED:
        raise Unlike(
            (f"“{part[0]}” er ikke et tegn i {piece}", f"“{part[0]}” is no character in {piece}")
        )
    elif alone == "-":
        raise Unlike(
            (f"skriv \\- for en bindestreg i {piece}", f"write \\- for a hyphen in {piece}")
        )
    else:
        yield escaped or alone


def _slow(parsed: list[PatternPiece]) -> Why | None:
    for number, piece in enumerate(parsed):
        if not piece.varies:
            continue
        for follower in parsed[number + 1 :]:
            if piece.characters & follower.characters:
                return (
                    f"den kan være langsom: “{piece.text}” kan gentages, og "
                    f"“{follower.text}” kan begynde ens",
                    f"it can be slow: “{piece.text}” may repeat, and “{follower.text}” can "
                    "begin alike",
                )
            if follower.least:
                break
    return None


def _spaces_around(parsed: list[PatternPiece]) -> Why | None:
    for row in (parsed, parsed[::-1]):
        for piece in row:
            if " " in piece.characters:
                return (
                    "den begynder eller slutter med et mellemrum, som serveren fjerner",
                    "it begins or ends with a space, which the server takes away",
                )
            if piece.least:
                break
    return None
