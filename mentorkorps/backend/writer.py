"""The one connection that writes: a bounded queue, one thread, many submissions a commit.

SQLite takes one writer at a time, and the wait is for the disk: 256 submissions in one commit cost hardly
more than one. One connection that alone writes and checkpoints also keeps clear of the bug by which
SQLite 3.7.0-3.51.2 may damage a database in WAL mode (sqlite.org/wal.html#walresetbug).
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

LARGEST_GROUP = 256
LONGEST_QUEUE = 1024
UNSWEPT = "unswept"

T = TypeVar("T")

log = logging.getLogger(__name__)


class Busy(Exception):
    """The queue is full: try again in a moment."""


class Unavailable(Exception):
    """The database did not keep the group that this job was part of."""


class Work(NamedTuple):
    job: Callable[..., Any]
    values: tuple[object, ...]
    future: asyncio.Future


class Outcome(NamedTuple):
    result: Any = None
    error: Exception | None = None


class Writer:
    """Runs jobs on its own thread. A job is a function of the connection and some values."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.Queue[Work | None] = queue.Queue(LONGEST_QUEUE)
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finishes what is in the queue, then ends the thread."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    async def do(self, job: Callable[..., T], *values: object) -> T:
        """The job's result, once it is committed. Raises what the job raises, Busy or Unavailable."""
        future = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait(Work(job, values, future))
        except queue.Full:
            raise Busy from None
        return await future

    def _run(self) -> None:
        with self._engine.connect() as connection:
            while not self._ended:
                if group := self._next_group():
                    outcomes = _committed(connection, group)
                    loop = group[0].future.get_loop()
                    loop.call_soon_threadsafe(_hand_over, group, outcomes)

    def _next_group(self) -> list[Work]:
        """What waits, at most one group; waits for the first."""
        group: list[Work] = []
        while len(group) < LARGEST_GROUP:
            try:
                work = self._queue.get(block=not group)
            except queue.Empty:
                return group
            if work is None:
                self._ended = True
                return group
            group.append(work)
        return group


def _committed(connection: Connection, group: list[Work]) -> list[Outcome]:
    try:
        with connection.begin():
            outcomes = [_attempted(connection, work) for work in group]
    except (SQLAlchemyError, connection.dialect.loaded_dbapi.Error) as error:
        return [Outcome(error=Unavailable(type(error).__name__))] * len(group)
    if connection.info.pop(UNSWEPT, False):
        _sweep_or_tell(connection)
    return outcomes


def sweep_afterwards(connection: Connection) -> None:
    """Asks for a sweep once this transaction is committed, before anybody hears of it."""
    connection.info[UNSWEPT] = True


def sweep(connection: Connection) -> None:
    """Leaves nothing of what was deleted or overwritten: not in free pages, not in the write-ahead log.

    Outside a transaction, and so straight to the driver.
    """
    driver = connection.connection.dbapi_connection
    driver.execute("VACUUM")
    (is_busy, *_) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if is_busy:
        log.warning("writer: somebody reads, so deleted rows stay in the write-ahead log until the next sweep")


def _sweep_or_tell(connection: Connection) -> None:
    # What was asked for is done and kept, and secure_delete has blanked the rows: no reason to report a failure.
    try:
        sweep(connection)
    except connection.dialect.loaded_dbapi.Error as error:
        log.warning("writer: not swept (%s)", type(error).__name__)


def _attempted(connection: Connection, work: Work) -> Outcome:
    # Straight to the driver: begin_nested() compiles each savepoint anew and costs as much as the inserts.
    driver = connection.connection.dbapi_connection
    driver.execute("SAVEPOINT work")
    try:
        outcome = Outcome(work.job(connection, *work.values))
    except Exception as error:  # the edge of the thread: whoever asked gets it, the others go on
        _refuse_lost_transaction(driver)
        driver.execute("ROLLBACK TO work")
        outcome = Outcome(error=error)
    _refuse_lost_transaction(driver)
    driver.execute("RELEASE work")
    return outcome


def _refuse_lost_transaction(driver: DBAPIConnection) -> None:
    # A full disk makes SQLite roll back by itself; the driver's commit() would then succeed and keep nothing.
    if not driver.in_transaction:
        raise SQLAlchemyError("the transaction is gone")


def _hand_over(group: list[Work], outcomes: list[Outcome]) -> None:
    for work, outcome in zip(group, outcomes, strict=True):
        if work.future.done():
            continue
        if outcome.error:
            work.future.set_exception(outcome.error)
        else:
            work.future.set_result(outcome.result)
