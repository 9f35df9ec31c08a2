"""The rows of a database as lines of JSON, the same for every kind of database, and back into tables of SQLite.

The first line tells the version of the tables. Then for each table one line with its name and columns, and one array
a row. Bytes are an object with their base64. What is not encrypted in the database is not encrypted here.

The lines come from one transaction that reads, so that nothing has to fit into memory or lie
unencrypted beside the database; an image of SQLite would have to.
"""

import base64
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import Connection, inspect, text

from mentorkorps.backend.db import migrate
from mentorkorps.backend.db.tables import METADATA
from mentorkorps.backend.security.encryption import Cipher

ROW = b"["
OF_ROWS = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH})
"""Errors of what is put in, not of the disk: no such table or column, or a row that may not be there."""
SCRATCH = ("page_size=4096", "auto_vacuum=INCREMENTAL", "journal_mode=OFF", "synchronous=OFF")


class NoDump(Exception):
    """The lines are not such as `lines` writes, or do not fit into the tables."""


def dump_lines(connection: Connection) -> Iterator[bytes]:
    """Every row of one moment, a few at a time from the database. The transaction that is under way sees one moment."""
    version = migrate.version_of(connection)
    yield _line({"version": version})
    for name in _tables(connection, is_known=migrate.is_current(connection)):
        every = connection.execute(
            text(f'SELECT * FROM "{name}"').execution_options(yield_per=migrate.PORTION)
        )
        yield _line({"table": name, "columns": list(every.keys())})
        for row in every:
            yield _line(list(row))


def count_rows(table: str, lines: Iterable[bytes]) -> int:
    """How many rows of the table there are."""
    count, is_there = 0, False
    for line in lines:
        if line.startswith(ROW):
            count += is_there
        else:
            is_there = json.loads(line).get("table") == table
    return count


@contextmanager
def scratch_database(lines: Iterator[bytes], cipher: Cipher) -> Iterator[sqlite3.Connection]:
    """A database of SQLite with these rows, brought along to the version of the code.

    It lies in a file without a name, which ends with this process whatever happens, and only what is looked at is in
    memory. Raises NoDump, or shape.UnknownVersion.
    """
    with closing(sqlite3.connect("")) as image:
        for pragma in SCRATCH:
            image.execute(f"PRAGMA {pragma}")
        with migrate.in_memory(image) as copy:
            _fill(image, copy, lines)
            migrate.migrate(copy, cipher)
            copy.commit()
        if image.execute("PRAGMA foreign_key_check").fetchone():
            raise NoDump
        yield image


def split_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines in what comes in chunks of any length."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
    if rest:
        raise NoDump


def _fill(image: sqlite3.Connection, copy: Connection, lines: Iterator[bytes]) -> None:
    try:
        migrate.make(copy, json.loads(next(lines))["version"])
        copy.commit()
        heading = next(lines, None)
        while heading:
            heading = _fill_table(image, json.loads(heading), lines)
        image.commit()
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise NoDump from error
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF not in OF_ROWS:
            raise
        raise NoDump from error


def _fill_table(
    image: sqlite3.Connection, heading: dict[str, Any], lines: Iterator[bytes]
) -> bytes | None:
    """Puts in the rows of one table; the heading of the next, or None."""
    columns = heading["columns"]
    names = ", ".join(f'"{name}"' for name in columns)
    into = f'INSERT INTO "{heading["table"]}" ({names}) VALUES ({", ".join("?" * len(columns))})'
    following: list[bytes] = []
    rows = _rows(lines, following)
    while some := list(islice(rows, migrate.PORTION)):
        image.executemany(into, some)
    return following[0] if following else None


def _rows(lines: Iterator[bytes], following: list[bytes]) -> Iterator[list[object]]:
    """The rows up to a heading, which goes to `following`."""
    for line in lines:
        if not line.startswith(ROW):
            following.append(line)
            return
        yield [_value(value) for value in json.loads(line)]


def _tables(connection: Connection, is_known: bool) -> list[str]:
    """Those of ours. On a server may be others; in a file of another version may be tables that this code has not."""
    there = set(inspect(connection).get_table_names())
    return sorted(there & set(METADATA.tables) if is_known else there - {"alembic_version"})


def _line(value: object) -> bytes:
    return (
        json.dumps(value, default=_written, ensure_ascii=False, separators=(",", ":")).encode()
        + b"\n"
    )


def _written(value: bytes) -> dict[str, str]:
    return {"base64": base64.b64encode(value).decode()}


def _value(value: Any) -> object:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value
