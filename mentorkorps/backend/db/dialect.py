"""What is different between a SQLite file and a PostgreSQL server, as the writer and the rows see it.

What a job decides by, it locks when it reads it (`FOR UPDATE`, which SQLite leaves out), rather
than by a stricter isolation: READ COMMITTED then sees what the other instance has just kept. Mails
and places that lapse are taken with `SKIP LOCKED`.
"""

from contextlib import AbstractContextManager
from sqlite3 import Connection as Image
from typing import Literal, Protocol

from sqlalchemy import Connection, Engine

Verdict = Literal["own", "conflict", "trouble"]


class DatabaseDialect(Protocol):
    """A kind of database. `largest_group`: how many jobs one transaction takes at most. `is_shared`: by instances.

    Everything that opens it raises CannotOpen, also from within a block that uses the engine.
    """

    largest_group: int
    is_shared: bool

    def exists(self) -> bool:
        """Whether there are tables of ours."""

    def writing(self) -> AbstractContextManager[Engine]:
        """An engine for the writer or a command; keeps away whoever may not write beside it."""

    def reading(self) -> AbstractContextManager[Engine]:
        """An engine that sees the database as it is at one moment, also beside the writer."""

    def enter_migration(self, connection: Connection) -> None:
        """Waits until nobody else changes the shape of the tables, in this transaction."""

    def verdict(self, error: BaseException) -> Verdict:
        """Whose an error is: the job's own, that of two instances in each other's way, or the database's."""

    def is_whole(self, connection: Connection) -> bool:
        """Whether the transaction is still there and can be committed."""

    def is_lost(self, connection: Connection) -> bool:
        """Whether another connection has to be made."""

    def mark_erased(self, connection: Connection) -> None:
        """Notes in this transaction that something is deleted, so that the next rewrite is not left out."""

    def sweep(self, connection: Connection) -> bool:
        """Overwrites what was deleted, at a price that does not grow with the database. Outside a transaction.

        Returns False where somebody reads what was there before: `finish_sweep` has to be tried until it is done.
        """

    def rewrite(self, connection: Connection) -> bool:
        """The same without a trace anywhere, at the price of the whole database; nothing if nothing was deleted."""

    def finish_sweep(self, connection: Connection) -> bool:
        """Whether nobody was in the way this time; waits for nobody."""

    def take(self, image: Image) -> None:
        """Puts an image, whose tables are of this version, in the place of everything, or changes nothing.

        Raises InUse where somebody has the database.
        """
