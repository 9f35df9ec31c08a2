"""The database of the settings: brought up to date and opened for its writer, for a command or for a look."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from mentorkorps.backend.db import migrate
from mentorkorps.backend.db.dialect import DatabaseDialect
from mentorkorps.backend.db.errors import NewerVersion, NoDatabase, OtherVersion
from mentorkorps.backend.db.postgresql import PostgresDialect
from mentorkorps.backend.db.readers import Readers
from mentorkorps.backend.db.sign_up_rows import MARKS
from mentorkorps.backend.db.sqlite import SqliteDialect
from mentorkorps.backend.db.transaction import Snapshot, Transaction
from mentorkorps.backend.db.url import DatabaseUrl, SqliteFile
from mentorkorps.backend.db.writer import JobRunner, Writer
from mentorkorps.backend.security.encryption import Cipher, MissingKey
from mentorkorps.backend.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """The open database of one process."""

    def __init__(self, writer: Writer, readers: Readers, afterwards: ExitStack) -> None:
        self._writer = writer
        self._readers = readers
        self._afterwards = afterwards

    async def change(
        self, job: Callable[Concatenate[Transaction, P], T], *values: P.args, **named: P.kwargs
    ) -> T:
        """Runs `job(transaction, *values)` by the one writer; its result after COMMIT. See Writer.change."""
        return await self._writer.change(job, *values, **named)

    async def read(
        self, query: Callable[Concatenate[Snapshot, P], T], *values: P.args, **named: P.kwargs
    ) -> T:
        """What `query(snapshot, *values)` finds at one moment; it waits for no job. See Readers.read."""
        return await self._readers.read(query, *values, **named)

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
    dialect, cipher = dialect_for(settings.database), Cipher(settings.secret_keys)
    with ExitStack() as on_failure:
        writer = Writer(
            on_failure.enter_context(_up_to_date(settings, dialect, cipher)), dialect, cipher
        )
        readers = Readers(on_failure.enter_context(dialect.reading()), dialect, cipher)
        writer.start()
        return Database(writer, readers, on_failure.pop_all())


def run_on_database(
    settings: Settings,
    job: Callable[Concatenate[Transaction, P], T],
    *values: P.args,
    **named: P.kwargs,
) -> T:
    """One job by a command. Raises what the job raises, CannotOpen, MissingKey or Unavailable."""
    with opened_to_write(settings) as runner:
        return runner.run_job(job, *values, **named)


@contextmanager
def opened_to_write(settings: Settings) -> Iterator[JobRunner]:
    """The database for the jobs of a command, with its tables up to date. Raises CannotOpen or MissingKey."""
    dialect, cipher = dialect_for(settings.database), Cipher(settings.secret_keys)
    with _up_to_date(settings, dialect, cipher) as engine, engine.connect() as connection:
        yield JobRunner(connection, dialect, cipher)


@contextmanager
def opened_to_read(settings: Settings) -> Iterator[Snapshot]:
    """The database as it is at one moment, also while a server writes. Raises CannotOpen."""
    dialect = dialect_for(settings.database)
    with dialect.reading() as engine, engine.connect() as connection:
        if not migrate.is_current(connection):
            raise (
                OtherVersion(settings.database)
                if dialect.exists()
                else NoDatabase(settings.database)
            )
        yield Snapshot(connection, Cipher(settings.secret_keys))


@contextmanager
def copying(settings: Settings) -> Iterator[Connection]:
    """The same for a backup, which a file may give of another version too. Raises CannotOpen."""
    dialect = dialect_for(settings.database)
    with dialect.reading() as engine, engine.connect() as connection:
        if migrate.version_of(connection) is None:
            raise NoDatabase(settings.database)
        if dialect.is_shared and not migrate.is_current(connection):
            raise OtherVersion(settings.database)
        yield connection


@contextmanager
def _up_to_date(settings: Settings, dialect: DatabaseDialect, cipher: Cipher) -> Iterator[Engine]:
    with dialect.writing() as engine:
        with engine.connect() as connection:
            _bring_along(JobRunner(connection, dialect, cipher), dialect, settings.database)
            _refuse_missing_key(connection, cipher)
        yield engine


def _bring_along(runner: JobRunner, dialect: DatabaseDialect, database: DatabaseUrl) -> None:
    with runner.transaction() as transaction:
        dialect.enter_migration(transaction.connection)
        try:
            is_changed = migrate.migrate(transaction.connection, transaction.cipher)
        except migrate.UnknownVersion:
            raise NewerVersion(database) from None
        if is_changed:
            dialect.mark_erased(transaction.connection)
            transaction.rewrite_afterwards()
        elif not dialect.is_shared:
            transaction.tidy_afterwards()
    runner.sweep_after(transaction)


def _refuse_missing_key(connection: Connection, cipher: Cipher) -> None:
    with connection.begin():
        if not all(cipher.knows(mark) for mark in connection.execute(MARKS).scalars()):
            raise MissingKey
