"""A list of names as a spreadsheet saves it -> the names, or every fault with its line. The file
stays as it is.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

WHOLE = (
    "navn",
    "navne",
    "fulde navn",
    "fuldt navn",
    "hele navnet",
    "name",
    "names",
    "full name",
    "deltager",
    "deltagere",
    "deltagernavn",
    "deltagerens navn",
    "participant",
    "participants",
    "participant name",
    "name of participant",
)
FIRST = (
    "fornavn",
    "fornavne",
    "first name",
    "first names",
    "firstname",
    "given name",
    "given names",
    "forename",
)
MIDDLE = ("mellemnavn", "mellemnavne", "middle name", "middle names")
BEFORE_A_LAST_NAME = ("navn", "name")
"""What some call the column of first names when that of last names stands beside it."""
LAST = ("efternavn", "efternavne", "last name", "last names", "lastname", "surname", "family name")
OTHER_HEADS = (
    "by",
    "mail",
    "email",
    "e mail",
    "mailadresse",
    "telefon",
    "tlf",
    "mobil",
    "adresse",
    "postnr",
    "postnummer",
    "nr",
    "nummer",
    "dato",
    "kursus",
    "organisation",
    "fagforening",
    "kommune",
    "bemærkning",
    "bemærkninger",
    "noter",
    "alder",
    "city",
    "town",
    "phone",
    "address",
    "date",
    "course",
    "number",
    "no",
    "organization",
    "company",
    "notes",
    "id",
)
"""Heads of other columns, by which a head is told from a person."""
OF_A_LIST = re.compile(
    r"\b(?:deltager\w*|\w*list[ae]?\w*|kurs(?:us|ist)\w*|mentor\w*|hold(?:et)?|navne?\w*|tilmeld\w*|fremmødt\w*"
    r"|participant\w*|attend\w*|course|names?|sign)\b"
)
"""Words of a title or a head rather than of a person."""
TOTALS = ("i alt", "total", "sum", "antal", "antal deltagere", "in all", "count")
SAY = (
    "Say which column holds the names with --column, by its head or by its number "
    "if there is no head"
)
TITLES_AT_MOST = 10
"""Lines above the head: a title, a date, an empty one."""
LONGEST = 80
"""Characters of a name that a certificate has room for."""
MOST = 1024
"""Names of one course: as many as its certificates have numbers for."""
SEPARATORS = ";\t,"
SEP = re.compile(r"sep=(.)[ \t]*\r?\n?", re.IGNORECASE)
"""A first line by which Excel knows the separator."""
ANSWERS = ("ja", "nej", "yes", "no", "x", "ok", "true", "false", "sand", "falsk", "-")
IN_NAMES = "'’`´ʼʻ·.()\"“”&/"
"""Signs that stand in names beside letters, digits, spaces and hyphens."""


class BadNamesFile(Exception):
    """The file of names cannot be used. Tells every fault in it, one a line, without a name."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))


class UnclearHead(BadNamesFile):
    """Nobody can tell which column holds the names. `columns` is what stands in the first line, to
    choose from.
    """

    def __init__(self, fault: str, columns: Sequence[str]) -> None:
        super().__init__([fault])
        self.columns = tuple(columns)


@dataclass(frozen=True, slots=True)
class NameRow:
    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns make up a name, from 0, and which rows hold people."""

    columns: tuple[int, ...]
    people: list[NameRow]


def read_names(path: Path, columns: Sequence[str] = ()) -> tuple[str, ...]:
    """The names in their order; two people of one name are two. Raises BadRoll, UnclearHead among
    them.

    UTF-8, UTF-16 or what Danish Excel calls CSV (Windows-1252); commas, semicolons or tabs; titles
    above the head. The head names one column of names, or two that belong together. `columns` says
    which instead: heads, or one number from 1 for a file without a head.
    """
    rows = rows_of(path)
    layout = _named_columns(path, rows, columns) if columns else _layout(path, rows)
    names = [(row.line, _name(row, layout.columns)) for row in layout.people]
    if faults := list(_faults(path, names)):
        raise BadNamesFile(faults)
    return tuple(name for _, name in names)


def summary(path: Path, names: Sequence[str]) -> str:
    """How many, the first and the last, and who is there more than once: to be looked at before
    anything is written.
    """
    count = "1 name" if len(names) == 1 else f"{len(names)} names"
    facts = f"{path}: {count}, the first “{names[0]}”, the last “{names[-1]}”"
    seen: dict[str, list[str]] = {}
    for name in names:
        seen.setdefault(name.casefold(), []).append(name)
    repeated = [f"“{alike[0]}” {len(alike)} times" for alike in seen.values() if len(alike) > 1]
    return facts + (
        f"; {', '.join(repeated)}: each counts as a person of their own" if repeated else ""
    )


def rows_of(path: Path) -> list[NameRow]:
    """The rows that are not empty, with the line on which each begins. Raises BadRoll."""
    text = _text(path)
    declared = SEP.match(text)
    separator = declared[1] if declared else _separator(text)
    lines = text.splitlines(keepends=True)
    reader = csv.reader(lines[1:] if declared else lines, delimiter=separator, strict=True)
    before = 1 if declared else 0
    rows, begins = [], 1 + before
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(NameRow(begins, [" ".join(cell.split()) for cell in cells]))
            begins = reader.line_num + 1 + before
    except csv.Error as error:
        raise BadNamesFile(
            [f"{path}:{begins}: a quotation mark is opened and not closed ({error})"]
        ) from error
    if not rows:
        raise BadNamesFile([f"{path}: there is no name in it"])
    return rows


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadNamesFile([f"{path}: cannot be read ({error.strerror})"]) from error
    try:
        return raw.decode(_encoding(raw))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        why = (
            "is in no encoding that is known here. In Excel: Save as, “CSV UTF-8 (comma delimited)”"
        )
        raise BadNamesFile([f"{path}:{line}: the file {why}"]) from error


def _encoding(raw: bytes) -> str:
    """That of Excel's “Unicode text”, of “CSV UTF-8”, and of its plain “CSV” in Denmark."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in raw[:200]:
        return "utf-16-be" if raw[:1] == b"\0" else "utf-16-le"
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _separator(text: str) -> str:
    """The one that most lines have outside of quotes; a comma in a title does not outweigh the
    table below it.
    """
    lines = [re.sub(r'"[^"]*"', "", line) for line in text.splitlines()[:200]]
    return max(SEPARATORS, key=lambda sign: sum(sign in line for line in lines))


def _layout(path: Path, rows: list[NameRow]) -> Layout:
    for number, row in enumerate(rows[: TITLES_AT_MOST + 1]):
        if columns := _columns(row):
            return Layout(columns, rows[number + 1 :])
    first = rows[0]
    if any(_plain(cell) in OTHER_HEADS for row in rows[: TITLES_AT_MOST + 1] for cell in row.cells):
        head = next(row for row in rows if any(_plain(cell) in OTHER_HEADS for cell in row.cells))
        raise _unclear(path, head, "no column has a head such as Name, or First name and Last name")
    if max(len(row.cells) for row in rows) > 1 and not _is_alone(rows):
        raise _unclear(
            path, first, "there are several columns and no head that says which holds the names"
        )
    words = [len(_name(row, (0,)).split()) for row in rows]
    if (
        words[0] == 1
        and len(rows) > 1
        and 2 * sum(count > 1 for count in words[1:]) >= len(rows) - 1
    ):
        raise _unclear(path, first, "the first line may be a head or a person")
    if OF_A_LIST.search(_plain(first.cells[0])) or any(
        character.isdigit() for character in first.cells[0]
    ):
        raise _unclear(path, first, "the first line looks like a title")
    return Layout((0,), rows)


def _is_alone(rows: list[NameRow]) -> bool:
    """Whether only the first column holds anything."""
    return not any(cell for row in rows for cell in row.cells[1:])


def _unclear(path: Path, row: NameRow, why: str) -> UnclearHead:
    heads = ", ".join(f"“{cell}”" for cell in row.cells if cell)
    return UnclearHead(f"{path}:{row.line}: {why}. Seen: {heads}. {SAY}", row.cells)


def _columns(row: NameRow) -> tuple[int, ...]:
    """The columns of the names, if the row is a head: one of whole names, or first, middle and
    last names.
    """
    heads = [_plain(cell) for cell in row.cells]
    whole, first, middle, last = (
        next((number for number, head in enumerate(heads) if head in names), None)
        for names in (WHOLE, FIRST, MIDDLE, LAST)
    )
    if (
        whole is not None
        and first is None
        and last is not None
        and heads[whole] in BEFORE_A_LAST_NAME
    ):
        whole, first = None, whole
    if whole is not None:
        return (whole,)
    return (
        ()
        if first is None
        else tuple(column for column in (first, middle, last) if column is not None)
    )


def _plain(head: str) -> str:
    """A head as it is compared: "Fornavn(e):" and "fornavn" are one, and so are "First_Name" and
    "first name".
    """
    return " ".join(re.sub(r"[^\w]|_", " ", re.sub(r"\([^)]*\)", "", head.casefold())).split())


def _named_columns(path: Path, rows: list[NameRow], columns: Sequence[str]) -> Layout:
    """The columns that somebody named, by their heads or by numbers."""
    named_heads = [_plain(head) for head in columns]
    for number, row in enumerate(rows[: TITLES_AT_MOST + 1]):
        heads = [_plain(cell) for cell in row.cells]
        if all(head in heads for head in named_heads):
            return Layout(tuple(heads.index(head) for head in named_heads), rows[number + 1 :])
    width = max(len(row.cells) for row in rows)
    if all(head.isdigit() and 0 < int(head) <= width for head in named_heads):
        return Layout(tuple(int(head) - 1 for head in named_heads), rows)
    raise _unclear(path, rows[0], f"there is no column {' and '.join(map(repr, columns))}")


def _name(row: NameRow, columns: tuple[int, ...]) -> str:
    cells = [row.cells[column] for column in columns if column < len(row.cells)]
    return " ".join(unicodedata.normalize("NFC", " ".join(cells)).split())


def _faults(path: Path, names: list[tuple[int, str]]) -> Iterator[str]:
    if not names:
        yield f"{path}: there is a head and no name"
    if len(names) > MOST:
        yield f"{path}: {len(names)} names; a course has {MOST} at the most"
    for line, name in names:
        if why := _flaw(name):
            yield f"{path}:{line}: {why}"


def _flaw(name: str) -> str | None:
    """Why a text is no name."""
    if "@" in name:
        return "this is an e-mail address and no name"
    if _plain(name) in TOTALS:
        return "this is a total and no name"
    if not any(character.isalpha() for character in name) or name.casefold() in ANSWERS:
        return "the name is missing"
    if any(sign in name for sign in SEPARATORS):
        return (
            "there is a separator in the name; "
            "write it as it is to stand on the certificate, first name first"
        )
    if len(name) > LONGEST:
        return f"the name has {len(name)} characters; there is room for {LONGEST}"
    kinds = {unicodedata.category(character) for character in name if character not in IN_NAMES}
    if kinds & {"Cc", "Cs", "Co", "Cn"}:
        return "there is a character in the name that cannot be printed"
    if any(kind[0] not in "LMN" and kind not in ("Zs", "Pd", "Cf") for kind in kinds):
        return (
            "there is a sign that stands in no name; "
            "the file may be saved in another encoding. In Excel: CSV UTF-8"
        )
    return None
