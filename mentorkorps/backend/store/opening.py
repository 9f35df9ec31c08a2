"""The database of the settings: brought up to date and opened for its writer, for a command or for a look."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from sqlalchemy import Connection, Engine

from mentorkorps.backend import writer
from mentorkorps.backend.database import Database, File
from mentorkorps.backend.room import Room, room_of, sweep
from mentorkorps.backend.sealing import MissingKey, Seal
from mentorkorps.backend.settings import Settings
from mentorkorps.backend.store import shape
from mentorkorps.backend.store.file import FileRoom
from mentorkorps.backend.store.refusals import NewerVersion, NoDatabase, OtherVersion
from mentorkorps.backend.store.server import ServerRoom
from mentorkorps.backend.store.sign_up_rows import MARKS, seal_of
from mentorkorps.backend.writer import Writer

T = TypeVar("T")


class Store:
    """The open database of one process."""

    def __init__(self, writer: Writer, afterwards: ExitStack) -> None:
        self._writer = writer
        self._afterwards = afterwards

    async def do(self, job: Callable[..., T], *values: object) -> T:
        """Runs `job(connection, *values)` in a transaction; its result after COMMIT. See Writer.do."""
        return await self._writer.do(job, *values)

    def close(self) -> None:
        """Finishes what waits, closes the database and gives it up."""
        self._writer.stop()
        self._afterwards.close()


def room(database: Database) -> Room:
    return FileRoom(database) if isinstance(database, File) else ServerRoom(database)


def exists(settings: Settings) -> bool:
    """Whether a server has run here before. Raises CannotOpen."""
    return room(settings.database).exists()


def open_store(settings: Settings) -> Store:
    """Opens the database for this process and brings its tables up to date. Raises CannotOpen or MissingKey."""
    with ExitStack() as on_failure:
        engine = on_failure.enter_context(owned(settings))
        writer = Writer(engine)
        writer.start()
        return Store(writer, on_failure.pop_all())


def run(settings: Settings, job: Callable[..., T], *values: object) -> T:
    """One job by a command. Raises what the job raises, CannotOpen, MissingKey or Unavailable."""
    with owned(settings) as engine, engine.connect() as connection:
        return writer.done(connection, job, *values)


@contextmanager
def owned(settings: Settings) -> Iterator[Engine]:
    """The database to write to, with its tables up to date. Raises CannotOpen or MissingKey."""
    with room(settings.database).writing(seal=Seal(settings.secret_keys)) as engine:
        with engine.connect() as connection:
            _bring_along(connection, settings.database)
            _refuse_missing_key(connection)
        yield engine


@contextmanager
def reading(settings: Settings) -> Iterator[Connection]:
    """The database as it is at one moment, also while a server writes. Raises CannotOpen."""
    here = room(settings.database)
    with here.reading(seal=Seal(settings.secret_keys)) as engine, engine.connect() as connection:
        if not shape.is_current(connection):
            raise OtherVersion(settings.database) if here.exists() else NoDatabase(settings.database)
        yield connection


def _bring_along(connection: Connection, database: Database) -> None:
    with connection.begin():
        room_of(connection).enter_migration(connection)
        try:
            is_changed = shape.migrate(connection, seal_of(connection))
        except shape.UnknownVersion:
            raise NewerVersion(database) from None
    if is_changed:
        sweep(connection)


def _refuse_missing_key(connection: Connection) -> None:
    with connection.begin():
        if not all(seal_of(connection).knows(mark) for mark in connection.execute(MARKS).scalars()):
            raise MissingKey
