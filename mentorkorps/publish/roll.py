"""A CSV file of names -> the names, or every fault in it with its line. The file stays where it is."""

import csv
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WHOLE = ("navn", "name", "deltager", "participant")
PARTS = (("fornavn", "efternavn"), ("first name", "last name"))
LONGEST = 80
"""Characters of a name that a certificate has room for."""
MOST = 1024
"""Names of one course: as many as its certificates have numbers for."""


class BadRoll(Exception):
    """The file of names cannot be used. Tells every fault in it, one a line, without a name."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: list[str]


def read(path: Path) -> tuple[str, ...]:
    """The names in their order. Raises BadRoll.

    UTF-8 with or without a byte order mark; commas, semicolons or tabs; with or without a head, which may name one
    column of names or two that belong together. Without a head the first column counts.
    """
    head, *rows = rows_of(path)
    columns = _columns([cell.casefold() for cell in head.cells])
    if columns is None:
        columns, rows = (0,), [head, *rows]
    names = [(row.line, _name(row, columns)) for row in rows]
    if faults := list(_faults(path, names)):
        raise BadRoll(faults)
    return tuple(name for _, name in names)


def rows_of(path: Path) -> list[Row]:
    """The rows that are not empty, with the line on which each begins. Raises BadRoll."""
    text = _text(path)
    first = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(keepends=True), delimiter=max(";,\t", key=first.count), strict=True)
    rows, begins = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(begins, [cell.strip() for cell in cells]))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise BadRoll([f"{path}:{begins}: a quotation mark is opened and not closed ({error})"]) from error
    if not rows:
        raise BadRoll([f"{path}: there is no name in it"])
    return rows


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadRoll([f"{path}: cannot be read ({error.strerror})"]) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        why = "is not UTF-8. In Excel: Save as, “CSV UTF-8 (comma delimited)”"
        raise BadRoll([f"{path}:{line}: the file {why}"]) from error


def _columns(head: list[str]) -> tuple[int, ...] | None:
    for one in WHOLE:
        if one in head:
            return (head.index(one),)
    for pair in PARTS:
        if all(one in head for one in pair):
            return tuple(map(head.index, pair))
    return None


def _name(row: Row, columns: tuple[int, ...]) -> str:
    cells = [row.cells[column] for column in columns if column < len(row.cells)]
    return " ".join(unicodedata.normalize("NFC", " ".join(cells)).split())


def _faults(path: Path, names: list[tuple[int, str]]) -> Iterator[str]:
    if not names:
        yield f"{path}: there is a head and no name"
    if len(names) > MOST:
        yield f"{path}: {len(names)} names; a course has {MOST} at the most"
    seen: dict[str, int] = {}
    for line, name in names:
        if not any(character.isalpha() for character in name):
            yield f"{path}:{line}: the name is missing"
        elif len(name) > LONGEST:
            yield f"{path}:{line}: the name has {len(name)} characters; there is room for {LONGEST}"
        elif any(unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") for character in name):
            yield f"{path}:{line}: there is a character in the name that cannot be printed"
        elif (first := seen.setdefault(name.casefold(), line)) != line:
            yield f"{path}:{line}: the same name as on line {first}. Add a middle name or an initial, or take one away"
