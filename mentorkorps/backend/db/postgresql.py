"""A database on a PostgreSQL server: shared by several instances, each with a writer of its own.

A job that has a course to itself ends its group: with two courses booked at two instances, groups
that went on waited for each other, 14 deadlocks of a second each in 400 bookings. An advisory lock
of the session shows that an instance runs, so that a restore is refused; the migrations take
another.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, ProgrammingError

from mentorkorps.backend.db.dialect import Verdict
from mentorkorps.backend.db.errors import (
    CannotOpen,
    CannotReach,
    DoesNotFit,
    InUse,
    LetsNobodyIn,
    NewerVersion,
    NoRight,
    NoSuchDatabase,
    NotTrusted,
)
from mentorkorps.backend.db.migrate import UnknownVersion, copy_rows, in_memory, migrate
from mentorkorps.backend.db.tables import METADATA
from mentorkorps.backend.db.transaction import driver_of
from mentorkorps.backend.db.url import PostgresServer
from mentorkorps.backend.db.writer import LostTransaction

if TYPE_CHECKING:
    import psycopg

IN_TRANSACTION = 2
"""PQTRANS_INTRANS; 3 is a transaction that a statement broke, which COMMIT would end without an error."""
CONFLICTS = frozenset({"40001", "40P01", "23505", "23503"})
"""Serialization failure, deadlock, and what another instance was first to write or to delete."""
OF_THE_SERVER = ("08", "25", "53", "55", "57", "58", "XX")
"""Classes of SQLSTATE: connection, read-only or ended transaction, resources, locks, operators, system."""
FORBIDDEN = "42501"
TABLES = ", ".join(METADATA.tables)

PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
GONE = {"tcp_user_timeout": 15_000}
"""Milliseconds after which a server that answers nothing any more is given up."""
DEFAULTS = PATIENCE | GONE | {"application_name": "mentorkorps"}
SESSION = """
    SELECT set_config('lock_timeout', '10s', false), set_config('idle_in_transaction_session_timeout', '60s', false),
           CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END
"""
USED = "712016, 1"
MIGRATED = "712016, 2"
"""Advisory locks of this database: held by all who use it, and by the one who changes its tables."""


class PostgresDialect:
    """See Room. Groups are small, since their locks keep the other instances waiting."""

    largest_group = 32
    is_shared = True

    def __init__(self, database: PostgresServer) -> None:
        self._database = database

    def exists(self) -> bool:
        with self._told(), self._engine(_look).connect() as connection:
            return (
                connection.execute(text("SELECT to_regclass('alembic_version')")).scalar_one()
                is not None
            )

    @contextmanager
    def writing(self) -> Iterator[Engine]:
        engine = self._engine(self._use)
        event.listen(engine, "begin", _begin)
        with self._told():
            yield engine

    @contextmanager
    def reading(self) -> Iterator[Engine]:
        engine = self._engine(_look)
        event.listen(engine, "begin", _begin_reading)
        with self._told():
            yield engine

    def enter_migration(self, connection: Connection) -> None:
        connection.execute(text("SELECT set_config('lock_timeout', '60s', true)"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATED})"))

    def verdict(self, error: BaseException) -> Verdict:
        import psycopg

        if isinstance(error, LostTransaction):
            return "trouble"
        cause = error.orig if isinstance(error, DBAPIError) else error
        state = getattr(cause, "sqlstate", None)
        if state in CONFLICTS:
            return "conflict"
        is_cut_off = state is None and isinstance(
            cause, psycopg.OperationalError | psycopg.InterfaceError
        )
        return "trouble" if is_cut_off or (state or "").startswith(OF_THE_SERVER) else "own"

    def is_whole(self, connection: Connection) -> bool:
        return _driver(connection).info.transaction_status == IN_TRANSACTION

    def is_lost(self, connection: Connection) -> bool:
        return connection.invalidated or _driver(connection).closed

    def mark_erased(self, connection: Connection) -> None:
        """The server itself knows."""

    def sweep(self, connection: Connection) -> bool:
        """Frees what was deleted to be written over. Pages, log and backups of the server are its operator's.

        The server looks only at pages that were changed since, but for the indexes if much was deleted.
        """
        _driver(connection).execute(f"VACUUM {TABLES}")
        return True

    def rewrite(self, connection: Connection) -> bool:
        """VACUUM FULL would shut everybody out for as long as it takes."""
        return self.sweep(connection)

    def finish_sweep(self, connection: Connection) -> bool:
        return True

    def take(self, image: sqlite3.Connection) -> None:
        engine = self._engine(_look)
        event.listen(engine, "begin", _begin)
        with self._told(), engine.connect() as connection, in_memory(image) as copy:
            with connection.begin():
                if not connection.execute(
                    text(f"SELECT pg_try_advisory_xact_lock({USED})")
                ).scalar_one():
                    raise InUse(self._database)
                self.enter_migration(connection)
                try:
                    migrate(connection, cipher=None)
                    connection.execute(text(f"TRUNCATE {TABLES}"))
                    copy_rows(copy, connection)
                except UnknownVersion:
                    raise NewerVersion(self._database) from None
                except (IntegrityError, DataError):
                    raise DoesNotFit(self._database) from None
            self.sweep(connection)

    def _engine(self, prepare: "Callable[[psycopg.Connection], None]") -> Engine:
        return create_engine(
            "postgresql+psycopg://",
            creator=lambda: self._connected(prepare),
            poolclass=NullPool,
            hide_parameters=True,
            use_native_hstore=False,
        )

    def _connected(self, prepare: "Callable[[psycopg.Connection], None]") -> "psycopg.Connection":
        import psycopg
        from psycopg.conninfo import conninfo_to_dict, make_conninfo

        conninfo = make_conninfo("", **DEFAULTS | conninfo_to_dict(self._database.address))
        connection = psycopg.connect(conninfo, autocommit=True)
        try:
            connection.execute(SESSION)
            prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _use(self, connection: "psycopg.Connection") -> None:
        row = connection.execute(f"SELECT pg_try_advisory_lock_shared({USED})").fetchone()
        if row != (True,):
            raise InUse(self._database)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, ProgrammingError) as error:
            if refusal := self._refusal(error):
                raise refusal from None
            raise

    def _refusal(self, error: DBAPIError) -> CannotOpen | None:
        state, words = getattr(error.orig, "sqlstate", None), str(error.orig)
        if state == FORBIDDEN:
            return NoRight(self._database)
        if state:
            is_ours = isinstance(error, OperationalError)
            return (
                CannotOpen(f"{self._database} broke off ({type(error.orig).__name__}). Try again.")
                if is_ours
                else None
            )
        if "FATAL" in words and "database" in words and "does not exist" in words:
            return NoSuchDatabase(self._database)
        is_for_now = (
            "starting up" in words or "shutting down" in words or "connection slots" in words
        )
        if "certificate" in words:
            return NotTrusted(self._database)
        if ("FATAL" in words and not is_for_now) or "SSL" in words:
            return LetsNobodyIn(self._database)
        return CannotReach(self._database)


def _driver(connection: Connection) -> "psycopg.Connection":
    import psycopg

    driver = driver_of(connection)
    assert isinstance(driver, psycopg.Connection)
    return driver


def _look(connection: "psycopg.Connection") -> None:
    """Reads only, and so keeps nobody away."""


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
