"""The SQLite file: locked for one process, and written so that nothing is lost and nothing deleted stays.

Erased is zeroed, then rewritten at night: `secure_delete`, incremental vacuum and a checkpoint
cost the same however much there is. But SQLite's page splits leave parts of some three rows in a
thousand in the gaps of pages (tried with 3.40, 8 x 1,000 deletions), which `secure_delete` does
not reach; so a file of up to 4 MB is written anew at once and a larger one in the night.
`user_version` notes in the transaction that something was deleted. A checkpoint that a reader is
in the way of is tried again with each group, rather than waited for: the reader may be a backup.
"""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import IO
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from mentorkorps.backend.db.dialect import Verdict
from mentorkorps.backend.db.errors import CannotOpen, CannotUse, InUse, NoDatabase
from mentorkorps.backend.db.transaction import driver_of
from mentorkorps.backend.db.url import SqliteFile
from mentorkorps.backend.db.writer import LostTransaction
from mentorkorps.backend.files import ownership

PATIENCE = "busy_timeout=2000"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", PATIENCE, "secure_delete=ON")
GIVES_BACK_PAGES = "auto_vacuum=INCREMENTAL"
INCREMENTAL = 2
NO_PATIENCE, SHORT_PATIENCE = "busy_timeout=0", "busy_timeout=200"
FEW_PAGES = 1024
"""4 MB, some 3,000 sign-ups, are written anew in 30 ms."""
MOST_FREED = 256
"""Pages given back in one sweep, so that deleting one after deleting many costs no more."""
OF_A_DAMAGED_FILE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
OF_A_STATEMENT = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE}
)


class SqliteDialect:
    """See Room."""

    largest_group = 256
    is_shared = False

    def __init__(self, database: SqliteFile) -> None:
        self._database = database
        self._path = database.path

    def exists(self) -> bool:
        return self._path.exists()

    @contextmanager
    def writing(self) -> Iterator[Engine]:
        with self._to_itself(), self._usable():
            engine = _engine(URL.create("sqlite", database=str(self._path)))
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "begin", _begin_immediate)
            yield engine

    @contextmanager
    def reading(self) -> Iterator[Engine]:
        if not self._path.exists():
            raise NoDatabase(self._database)
        file = f"file:{quote(str(self._path.resolve()))}"
        with self._usable():
            engine = _engine(
                URL.create("sqlite", database=file, query={"mode": "ro", "uri": "true"})
            )
            event.listen(engine, "connect", _prepare_reading)
            event.listen(engine, "begin", _begin_reading)
            yield engine

    def enter_migration(self, connection: Connection) -> None:
        """BEGIN IMMEDIATE has waited already."""

    def verdict(self, error: BaseException) -> Verdict:
        if isinstance(error, LostTransaction):
            return "trouble"
        code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
        return "own" if code is None or code & 0xFF in OF_A_STATEMENT else "trouble"

    def is_whole(self, connection: Connection) -> bool:
        # A full disk makes SQLite roll back by itself; the driver's commit() would then succeed and keep nothing.
        return _driver(connection).in_transaction

    def is_lost(self, connection: Connection) -> bool:
        return False

    def mark_erased(self, connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA user_version = 1")

    def sweep(self, connection: Connection) -> bool:
        """Neither in free pages nor in the write-ahead log. Straight to the driver, which begins no transaction.

        `secure_delete` overwrites rows with zeros, and free pages too. But where SQLite had split a page before, a
        copy of a part of a row may lie in the gap of that page, of some three rows in a thousand (measured with
        3.40). Only a rewrite is rid of those: at once where that is cheap, else in the night.
        Files of the first versions cannot give back single pages: their first sweep is a rewrite.
        """
        driver = _driver(connection)
        if _pragma(driver, "page_count") <= FEW_PAGES or not _is_incremental(driver):
            return self.rewrite(connection)
        driver.execute(f"PRAGMA incremental_vacuum({MOST_FREED})").fetchall()
        return _is_checkpointed(driver)

    def rewrite(self, connection: Connection) -> bool:
        driver = _driver(connection)
        if _pragma(driver, "user_version") or not _is_incremental(driver):
            driver.execute(f"PRAGMA {GIVES_BACK_PAGES}")
            driver.execute("VACUUM")
            driver.execute("PRAGMA user_version = 0")
        return _is_checkpointed(driver)

    def finish_sweep(self, connection: Connection) -> bool:
        return _is_checkpointed(_driver(connection), NO_PATIENCE)

    def take(self, image: sqlite3.Connection) -> None:
        with self._to_itself():
            try:
                with closing(sqlite3.connect(self._path)) as database:
                    image.backup(database)
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode & 0xFF not in OF_A_DAMAGED_FILE:
                    raise CannotUse(self._database, str(error)) from None
                raise CannotOpen(
                    f"{self._database} is damaged: move it. Nothing has been changed."
                ) from None
        with self.writing() as engine, engine.connect() as connection:
            self.rewrite(connection)

    def _to_itself(self) -> IO[bytes]:
        try:
            ownership.make_folder(self._path.parent)
            ownership.make_file(self._path)  # SQLite gives the files beside it to the same owner
            return self._locked()
        except OSError as error:
            raise CannotUse(self._database, str(error.strerror)) from error

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            if self.verdict(error) == "own":
                raise
            raise CannotUse(self._database, str(getattr(error, "orig", error))) from error

    def _locked(self) -> IO[bytes]:
        """Keeps every other process of ours away for as long as it is open. Raises InUse."""
        path = self._path.with_name(f"{self._path.name}.lock")
        ownership.make_file(path, 0o666)
        lock = path.open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise InUse(self._database) from None
        return lock


def _engine(url: URL) -> Engine:
    # hide_parameters: an error in a log must not carry what a person is known by.
    return create_engine(url, poolclass=NullPool, hide_parameters=True)


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    if not _pragma(connection, "page_count"):  # later only a rewrite can change it
        connection.execute(f"PRAGMA {GIVES_BACK_PAGES}")
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _prepare_reading(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = driver_of(connection)
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _pragma(driver: sqlite3.Connection, name: str) -> int:
    return int(driver.execute(f"PRAGMA {name}").fetchone()[0])


def _is_incremental(driver: sqlite3.Connection) -> bool:
    return _pragma(driver, "auto_vacuum") == INCREMENTAL


def _is_checkpointed(driver: sqlite3.Connection, patience: str = SHORT_PATIENCE) -> bool:
    """Whether nothing is left in the write-ahead log. Not for as long as a reader may need: it may be a backup."""
    driver.execute(f"PRAGMA {patience}")
    (is_busy, *_) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    driver.execute(f"PRAGMA {PATIENCE}")
    return not is_busy


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
