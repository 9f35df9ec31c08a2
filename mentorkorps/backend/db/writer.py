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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from mentorkorps.backend.db.dialect import DatabaseDialect
from mentorkorps.backend.db.transaction import Sweep, Transaction
from mentorkorps.backend.security.encryption import Cipher

LONGEST_QUEUE = 1024
MOST_ATTEMPTS = 10
"""Of a job that other instances were in the way of: each time at least one of them gets through."""
LONGEST_PAUSE_SECONDS = 0.05
"""So that who comes again is not in the way of the one that was let through."""

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)


class Busy(Exception):
    """The queue is full: try again in a moment."""


class Unavailable(Exception):
    """The database did not keep the group that this job was part of."""


class LostTransaction(SQLAlchemyError):
    """The database has rolled back by itself; a commit would succeed and keep nothing."""


class Job(NamedTuple):
    """A function of the transaction, with the values that came with it."""

    run: Callable[[Transaction], Any]


class QueuedJob(NamedTuple):
    job: Job
    future: asyncio.Future[Any]


class JobOutcome(NamedTuple):
    result: Any = None
    error: Exception | None = None


class JobRunner:
    """Runs jobs on one connection, many in a transaction where it can, and sweeps after them."""

    def __init__(self, connection: Connection, dialect: DatabaseDialect, cipher: Cipher) -> None:
        self._connection = connection
        self._dialect = dialect
        self._cipher = cipher
        self._is_unswept = False
        """A reader was in the way of a sweep."""

    @property
    def is_lost(self) -> bool:
        """Whether another connection has to be made."""
        return self._dialect.is_lost(self._connection)

    def close(self) -> None:
        self._connection.close()

    def run_job(
        self, job: Callable[Concatenate[Transaction, P], T], *values: P.args, **named: P.kwargs
    ) -> T:
        """The job's result, once it is committed, for a command that needs no thread. Raises as Writer.change does."""
        (outcome,) = self.run_group([Job(lambda transaction: job(transaction, *values, **named))])
        if outcome.error:
            raise outcome.error
        result: T = outcome.result
        return result

    def run_group(self, group: list[Job], attempt: int = 1) -> list[JobOutcome]:
        """What became of each job of the group, in one transaction or several."""
        try:
            with self.transaction() as transaction:
                outcomes = self._outcomes(transaction, group)
        except Exception as error:  # the edge of the thread: whoever asked gets it
            return self._after(group, attempt, error)
        self.sweep_after(transaction)
        rest = group[len(outcomes) :]
        return outcomes + self.run_group(rest) if rest else outcomes

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction: committed where the block ends well. `sweep_after` comes next."""
        with self._connection.begin():
            transaction = Transaction(self._connection, self._cipher, self._dialect)
            yield transaction
            if not self._dialect.is_whole(self._connection):
                raise LostTransaction

    def _outcomes(self, transaction: Transaction, group: list[Job]) -> list[JobOutcome]:
        """Of the first jobs of the group: all, or those up to one that other instances wait for."""
        outcomes = []
        for job in group:
            outcomes.append(JobOutcome(job.run(transaction)))
            if transaction.is_waited_for and self._dialect.is_shared:
                break
        return outcomes

    def _after(self, group: list[Job], attempt: int, error: Exception) -> list[JobOutcome]:
        """A group that one of its jobs broke is done again in halves, so that the others go on."""
        verdict = self._dialect.verdict(error)
        if verdict == "trouble":
            return unavailable(group, error)
        if len(group) > 1:
            middle = len(group) // 2
            return self.run_group(group[:middle]) + self.run_group(group[middle:])
        if verdict == "conflict" and attempt < MOST_ATTEMPTS:
            time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))
            return self.run_group(group, attempt + 1)
        return [JobOutcome(error=error)]

    def sweep_after(self, transaction: Transaction) -> None:
        """Does what was asked for. Where a reader is in the way, each group that follows tries to finish it."""
        was_unswept, self._is_unswept = self._is_unswept, False
        sweep = transaction.sweep or (self._dialect.finish_sweep if was_unswept else None)
        if sweep and not self._is_swept(sweep):
            self._is_unswept = True
            if not was_unswept:
                log.info(
                    "writer: somebody reads, so deleted rows stay in the write-ahead log until they are done"
                )

    def _is_swept(self, sweep: Sweep) -> bool:
        # What was asked for is done and kept: no reason to report a failure.
        try:
            return sweep(self._connection)
        except (SQLAlchemyError, self._connection.dialect.loaded_dbapi.Error) as error:
            log.warning("writer: not swept (%s)", type(error).__name__)
            return True


class Writer:
    """Runs jobs on its own thread. A job is a function of the transaction and some values.

    It may run more than once before it is committed, so it changes nothing but the database.
    """

    def __init__(self, engine: Engine, dialect: DatabaseDialect, cipher: Cipher) -> None:
        self._engine = engine
        self._dialect = dialect
        self._cipher = cipher
        self._runner: JobRunner | None = None
        self._queue: queue.Queue[QueuedJob | None] = queue.Queue(LONGEST_QUEUE)
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finishes what is in the queue, then ends the thread."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    async def change(
        self, job: Callable[Concatenate[Transaction, P], T], *values: P.args, **named: P.kwargs
    ) -> T:
        """The job's result, once it is committed. Raises what the job raises, Busy or Unavailable."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        queued = QueuedJob(Job(lambda transaction: job(transaction, *values, **named)), future)
        try:
            self._queue.put_nowait(queued)
        except queue.Full:
            raise Busy from None
        return await future

    def _run(self) -> None:
        while not self._ended:
            if group := self._next_group():
                outcomes = self._outcomes([queued.job for queued in group])
                futures = [queued.future for queued in group]
                futures[0].get_loop().call_soon_threadsafe(_tell, futures, outcomes)
        self._let_go()

    def _next_group(self) -> list[QueuedJob]:
        """What waits, at most one group; waits for the first."""
        group: list[QueuedJob] = []
        while len(group) < self._dialect.largest_group:
            try:
                queued = self._queue.get(block=not group)
            except queue.Empty:
                return group
            if queued is None:
                self._ended = True
                return group
            group.append(queued)
        return group

    def _outcomes(self, group: list[Job]) -> list[JobOutcome]:
        try:
            runner = self._runner = self._runner or JobRunner(
                self._engine.connect(), self._dialect, self._cipher
            )
        except SQLAlchemyError as error:
            return unavailable(group, error)
        outcomes = runner.run_group(group)
        if runner.is_lost:
            log.error("writer: the connection to the database is lost; the next job makes another")
            self._let_go()
        return outcomes

    def _let_go(self) -> None:
        if self._runner:
            self._runner.close()
        self._runner = None


def unavailable(group: list[Job], error: Exception) -> list[JobOutcome]:
    return [JobOutcome(error=Unavailable(type(error).__name__))] * len(group)


def _tell(futures: list[asyncio.Future[Any]], outcomes: list[JobOutcome]) -> None:
    for future, outcome in zip(futures, outcomes, strict=True):
        if future.done():
            continue
        if outcome.error:
            future.set_exception(outcome.error)
        else:
            future.set_result(outcome.result)
