"""The SQLite file: locked for one process, and written so that nothing is lost and nothing deleted stays."""

import fcntl
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import IO
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from mentorkorps.backend.db.dialect import Verdict
from mentorkorps.backend.db.errors import CannotOpen, CannotUse, InUse, NoDatabase
from mentorkorps.backend.db.url import SqliteFile
from mentorkorps.backend.db.writer import LostTransaction

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=2000", "secure_delete=ON")
JOURNAL = slice(18, 20)
"""Two bytes of the header tell WAL mode, in which memory cannot be (sqlite.org/c3ref/deserialize.html)."""
OF_A_STATEMENT = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE}
)

log = logging.getLogger(__name__)


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
    def writing(self, **options: object) -> Iterator[Engine]:
        with self._to_itself(), self._usable():
            engine = _engine(URL.create("sqlite", database=str(self._path)), options | {"room": self})
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "begin", _begin_immediate)
            yield engine

    @contextmanager
    def reading(self, **options: object) -> Iterator[Engine]:
        if not self._path.exists():
            raise NoDatabase(self._database)
        file = f"file:{quote(str(self._path.resolve()))}"
        with self._usable():
            yield _engine(
                URL.create("sqlite", database=file, query={"mode": "ro", "uri": "true"}), options | {"room": self}
            )

    def enter_migration(self, connection: Connection) -> None:
        """BEGIN IMMEDIATE has waited already."""

    def verdict(self, error: BaseException) -> Verdict:
        if isinstance(error, LostTransaction):
            return "trouble"
        code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
        return "own" if code is None or code & 0xFF in OF_A_STATEMENT else "trouble"

    def is_whole(self, connection: Connection) -> bool:
        # A full disk makes SQLite roll back by itself; the driver's commit() would then succeed and keep nothing.
        return connection.connection.dbapi_connection.in_transaction

    def is_lost(self, connection: Connection) -> bool:
        return False

    def sweep(self, connection: Connection) -> None:
        """Neither in free pages nor in the write-ahead log. Straight to the driver, which begins no transaction."""
        driver = connection.connection.dbapi_connection
        driver.execute("VACUUM")
        (is_busy, *_) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            log.warning("writer: somebody reads, so deleted rows stay in the write-ahead log until the next sweep")

    def image(self) -> bytes:
        database = f"file:{quote(str(self._path.resolve()))}?mode=ro"
        with closing(sqlite3.connect(database, uri=True)) as source, closing(sqlite3.connect(":memory:")) as copy:
            source.backup(copy)
            image = bytearray(copy.serialize())
        image[JOURNAL] = b"\1\1"
        return bytes(image)

    def take(self, image: sqlite3.Connection) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            try:
                with closing(sqlite3.connect(self._path)) as database:
                    image.backup(database)
            except sqlite3.DatabaseError:
                raise CannotOpen(f"{self._database} is damaged: move it. Nothing has been changed.") from None
        with self.writing() as engine, engine.connect() as connection:
            self.sweep(connection)

    def _to_itself(self) -> IO[bytes]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
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
        lock = self._path.with_name(f"{self._path.name}.lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise InUse(self._database) from None
        return lock


def _engine(url: URL, options: dict[str, object]) -> Engine:
    # hide_parameters: an error in a log must not carry what a person is known by.
    return create_engine(url, poolclass=NullPool, hide_parameters=True, execution_options=options)


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
