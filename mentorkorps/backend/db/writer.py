"""The one connection that writes: a bounded queue, one thread, many submissions a commit.

SQLite takes one writer at a time, and the wait is for the disk: 256 submissions in one commit cost hardly
more than one. One connection that alone writes and checkpoints also keeps clear of the bug by which
SQLite 3.7.0-3.51.2 may damage a database in WAL mode (sqlite.org/wal.html#walresetbug). On PostgreSQL each
instance has such a writer.

There are no savepoints: a group of jobs is one transaction, and one that a job breaks is done
again in halves until the others are kept. So a job may run twice, and changes nothing but the
database. What two instances do to each other (a deadlock, a unique key that the other was first to
write) is done again in the same way.
"""

import asyncio
import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from mentorkorps.backend.db.dialect import dialect_of

LONGEST_QUEUE = 1024
MOST_ATTEMPTS = 10
"""Of a job that other instances were in the way of: each time at least one of them gets through."""
LONGEST_PAUSE_SECONDS = 0.05
"""So that who comes again is not in the way of the one that was let through."""
SWEEPING = "sweeping"
"""What is to be done once the transaction is committed: a method of the room."""
UNFINISHED = "unfinished"
"""Whether a reader was in the way of that."""
WAITED_FOR = "waited for"

T = TypeVar("T")

log = logging.getLogger(__name__)


class Busy(Exception):
    """The queue is full: try again in a moment."""


class Unavailable(Exception):
    """The database did not keep the group that this job was part of."""


class LostTransaction(SQLAlchemyError):
    """The database has rolled back by itself; a commit would succeed and keep nothing."""


class Job(NamedTuple):
    job: Callable[..., Any]
    values: tuple[object, ...]
    future: asyncio.Future | None = None


class JobOutcome(NamedTuple):
    result: Any = None
    error: Exception | None = None


class Writer:
    """Runs jobs on its own thread. A job is a function of the connection and some values.

    It may run more than once before it is committed, so it changes nothing but the database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._room = dialect_of(engine)
        self._connection: Connection | None = None
        self._queue: queue.Queue[Job | None] = queue.Queue(LONGEST_QUEUE)
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
            self._queue.put_nowait(Job(job, values, future))
        except queue.Full:
            raise Busy from None
        return await future

    def _run(self) -> None:
        while not self._ended:
            if group := self._next_group():
                outcomes = self._outcomes(group)
                loop = group[0].future.get_loop()
                loop.call_soon_threadsafe(_hand_over, group, outcomes)
        self._let_go()

    def _next_group(self) -> list[Job]:
        """What waits, at most one group; waits for the first."""
        group: list[Job] = []
        while len(group) < self._room.largest_group:
            try:
                work = self._queue.get(block=not group)
            except queue.Empty:
                return group
            if work is None:
                self._ended = True
                return group
            group.append(work)
        return group

    def _outcomes(self, group: list[Job]) -> list[JobOutcome]:
        try:
            self._connection = self._connection or self._engine.connect()
        except SQLAlchemyError as error:
            return _unavailable(group, error)
        outcomes = _committed(self._connection, group)
        if self._room.is_lost(self._connection):
            log.error("writer: the connection to the database is lost; the next job makes another")
            self._let_go()
        return outcomes

    def _let_go(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None


def run_job(connection: Connection, job: Callable[..., T], *values: object) -> T:
    """The job's result, once it is committed, for a command that needs no thread. Raises as Writer.do does."""
    (outcome,) = _committed(connection, [Job(job, values)])
    if outcome.error:
        raise outcome.error
    return outcome.result


def sweep_afterwards(connection: Connection) -> None:
    """Asks for a sweep once this transaction is committed, before anybody hears of it."""
    dialect_of(connection).mark_erased(connection)
    tidy_afterwards(connection)


def tidy_afterwards(connection: Connection) -> None:
    """The same where nothing is deleted now: for what a process that was killed had left to do."""
    connection.info.setdefault(SWEEPING, dialect_of(connection).sweep)


def rewrite_afterwards(connection: Connection) -> None:
    """Asks that not a trace is left of all that was deleted before. A job for the writer, and for the night."""
    connection.info[SWEEPING] = dialect_of(connection).rewrite


def end_group(connection: Connection) -> None:
    """This job holds what other instances wait for: it is committed before another job of the group may take more.

    So nobody holds one hall and waits for the next, and nobody waits for longer than a commit takes.
    """
    connection.info[WAITED_FOR] = True


def _committed(connection: Connection, group: list[Job], attempt: int = 1) -> list[JobOutcome]:
    """What became of each job of the group, in one transaction or several."""
    try:
        outcomes = _together(connection, group)
    except Exception as error:  # the edge of the thread: whoever asked gets it
        return _after(connection, group, attempt, error)
    sweep(connection)
    rest = group[len(outcomes) :]
    return outcomes + _committed(connection, rest) if rest else outcomes


def _after(
    connection: Connection, group: list[Job], attempt: int, error: Exception
) -> list[JobOutcome]:
    """A group that one of its jobs broke is done again in halves, so that the others go on."""
    verdict = dialect_of(connection).verdict(error)
    if verdict == "trouble":
        return _unavailable(group, error)
    connection.info.pop(SWEEPING, None)
    if len(group) > 1:
        middle = len(group) // 2
        return _committed(connection, group[:middle]) + _committed(connection, group[middle:])
    if verdict == "conflict" and attempt < MOST_ATTEMPTS:
        time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))
        return _committed(connection, group, attempt + 1)
    return [JobOutcome(error=error)]


def _together(connection: Connection, group: list[Job]) -> list[JobOutcome]:
    """What became of the first jobs of the group: all, or those up to one that other instances wait for."""
    outcomes, room = [], dialect_of(connection)
    with connection.begin():
        for work in group:
            outcomes.append(JobOutcome(work.job(connection, *work.values)))
            if connection.info.pop(WAITED_FOR, False) and room.is_shared:
                break
        if not room.is_whole(connection):
            raise LostTransaction
    return outcomes


def sweep(connection: Connection) -> None:
    """Does what was asked to be swept. Where a reader is in the way, each group that follows tries to finish it."""
    sweeping, was_unfinished = (
        connection.info.pop(SWEEPING, None),
        connection.info.pop(UNFINISHED, False),
    )
    if sweeping is None and was_unfinished:
        sweeping = dialect_of(connection).finish_sweep
    if sweeping and not _is_swept(connection, sweeping):
        connection.info[UNFINISHED] = True
        if not was_unfinished:
            log.info(
                "writer: somebody reads, so deleted rows stay in the write-ahead log until they are done"
            )


def _is_swept(connection: Connection, sweeping: Callable[[Connection], bool]) -> bool:
    # What was asked for is done and kept: no reason to report a failure.
    try:
        return sweeping(connection)
    except (SQLAlchemyError, connection.dialect.loaded_dbapi.Error) as error:
        log.warning("writer: not swept (%s)", type(error).__name__)
        return True


def _unavailable(group: list[Job], error: Exception) -> list[JobOutcome]:
    return [JobOutcome(error=Unavailable(type(error).__name__))] * len(group)


def _hand_over(group: list[Job], outcomes: list[JobOutcome]) -> None:
    for work, outcome in zip(group, outcomes, strict=True):
        if work.future.done():
            continue
        if outcome.error:
            work.future.set_exception(outcome.error)
        else:
            work.future.set_result(outcome.result)
