"""The database file: locked for one process, brought up to date, opened for its writer or for a look."""

import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TypeVar
from urllib.parse import quote

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event

from mentorkorps.backend.sealing import MissingKey, Seal
from mentorkorps.backend.settings import Settings
from mentorkorps.backend.store.sign_up_rows import MARKS, seal_of
from mentorkorps.backend.writer import Writer, sweep

MIGRATIONS = Path(__file__).parent.parent / "migrations"

T = TypeVar("T")


class CannotOpen(Exception):
    """The database cannot be used here; the text says why and what to do."""


class InUse(CannotOpen):
    """Another process has this database open."""

    def __init__(self, database: Path) -> None:
        super().__init__(f"{database} is in use by another process of mentorkorps. Stop that one first.")
        self.database = database


class NoDatabase(CannotOpen):
    """There is nothing to read: the server has not run here yet."""

    def __init__(self, database: Path) -> None:
        super().__init__(f"{database} does not exist. It is made when the server starts.")
        self.database = database


class OtherVersion(CannotOpen):
    """The database has the shape of another version of the code."""

    def __init__(self, database: Path) -> None:
        super().__init__(f"{database} belongs to another version of mentorkorps. Restart the server to bring it along.")
        self.database = database


class Store:
    """The open database of the one process that may write to it."""

    def __init__(self, writer: Writer, afterwards: ExitStack) -> None:
        self._writer = writer
        self._afterwards = afterwards

    async def do(self, job: Callable[..., T], *values: object) -> T:
        """Runs `job(connection, *values)` in a transaction; its result after COMMIT. See Writer.do."""
        return await self._writer.do(job, *values)

    def close(self) -> None:
        """Finishes what waits, closes the database and gives up its lock."""
        self._writer.stop()
        self._afterwards.close()


def open_store(settings: Settings) -> Store:
    """Locks the database for this process and brings its tables up to date. Raises CannotOpen or MissingKey."""
    with ExitStack() as on_failure:
        engine = on_failure.enter_context(owned(settings))
        writer = Writer(engine)
        writer.start()
        return Store(writer, on_failure.pop_all())


@contextmanager
def owned(settings: Settings) -> Iterator[Engine]:
    """The database, for this process alone, with its tables up to date. Raises CannotOpen or MissingKey."""
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with locked(settings.database):
        engine = _engine(settings)
        _migrate(engine)
        with engine.connect() as connection:
            _refuse_missing_key(connection)
        yield engine


def locked(database: Path) -> IO[bytes]:
    """Keeps every other process of ours away for as long as it is open. Raises InUse."""
    lock = database.with_name(f"{database.name}.lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise InUse(database) from None
    return lock


@contextmanager
def reading(settings: Settings) -> Iterator[Connection]:
    if not settings.database.exists():
        raise NoDatabase(settings.database)
    file = f"file:{quote(str(settings.database.resolve()))}"
    engine = create_engine(
        URL.create("sqlite", database=file, query={"mode": "ro", "uri": "true"}),
        poolclass=NullPool,
        hide_parameters=True,
        execution_options={"seal": Seal(settings.secret_keys)},
    )
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_heads() != tuple(_newest().get_heads()):
            raise OtherVersion(settings.database)
        yield connection


def _refuse_missing_key(connection: Connection) -> None:
    if not all(seal_of(connection).knows(mark) for mark in connection.execute(MARKS).scalars()):
        raise MissingKey


def _engine(settings: Settings) -> Engine:
    # hide_parameters: an error in a log must not carry what a person is known by.
    engine = create_engine(
        URL.create("sqlite", database=str(settings.database)),
        poolclass=NullPool,
        hide_parameters=True,
        execution_options={"seal": Seal(settings.secret_keys)},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=2000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _migrate(engine: Engine) -> None:
    config = _migrations()
    with engine.begin() as connection:
        config.attributes |= {"connection": connection, "seal": seal_of(connection)}
        before = MigrationContext.configure(connection).get_current_revision()
        command.upgrade(config, "head")
        after = MigrationContext.configure(connection).get_current_revision()
    if before != after:
        with engine.connect() as connection:
            sweep(connection)


def _newest() -> ScriptDirectory:
    return ScriptDirectory.from_config(_migrations())
