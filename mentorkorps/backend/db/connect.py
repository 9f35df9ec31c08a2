"""The database of the settings: brought up to date and opened for its writer, for a command or for a look."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from sqlalchemy import Connection, Engine

from mentorkorps.backend.db import migrate, writer
from mentorkorps.backend.db.dialect import DatabaseDialect, dialect_of
from mentorkorps.backend.db.errors import NewerVersion, NoDatabase, OtherVersion
from mentorkorps.backend.db.postgresql import PostgresDialect
from mentorkorps.backend.db.readers import Readers
from mentorkorps.backend.db.sign_up_rows import MARKS, seal_of
from mentorkorps.backend.db.sqlite import SqliteDialect
from mentorkorps.backend.db.url import DatabaseUrl, SqliteFile
from mentorkorps.backend.db.writer import Writer
from mentorkorps.backend.security.encryption import Cipher, MissingKey
from mentorkorps.backend.settings import Settings

T = TypeVar("T")


class Database:
    """The open database of one process."""

    def __init__(self, writer: Writer, readers: Readers, afterwards: ExitStack) -> None:
        self._writer = writer
        self._readers = readers
        self._afterwards = afterwards

    async def do(self, job: Callable[..., T], *values: object) -> T:
        """Runs `job(connection, *values)` in a transaction; its result after COMMIT. See Writer.do."""
        return await self._writer.do(job, *values)

    async def read(self, query: Callable[..., T], *values: object) -> T:
        """What `query(connection, *values)` finds at one moment; it waits for no job. See Readers.read."""
        return await self._readers.read(query, *values)

    def close(self) -> None:
        """Finishes what waits, closes the database and gives it up."""
        self._readers.close()
        self._writer.stop()
        self._afterwards.close()


def dialect_for(database: DatabaseUrl) -> DatabaseDialect:
    return (
        SqliteDialect(database) if isinstance(database, SqliteFile) else PostgresDialect(database)
    )


def database_exists(settings: Settings) -> bool:
    """Whether a server has run here before. Raises CannotOpen."""
    return dialect_for(settings.database).exists()


def open_database(settings: Settings) -> Database:
    """Opens the database for this process and brings its tables up to date. Raises CannotOpen or MissingKey."""
    with ExitStack() as on_failure:
        writer = Writer(on_failure.enter_context(opened_to_write(settings)))
        to_read = dialect_for(settings.database).reading(seal=Cipher(settings.secret_keys))
        readers = Readers(on_failure.enter_context(to_read))
        writer.start()
        return Database(writer, readers, on_failure.pop_all())


def run_on_database(settings: Settings, job: Callable[..., T], *values: object) -> T:
    """One job by a command. Raises what the job raises, CannotOpen, MissingKey or Unavailable."""
    with opened_to_write(settings) as engine, engine.connect() as connection:
        return writer.run_job(connection, job, *values)


@contextmanager
def opened_to_write(settings: Settings) -> Iterator[Engine]:
    """The database to write to, with its tables up to date. Raises CannotOpen or MissingKey."""
    with dialect_for(settings.database).writing(seal=Cipher(settings.secret_keys)) as engine:
        with engine.connect() as connection:
            _bring_along(connection, settings.database)
            _refuse_missing_key(connection)
        yield engine


@contextmanager
def opened_to_read(settings: Settings) -> Iterator[Connection]:
    """The database as it is at one moment, also while a server writes. Raises CannotOpen."""
    here = dialect_for(settings.database)
    with here.reading(seal=Cipher(settings.secret_keys)) as engine, engine.connect() as connection:
        if not migrate.is_current(connection):
            raise (
                OtherVersion(settings.database) if here.exists() else NoDatabase(settings.database)
            )
        yield connection


@contextmanager
def copying(settings: Settings) -> Iterator[Connection]:
    """The same for a backup, which a file may give of another version too. Raises CannotOpen."""
    here = dialect_for(settings.database)
    with here.reading(seal=Cipher(settings.secret_keys)) as engine, engine.connect() as connection:
        if migrate.version_of(connection) is None:
            raise NoDatabase(settings.database)
        if here.is_shared and not migrate.is_current(connection):
            raise OtherVersion(settings.database)
        yield connection


def _bring_along(connection: Connection, database: DatabaseUrl) -> None:
    with connection.begin():
        dialect_of(connection).enter_migration(connection)
        try:
            is_changed = migrate.migrate(connection, seal_of(connection))
        except migrate.UnknownVersion:
            raise NewerVersion(database) from None
        _ask_for_sweep(connection, is_changed)
    writer.sweep(connection)


def _ask_for_sweep(connection: Connection, is_changed: bool) -> None:
    if is_changed:
        dialect_of(connection).mark_erased(connection)
        writer.rewrite_afterwards(connection)
    elif not dialect_of(connection).is_shared:
        writer.tidy_afterwards(connection)


def _refuse_missing_key(connection: Connection) -> None:
    with connection.begin():
        if not all(seal_of(connection).knows(mark) for mark in connection.execute(MARKS).scalars()):
            raise MissingKey
