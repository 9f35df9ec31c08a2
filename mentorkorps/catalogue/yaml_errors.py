"""What the YAML parser says of a text that it cannot read -> the place that an editor should look
at, and the remedy.

A parser tells what it expected, where it gave up. That is often a line late, and never what the editor did.

Only `yaml_source` knows the parser; this module gets its sentences and looks at the text.
"""

import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

BREAKS = re.compile("\r\n|\r|\n")
HARD_SPACE = re.compile(r"(?:^ *|[:,\[{-] *)[\xa0\u2000-\u200a\u202f\u3000]")
CURLY = re.compile(r"(?:^ *|[:,\[{] *|- )[“”„»«‘’‚]")


class TextMark(Protocol):
    """A place of the parser: line and column from 0."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


class Complaint(NamedTuple):
    """What the parser said, what it was doing, where it gave up, and where that doing began."""

    message: str
    doing: str
    gave_up: TextMark
    began: TextMark


class Explanation(NamedTuple):
    """A place, line and column from 1, and why the text cannot be read there."""

    line: int
    column: int
    why_da: str
    why_en: str


class At(NamedTuple):
    """The place in its line: what stands before it and from there on."""

    line: str
    before: str
    rest: str
    above: str

    @property
    def begins_line(self) -> bool:
        return not self.before.strip()

    @property
    def last(self) -> str:
        """The last sign before the place."""
        return self.before.rstrip()[-1:]


Why = tuple[str, str]
Recognizer = Callable[[Complaint, At], bool]

TAB = ("der er et tabulatortegn; brug mellemrum", "there is a tab; use spaces")
SPACE = (
    "der står et hårdt mellemrum, som kommer med, når man kopierer; slet det, og skriv et "
    "almindeligt mellemrum",
    "there is a hard space, which comes along when you copy; delete it and type an ordinary space",
)
CURLY_QUOTES = (
    'der står “krøllede” anførselstegn; brug de lige (")',
    'there are “curly” quotes; use the straight ones (")',
)
SPECIAL = (
    "teksten begynder med et særligt tegn; sæt den i anførselstegn",
    "the text begins with a special character; put it in quotes",
)
COLUMN = (
    "linjen står ikke i samme kolonne som dem over den",
    "the line does not stand in the same column as those above it",
)
QUOTE = (
    "et anførselstegn mangler her eller længere oppe, eller der står et midt i teksten",
    "a quote is missing here or further up, or there is one within the text",
)
COLON_WITHIN = (
    "der er et kolon midt i teksten; sæt hele teksten i anførselstegn",
    "there is a colon within the text; put the whole text in quotes",
)
BRACKET = (
    "listen mangler et komma eller en slutparentes",
    "the list lacks a comma or a closing bracket",
)
ANYTHING = ("den følger ikke YAML's regler", "it does not follow YAML's rules")


def _says(start: str) -> Recognizer:
    return lambda complaint, at: complaint.message.startswith(start)


def _ends_doing(ending: str) -> Recognizer:
    return lambda complaint, at: complaint.doing.endswith(ending)


def _stray(holds: Callable[[At], object]) -> Recognizer:
    """The parser expected something else, and the place looks like this."""
    return lambda complaint, at: (
        complaint.message.startswith("did not find expected") and bool(holds(at))
    )


EXPLANATIONS: tuple[tuple[Recognizer, Why], ...] = (
    (
        _says("found unexpected end of stream"),
        ("anførselstegnet her bliver aldrig lukket", "the quote here is never closed"),
    ),
    (lambda complaint, at: at.rest.startswith("\t"), TAB),
    (
        _says("found unknown escape character"),
        (
            "tegnet \\ betyder noget særligt mellem \"; sæt teksten i ' i stedet",
            "the character \\ means something special between \"; put the text in ' instead",
        ),
    ),
    (_says("found character that cannot start"), SPECIAL),
    (_says("block sequence entries are not allowed"), SPECIAL),
    (_says("mapping keys are not allowed"), SPECIAL),
    (
        lambda complaint, at: at.begins_line and re.match(r"[–—•·]|\* ", at.rest) is not None,
        (
            "et punkt i en liste begynder med en bindestreg og et mellemrum, ikke med et andet "
            "tegn",
            "an item of a list begins with a hyphen and a space, not with another character",
        ),
    ),
    (
        lambda complaint, at: at.begins_line and re.match(r"-\w", at.rest) is not None,
        ("der mangler et mellemrum efter bindestregen", "a space is missing after the hyphen"),
    ),
    (
        lambda complaint, at: (
            re.match(r"[\w-]+:\S", at.rest) is not None
            and complaint.message.startswith("could not")
        ),
        ("der mangler et mellemrum efter kolonet", "a space is missing after the colon"),
    ),
    (
        _says("could not find expected ':'"),
        (
            "der mangler et kolon efter feltets navn, eller linjen hører til teksten over den og "
            "skal rykkes ind",
            "a colon is missing after the field's name, or the line belongs to the text above it "
            "and must be indented",
        ),
    ),
    (
        _says("mapping values are not allowed"),
        (
            "der er et kolon midt i teksten, eller linjen er rykket for langt ind; sæt tekst med "
            "kolon i anførselstegn",
            "there is a colon within the text, or the line is indented too far; put text with a "
            "colon in quotes",
        ),
    ),
    (
        _ends_doing("a block scalar"),
        (
            "efter > eller | skal teksten stå på linjen under; skal tegnet vises, så sæt teksten "
            "i anførselstegn",
            "after > or | the text must stand on the line below; to show the character, put the "
            "text in quotes",
        ),
    ),
    (_ends_doing("an anchor"), SPECIAL),
    (_ends_doing("an alias"), SPECIAL),
    (
        _ends_doing("a flow node"),
        ("der står et komma for meget i listen", "there is a comma too many in the list"),
    ),
    (
        _stray(lambda at: at.begins_line and at.rest.startswith("- ") and _same_column(at)),
        (
            "linjen over mangler sin bindestreg, eller linjen her er rykket forkert",
            "the line above lacks its hyphen, or this line is indented wrongly",
        ),
    ),
    (
        _stray(lambda at: at.begins_line and at.rest.startswith("id:")),
        (
            "en ny post begynder med en bindestreg og et mellemrum: “- id:”",
            "a record begins with a hyphen and a space: “- id:”",
        ),
    ),
    (_stray(lambda at: at.begins_line), COLUMN),
    (
        _stray(lambda at: at.last in ('"', "'") and at.rest[:1] in ('"', "'")),
        ("der mangler et komma mellem to værdier", "a comma is missing between two values"),
    ),
    (
        _stray(lambda at: at.rest[:1] in tuple(")]}")),
        (
            "slutparentesen er en anden slags end den, der begyndte",
            "the closing bracket is of another kind than the one that began",
        ),
    ),
    (_stray(lambda at: at.last in ('"', "'")), QUOTE),
    (_stray(lambda at: at.last in ("]", "}")), SPECIAL),
    (_stray(lambda at: at.rest.startswith(":")), COLON_WITHIN),
    (_says("did not find expected ',' or"), BRACKET),
    (_says("did not find expected"), COLUMN),
)


def explain(text: str, complaint: Complaint) -> Explanation:
    """Where to look and what to do. Lines end as in YAML: at LF, CR or both."""
    lines = [*BREAKS.split(text), ""]
    if copied := _copied(lines, complaint):
        return copied
    mark = _mark(complaint, lines)
    line = lines[mark.line]
    above = lines[mark.line - 1] if mark.line else ""
    at = At(line, line[: mark.column], line[mark.column :], above)
    why = next((why for holds, why in EXPLANATIONS if holds(complaint, at)), ANYTHING)
    return Explanation(mark.line + 1, mark.column + 1, *why)


def _copied(lines: list[str], complaint: Complaint) -> Explanation | None:
    """What came along from Word or a web page, and looks like what should stand there."""
    last = complaint.gave_up.line
    for number in sorted({complaint.began.line, max(0, last - 1), last}):
        if match := HARD_SPACE.search(lines[number]):
            return Explanation(number + 1, match.end(), *SPACE)
    is_cut = complaint.message.startswith(("did not find expected ',' or", "mapping values"))
    match = CURLY.search(lines[last]) if is_cut else None
    return Explanation(last + 1, match.end(), *CURLY_QUOTES) if match else None


def _mark(complaint: Complaint, lines: list[str]) -> TextMark:
    """Where the mistake was made rather than where it was noticed."""
    message, gave_up, began = complaint.message, complaint.gave_up, complaint.began
    is_late = message.startswith(
        ("found unexpected end", "could not find expected ':'")
    ) or complaint.doing.endswith(("an anchor", "an alias"))
    runs_on = message.startswith("did not find expected ',' or") and gave_up.line > began.line
    return began if is_late or (runs_on and _is_alone(lines[gave_up.line])) else gave_up


def _is_alone(line: str) -> bool:
    """A line of the block around a bracket that is still open."""
    return re.match(r" *(?:- )?\w+:(?: |$)", line) is not None


def _same_column(at: At) -> bool:
    return len(at.above) - len(at.above.lstrip(" ")) == len(
        at.before
    ) and not at.above.lstrip().startswith("- ")
