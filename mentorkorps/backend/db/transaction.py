"""What a query and a job are given: the database inside one transaction. What they use stands here and nowhere else.

When something happened is a value of the job: it runs again where its group has to, and tells the same each time.
"""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection

from mentorkorps.backend.db.dialect import DatabaseDialect
from mentorkorps.backend.security.encryption import Cipher

Sweep = Callable[[Connection], bool]
P = ParamSpec("P")
T = TypeVar("T")


class Snapshot:
    """The database as it is at one moment, for whoever only reads. `cipher` opens the answers."""

    def __init__(self, connection: Connection, cipher: Cipher) -> None:
        self.connection = connection
        self.cipher = cipher
        self.execute = connection.execute

    @property
    def driver(self) -> DBAPIConnection:
        """The driver's own connection, for what SQLAlchemy would prepare anew each time."""
        return driver_of(self.connection)


class Transaction(Snapshot):
    """The same for a job, which may change something. It is committed as a whole, or nothing of it is kept."""

    def __init__(self, connection: Connection, cipher: Cipher, dialect: DatabaseDialect) -> None:
        super().__init__(connection, cipher)
        self._dialect = dialect
        self.sweep: Sweep | None = None
        """What is to be done once it is committed, before anybody hears of it."""
        self.is_waited_for = False

    def sweep_afterwards(self) -> None:
        """Asks that what was deleted is overwritten."""
        self._dialect.mark_erased(self.connection)
        self.tidy_afterwards()

    def tidy_afterwards(self) -> None:
        """The same where nothing is deleted now: for what a process that was killed had left to do."""
        self.sweep = self.sweep or self._dialect.sweep

    def rewrite_afterwards(self) -> None:
        """Asks that not a trace is left of all that was deleted before. For the night."""
        self.sweep = self._dialect.rewrite

    def end_group(self) -> None:
        """This job holds what other instances wait for: it is committed before the next job may take more.

        So nobody holds one row and waits for the next, and nobody waits for longer than a commit takes.
        """
        self.is_waited_for = True


class Change(Protocol):
    """Whatever runs jobs, as Database.change does."""

    async def __call__(
        self, job: Callable[Concatenate[Transaction, P], T], *values: P.args, **named: P.kwargs
    ) -> T: ...


def sweep_afterwards(transaction: Transaction) -> None:
    """A job that does nothing but ask for a sweep."""
    transaction.sweep_afterwards()


def rewrite_afterwards(transaction: Transaction) -> None:
    """A job that does nothing but ask for a rewrite."""
    transaction.rewrite_afterwards()


def driver_of(connection: Connection) -> DBAPIConnection:
    """The driver's connection beneath one that is open."""
    driver = connection.connection.dbapi_connection
    assert driver is not None, "the connection is closed"
    return driver
