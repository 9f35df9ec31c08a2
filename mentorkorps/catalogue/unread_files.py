"""Files in the data folder that nobody reads: an editor believes them published. Each problem names
the right one."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mentorkorps.catalogue.diagnostics import Problem
from mentorkorps.catalogue.dictionary import DESCRIPTION
from mentorkorps.catalogue.suggestions import nearest
from mentorkorps.catalogue.tables import TABLES

SCHEMAS = "schema"
"""The folder that `mentorkorps schema` writes."""
OF_THE_SYSTEM = ("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r")
"""What Windows and macOS leave in a folder that somebody looked at; hidden files are the others."""
LOOKS_LIKE_A_TABLE = re.compile(r"\.(?!_).*\.?ya?ml", re.IGNORECASE)
MARKS = re.compile(
    r"(?:[~#]|\.(?:ya?ml|json|csv|txt|md|docx?|bak|backup|orig|old|save|sw[op]|rej|part|tmp|download|[0-9]+)"
    r"|[ _-]*(?:\([0-9]+\)|- ?kopi|- ?copy|kopi|copy|BACKUP|LOCAL|REMOTE|BASE)(?:[ _][0-9]+)?)$",
    re.IGNORECASE,
)
"""Endings of other programs, and what programs and people put at the end of a copy's name."""


class UnreadFile(NamedTuple):
    """A file that is not read, inside the data folder, and the table that it seems to be of, if
    any."""

    path: PurePosixPath
    table: str | None


def find_unread_files(data: Path, expected: Collection[Path]) -> list[UnreadFile]:
    """Every regular file of a data folder that is no table, schema or description, nor the system's
    own."""
    return [
        UnreadFile(relative, _table(relative))
        for path in sorted(data.rglob("*"))
        if path.is_file() and path not in expected
        if not _may_lie_there(relative := PurePosixPath(path.relative_to(data).as_posix()))
    ]


def unread_file_problems(data: Path, name: str, files: list[UnreadFile]) -> Iterator[Problem]:
    """One problem a file, with the name that it should have. `name` is what problems call the
    folder."""
    for path, table in files:
        file = f"{name}/{path}"
        if table is None:
            table_match = nearest(_bare(path.parts[0]), TABLES)
            yield Problem.at(
                file,
                None,
                "unknown-table",
                table=_bare(path.parts[0]),
                suggestion=str(_right_name(path, table_match)) if table_match else None,
            )
        else:
            right = _right_name(path, table)
            is_taken = right != path and (data / right).exists()
            yield Problem.at(
                file,
                None,
                "unread-file" if path.name.endswith(".yaml") else "file-ending",
                name=right,
                do_da="findes allerede, så flyt det, der mangler, derover, og slet filen her"
                if is_taken
                else "er det rigtige navn; omdøb den, eller slet den, hvis den ikke skal med",
                do_en="exists already: move what is missing there, and delete this file"
                if is_taken
                else "is the right name: rename it, or delete it if it is not meant to count",
            )


def is_hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _may_lie_there(path: PurePosixPath) -> bool:
    *folders, file = path.parts
    if any(folder.startswith(".") for folder in folders) or file.casefold() in OF_THE_SYSTEM:
        return True
    if file.startswith("."):
        return not LOOKS_LIKE_A_TABLE.fullmatch(file)
    is_schema = folders == [SCHEMAS] and path.suffix == ".json" and path.stem in TABLES
    return is_schema or str(path) == DESCRIPTION


def _table(path: PurePosixPath) -> str | None:
    """The table that a file is meant for: that of its folder, or of its own name, whatever its
    ending and capitals."""
    name = _bare(path.parts[0]).casefold()
    return name if name in TABLES else None


def _right_name(path: PurePosixPath, table: str) -> PurePosixPath:
    if len(path.parts) == 1:
        return PurePosixPath(f"{table}.yaml")
    return PurePosixPath(table, f"{_bare(path.name) or table}.yaml")


def _bare(name: str) -> str:
    """A name without endings and the marks of a copy: "juni.yaml.txt", "#juni.yaml#" and "juni
    (1).yml" -> "juni"."""
    stem = name.strip().lstrip(".#~")
    while (shorter := MARKS.sub("", stem).rstrip()) != stem and shorter:
        stem = shorter
    return stem
